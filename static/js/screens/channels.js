// The channels on air now, to switch between.

import { h, keyed, logo, set, write } from "../dom.js";

export function createChannels(list, actions) {
  const make = (programme) =>
    h(
      "li",
      {},
      h(
        "button",
        {
          type: "button",
          class: "channel",
          "data-testid": "channel",
          "data-homeshopping-id": programme.homeshopping_id,
          onclick: () => actions.watch(programme.homeshopping_id),
        },
        h("span", { class: "channel-ring" }, logo(programme)),
        h("span", { class: "channel-name" }),
      ),
    );

  return {
    apply({ onAir, shown }) {
      const waiting = shown && shown.status !== "live" ? [shown] : [];
      const items = [...onAir, ...waiting].sort((one, other) => one.number - other.number);
      keyed(list, items, {
        key: (item) => item.homeshopping_id,
        make,
        fill(element, item) {
          const button = element.firstElementChild;
          const chosen = item.homeshopping_id === shown?.homeshopping_id;
          set(button, "aria-pressed", String(chosen));
          set(button, "data-status", item.status);
          set(button, "aria-label", `${item.name}, ${item.main.product.name}`);
          write(button.lastElementChild, item.name);
        },
      });
    },
  };
}
