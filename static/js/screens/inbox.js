// The inbox: what happened, newest first.

import { find, h, keyed, set, write } from "../dom.js";
import { ago } from "../format.js";

export function createInbox(panel, actions) {
  let fresh = new Set(); // unread when the panel was opened: marked until it is closed

  const make = (message) => {
    const open = h(
      "button",
      { type: "button", class: "notification", "data-testid": "notification" },
      h("b", { class: "notification-title" }, message.title),
      h("span", { class: "notification-text" }, message.product_name ?? ""),
      h("span", { class: "notification-text" }, wordsOf(message)),
      h("time", { class: "notification-time", "data-part": "time" }),
    );
    open.addEventListener("click", () => follow(message, actions));
    return h("li", {}, open);
  };

  return {
    /** Mark what is unread now, for as long as the panel stays open. */
    opened(notifications) {
      fresh = new Set(notifications.filter((each) => !each.is_read).map((e) => e.notification_id));
    },
    apply({ notifications, now }) {
      find(panel, "inbox-empty").hidden = notifications.length > 0;
      keyed(find(panel, "notifications"), notifications, {
        key: (message) => message.notification_id,
        make,
        fill(element, message) {
          const { notification_id, notification_type, is_read, created_at } = message;
          const button = element.firstElementChild;
          if (!is_read) fresh.add(notification_id);
          set(button, "data-notification-id", notification_id);
          set(button, "data-type", notification_type);
          set(button, "data-read", String(is_read));
          set(button, "data-fresh", String(fresh.has(notification_id)));
          write(find(element, "time"), ago(Date.parse(created_at), now));
        },
      });
    },
  };
}

/** Go to what a message is about. */
export function follow({ related_entity_type, related_entity_id }, actions) {
  if (related_entity_type === "order") actions.openOrder(related_entity_id);
  else actions.watchBroadcast(related_entity_id);
}

function wordsOf({ notification_type, message }) {
  return notification_type === "broadcast_start" ? "찜한 방송이 시작됐어요." : message;
}
