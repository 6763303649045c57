// The heart of a broadcast: whoever presses it is told when the broadcast begins.

import { h, icon, set } from "../dom.js";

/** Return a heart that knows its broadcast by `fillLike`. */
export function likeButton(actions, extra = "") {
  return h(
    "button",
    {
      type: "button",
      class: `like ${extra}`,
      "data-testid": "like",
      onclick: ({ currentTarget }) => actions.toggleLike(Number(currentTarget.dataset.liveId)),
    },
    icon("heart"),
  );
}

export function fillLike(button, programme, likes) {
  const { live_id, main } = programme;
  set(button, "data-live-id", live_id);
  set(button, "aria-pressed", String(likes.has(live_id)));
  set(button, "aria-label", `${main.product.name} 찜하기`);
}
