// The ingredients of a recipe: which are there, which are in the cart, which are lacking.

import { find, h, icon, keyed, set, write } from "../dom.js";
import { price } from "../format.js";

const WORDS = { owned: "있어요", cart: "장바구니", not_owned: "부족" };

/** Draw them into a list; `goods` and `taken` tell of products that are them. */
export function drawIngredients(list, { ingredients, goods, taken }, actions) {
  const won = new Map(taken.taken.map((each) => [each.ingredient, each]));
  keyed(list, ingredients, {
    key: (each) => each.name,
    make: (each) => row(each, actions),
    fill(element, each) {
      const part = (name) => find(element, name);
      set(element, "data-status", each.status);
      write(part("status"), WORDS[each.status] ?? "");
      part("status").hidden = !each.status;
      const found = won.get(each.name);
      drawTaken(part("taken"), found);
      write(part("from"), found ? "" : each.from);
      const lost = taken.notFound.includes(each.name);
      write(part("lost"), lost ? "지금 살 수 있는 상품이 없어요." : "");
      part("shelf").hidden = each.status !== "not_owned" || lost;
      drawGoods(part("goods"), goods.get(each.name), actions);
    },
  });
}

function row({ name, measure }, actions) {
  const shelf = h(
    "details",
    { class: "shelf", "data-part": "shelf" },
    h("summary", {}, "상품 골라 담기", icon("down")),
    h("ul", { class: "shelf-goods", "data-part": "goods" }),
  );
  shelf.addEventListener("toggle", () => shelf.open && actions.loadGoods(name));
  return h(
    "li",
    { class: "ingredient", "data-testid": "ingredient", "data-name": name },
    h("span", { class: "ingredient-name" }, name),
    h("span", { class: "ingredient-measure" }, measure),
    h("span", { class: "ingredient-status", "data-part": "status" }),
    h("p", { class: "ingredient-from", "data-part": "from" }),
    h("p", { class: "ingredient-taken", "data-part": "taken", "data-testid": "taken" }),
    h("p", { class: "ingredient-lost", "data-part": "lost" }),
    shelf,
  );
}

function drawTaken(element, found) {
  element.hidden = !found;
  if (!found || element.dataset.product === found.product) return;
  set(element, "data-product", found.product);
  const image = h("img", { src: found.image ?? "", alt: "", width: 40, height: 40 });
  const told = h("span", {}, found.product, " ", h("b", {}, price(found.price)));
  element.replaceChildren(image, told, h("span", { class: "taken-word" }, icon("check"), "담았어요"));
}

const SHELF = {
  loading: "상품을 찾고 있어요…",
  failed: "상품을 불러오지 못했어요.",
  ready: "지금 살 수 있는 상품이 없어요.",
};

function drawGoods(list, found, actions) {
  const rows = found?.rows ?? [];
  const said = found && rows.length === 0 ? [{ key: found.phase, note: SHELF[found.phase] }] : [];
  keyed(list, [...rows, ...said], {
    key: (each) => each.key,
    make: (each) => (each.note ? h("li", { class: "shelf-note" }, each.note) : good(each, actions)),
  });
}

function good(each, actions) {
  const take = h("button", { type: "button", class: "button quiet" }, "담기");
  set(take, "aria-label", `${each.title} 담기`);
  take.addEventListener("click", () => actions.addToCart(each));
  const watch = h("button", { type: "button", class: "button quiet" }, "방송");
  set(watch, "aria-label", `${each.title} 방송 보기`);
  watch.addEventListener("click", () => actions.watchBroadcast(each.liveId));
  const shown = each.liveId === null ? null : watch;
  return h(
    "li",
    { class: "shelf-good" },
    h("img", { src: each.image ?? "", alt: "", width: 44, height: 44, loading: "lazy" }),
    h("span", { class: "shelf-name" }, each.title, h("b", {}, price(each.price ?? 0))),
    each.type === "kok" ? take : shown,
  );
}
