// The card of a found recipe or product: what it is, what it costs, why it is here.

import { h, icon } from "../dom.js";
import { moment, price } from "../format.js";

const KINDS = { recipe: "레시피", kok: "콕", homeshopping: "홈쇼핑" };

/** Return the card; `why` says its reason, where that matters. */
export function card(found, { actions, now, why = true }) {
  const element = h(
    "li",
    { class: "card", "data-testid": "result", "data-type": found.type, "data-id": found.id },
    picture(found),
    h(
      "div",
      { class: "card-text" },
      h("p", { class: "card-kind" }, tag(KINDS[found.type], found.type), similar(found)),
      h("h3", { class: "card-title" }, titleOf(found)),
      found.subtitle ? h("p", { class: "card-subtitle" }, found.subtitle) : null,
      priceOf(found),
      why && found.reason ? h("p", { class: "card-reason" }, found.reason) : null,
    ),
    doing(found, actions, now),
  );
  element.toggleAttribute("data-sold-out", found.soldOut);
  return element;
}

function picture(found) {
  const image = h("img", { src: found.image ?? "", alt: "", loading: "lazy" });
  if (!found.image) image.hidden = true;
  const over = found.soldOut ? h("span", { class: "card-over" }, "품절") : null;
  const live = found.onAir ? h("span", { class: "live-badge" }, "LIVE") : null;
  return h("div", { class: "card-picture" }, image, over, live);
}

function titleOf({ type, id, title }) {
  return type === "recipe" ? h("a", { class: "card-link", href: `/recipe/${id}` }, title) : title;
}

const tag = (text, kind) => h("span", { class: "tag", "data-kind": kind }, text);

const similar = (found) => (found.similar ? tag("비슷한 결과", "similar") : null);

function priceOf(found) {
  if (found.price === null) return null;
  const rate = found.rate ? h("span", { class: "rate" }, `${found.rate}%`) : null;
  return h("p", { class: "card-price" }, rate, h("b", {}, price(found.price)));
}

/** Return what can be done with a product: put it into the cart, watch it. */
function doing(found, actions, now) {
  const named = (what) => `${found.title} ${what}`;
  if (found.type === "recipe" || (found.type === "kok" && found.soldOut)) return null;
  if (found.type === "kok") {
    const onclick = () => actions.addToCart(found);
    return button({ onclick, "data-part": "take", "aria-label": named("담기") }, "cart", "담기");
  }
  if (found.onAir) {
    const onclick = () => actions.watchBroadcast(found.liveId);
    const label = named("방송 보기");
    return button({ onclick, "data-part": "watch", "aria-label": label }, "play", "방송 보기");
  }
  if (found.startsAt === null || found.startsAt < now) return null;
  return h("p", { class: "card-when" }, `${moment(found.startsAt, now)} 방송 예정`);
}

function button(attributes, drawn, text) {
  const element = h("button", { type: "button", class: "button quiet", ...attributes });
  element.append(icon(drawn), text);
  return element;
}
