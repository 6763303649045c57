// What the broadcast sells: its title and its products, with price and stock as they are now.

import { find, h, icon, keyed, logo, set, write } from "../dom.js";
import { count, hours, price } from "../format.js";
import { fillLike, likeButton } from "./like-button.js";

const FEW = 10;
const NOTHING = {
  loading: ["방송을 불러오고 있어요", ""],
  failed: ["방송을 불러오지 못했어요", "연결되면 새로고침하지 않아도 바로 보여 드릴게요."],
  empty: ["지금은 방송이 없어요", "편성표에서 다음 방송을 찜해 두면 시작할 때 알려 드려요."],
};

export function createOffer(root, actions) {
  const part = (name) => find(root, name);
  const heart = likeButton(actions, "with-label");
  heart.append(h("span", { class: "like-label" }));
  part("offer-like").replaceWith(heart);
  const time = part("offer-time");
  let drawnChannel = null;

  function drawHead(shown, likes) {
    write(part("on-air-title"), shown.main.product.name);
    write(time, `${hours(shown.startsAt, shown.endsAt)} · 채널 ${shown.number}`);
    if (drawnChannel !== shown.homeshopping_id) {
      drawnChannel = shown.homeshopping_id;
      part("offer-channel").replaceChildren(logo(shown), h("span", {}, shown.name));
    }
    heart.hidden = false;
    fillLike(heart, shown, likes);
    write(heart.lastElementChild, likes.has(shown.live_id) ? "찜한 방송" : "찜하기");
  }

  function drawNothing(phase) {
    const [title, note] = NOTHING[phase] ?? NOTHING.empty;
    write(part("on-air-title"), title);
    write(time, note);
    part("offer-channel").replaceChildren();
    drawnChannel = null;
    heart.hidden = true;
  }

  return {
    apply({ shown, products, details, likes, phase }) {
      if (shown) drawHead(shown, likes);
      else drawNothing(phase);
      part("product-facts").hidden = details.length === 0;
      keyed(part("facts"), details, {
        key: (row) => `${shown.live_id} ${row.detail_col}`,
        make: (row) => h("div", {}, h("dt", {}, row.detail_col), h("dd", {}, row.detail_val)),
      });
      keyed(part("products"), products, {
        key: (product) => product.sku,
        make: (product) => card(product, actions),
        fill: fillCard,
      });
    },
  };
}

function card(product, actions) {
  const buy = h("button", { type: "button", class: "button primary", "data-testid": "buy" });
  buy.addEventListener("click", () => actions.askToBuy(product.sku));
  return h(
    "li",
    { class: "product", "data-testid": "product-card", "data-sku": product.sku },
    h("img", { class: "product-image", src: product.image, alt: "", width: 104, height: 104 }),
    h(
      "div",
      { class: "product-text" },
      h("p", { class: "pinned", "data-part": "pinned" }, icon("pin"), "지금 소개 중"),
      h("p", { class: "product-store", "data-part": "store" }),
      h("h3", { class: "product-name", "data-part": "name" }),
      h(
        "p",
        { class: "product-price" },
        h("span", { class: "rate", "data-part": "rate" }),
        h("b", { "data-part": "price" }),
        h("s", { "data-part": "was" }),
      ),
    ),
    h("div", { class: "product-foot" }, h("p", { class: "stock", "data-part": "stock" }), buy),
  );
}

function fillCard(element, product) {
  const part = (name) => find(element, name);
  set(element, "data-pinned", String(product.pinned));
  set(element, "data-sold-out", String(product.sold_out));
  part("pinned").hidden = !product.pinned;
  write(part("store"), product.store_name);
  write(part("name"), product.name);
  part("rate").hidden = !product.dc_rate;
  write(part("rate"), `${product.dc_rate}%`);
  write(part("price"), price(product.dc_price));
  part("was").hidden = product.dc_price === product.sale_price;
  write(part("was"), price(product.sale_price));
  fillStock(part("stock"), product);
  const buy = part("buy");
  buy.disabled = product.sold_out;
  write(buy, product.sold_out ? "매진" : "바로구매");
  set(buy, "aria-label", `${product.name} ${product.sold_out ? "매진" : "바로구매"}`);
}

/** Write how many are left, and let the eye notice when it changes. */
export function fillStock(element, { available, sold_out }) {
  const few = available !== null && available <= FEW;
  const left = available === null ? "" : `${few ? "마감 임박 · " : ""}${count(available)}개 남음`;
  const said = sold_out ? "준비한 수량이 모두 팔렸어요" : left;
  const moved = element.textContent !== "" && element.textContent !== said;
  set(element, "data-few", String(few && !sold_out));
  set(element, "data-available", available);
  write(element, said);
  if (moved) element.animate({ opacity: [0.2, 1] }, { duration: 600 });
}
