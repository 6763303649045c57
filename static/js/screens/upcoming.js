// The broadcasts that begin next, on whatever channel.

import { countTo } from "../countdown.js";
import { find, h, keyed, logo, set, write } from "../dom.js";
import { price } from "../format.js";
import { seoulTime } from "../clock.js";
import { fillLike, likeButton } from "./like-button.js";

const imageOf = (programme) => programme.main.product.image;

export function createUpcoming(root, actions) {
  const list = find(root, "upcoming");
  const make = (programme) =>
    h(
      "li",
      { class: "next", "data-testid": "next-broadcast" },
      h("img", { class: "next-image", src: imageOf(programme), alt: "", width: 96, height: 96 }),
      h(
        "div",
        { class: "next-text" },
        h("p", { class: "next-channel" }, logo(programme), h("span", {}, programme.name)),
        h("h3", { class: "next-name" }, programme.main.product.name),
        h("p", { class: "next-price", "data-part": "price" }),
      ),
      h(
        "div",
        { class: "next-when" },
        h("p", { class: "next-time", "data-part": "time" }),
        h("p", { class: "next-left" }, h("b", { "data-part": "left" }), " 후"),
      ),
      likeButton(actions),
    );

  return {
    apply({ next, likes, phase }) {
      const unsure = phase === "loading" || phase === "failed";
      find(root, "upcoming-empty").hidden = unsure || next.length > 0;
      keyed(list, next, {
        key: (programme) => programme.key,
        make,
        fill(element, programme) {
          const { dc_rate, dc_price } = programme.main.product;
          set(element, "data-live-id", programme.live_id);
          set(element, "data-soon", String(programme.soon));
          find(element, "price").replaceChildren(
            h("span", { class: "rate" }, dc_rate ? `${dc_rate}%` : ""),
            h("b", {}, price(dc_price)),
          );
          write(find(element, "time"), seoulTime(programme.startsAt));
          countTo(find(element, "left"), programme.startsAt);
          fillLike(find(element, "like"), programme, likes);
        },
      });
    },
  };
}
