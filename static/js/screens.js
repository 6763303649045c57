// Every screen of the page, in the order they are seen.

import { find } from "./dom.js";
import { createBuy } from "./screens/buy.js";
import { createChannels } from "./screens/channels.js";
import { createForYou } from "./screens/for-you.js";
import { createHeader } from "./screens/header.js";
import { createInbox } from "./screens/inbox.js";
import { createKitchen } from "./screens/kitchen.js";
import { createOffer } from "./screens/offer.js";
import { createOrders } from "./screens/orders.js";
import { createPlaces } from "./screens/places.js";
import { createRecipe } from "./screens/recipe.js";
import { createResults } from "./screens/results.js";
import { createSchedule } from "./screens/schedule.js";
import { createSearchBox } from "./screens/search-box.js";
import { createStage } from "./screens/stage.js";
import { createUpcoming } from "./screens/upcoming.js";

/** Return the screens; each has `apply(view)`. */
export function createScreens({ actions, panels }) {
  const byId = (id) => document.getElementById(id);
  const page = (name) => document.querySelector(`.place[data-place="${name}"]`);
  const buy = createBuy(byId("buy"), actions);
  const inbox = createInbox(byId("inbox"), actions);
  Object.assign(panels.screens, { buy, inbox });
  return [
    createPlaces(byId("main")),
    createHeader(byId("header"), actions),
    createSearchBox(byId("header"), actions),
    createChannels(find(document, "channels"), actions),
    createStage(find(document, "stage")),
    createOffer(document.querySelector(".offer"), actions),
    createForYou(find(document, "for-you"), actions),
    createUpcoming(document, actions),
    createSchedule(document, actions),
    createResults(page("search"), actions),
    createRecipe(page("recipe"), actions),
    createKitchen(page("kitchen"), actions),
    buy,
    createOrders(byId("orders"), actions),
    inbox,
  ];
}
