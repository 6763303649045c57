// Every screen of the page, in the order they are seen.

import { find } from "./dom.js";
import { createBuy } from "./screens/buy.js";
import { createChannels } from "./screens/channels.js";
import { createHeader } from "./screens/header.js";
import { createInbox } from "./screens/inbox.js";
import { createOffer } from "./screens/offer.js";
import { createOrders } from "./screens/orders.js";
import { createSchedule } from "./screens/schedule.js";
import { createStage } from "./screens/stage.js";
import { createUpcoming } from "./screens/upcoming.js";

/** Return the screens; each has `apply(view)`. */
export function createScreens({ actions, panels }) {
  const byId = (id) => document.getElementById(id);
  const buy = createBuy(byId("buy"), actions);
  const inbox = createInbox(byId("inbox"), actions);
  Object.assign(panels.screens, { buy, inbox });
  return [
    createHeader(byId("header"), actions),
    createChannels(find(document, "channels"), actions),
    createStage(find(document, "stage")),
    createOffer(document.querySelector(".offer"), actions),
    createUpcoming(document, actions),
    createSchedule(document, actions),
    buy,
    createOrders(byId("orders"), actions),
    inbox,
  ];
}
