// A dish of what is there: what it uses, what it lacks, and why it was picked.

import { find, h, icon, set, write } from "../dom.js";
import { stillMissing, takenWords } from "./recipe.js";

const NOTHING_TAKEN = { taken: [], notFound: [], busy: false };

export function dish(row, actions) {
  const take = h("button", { type: "button", class: "button primary", "data-testid": "take-dish" });
  take.addEventListener("click", () => actions.takeMissing(row.id, leftOf(take)));
  const href = `/recipe/${row.id}`;
  return h(
    "li",
    { class: "dish", "data-testid": "dish", "data-id": row.id },
    h("img", { class: "dish-picture", src: row.image ?? "", alt: "", loading: "lazy" }),
    h(
      "div",
      { class: "dish-text" },
      h("h2", { class: "dish-title" }, h("a", { href }, row.title)),
      row.reason ? h("p", { class: "card-reason" }, row.reason) : null,
      names("쓰는 재료", row.used, "used"),
      names("더 필요해요", row.missing, "missing"),
      h("p", { class: "dish-note", role: "status", "data-part": "note" }),
    ),
    h(
      "div",
      { class: "dish-actions" },
      take,
      h("a", { class: "button quiet", href }, "레시피 보기"),
    ),
  );
}

function names(title, all, kind) {
  if (all.length === 0) return null;
  const rows = all.map((name) =>
    h("li", { class: "mark", "data-kind": kind, "data-name": name }, name),
  );
  return h("div", { class: "dish-names" }, h("h3", {}, title), h("ul", {}, ...rows));
}

const leftOf = (take) => (take.dataset.names ? take.dataset.names.split("\n") : []);

export function fillDish(element, row, { taken: all }) {
  const { taken, notFound, busy } = all.get(row.id) ?? NOTHING_TAKEN;
  const won = new Set(taken.map((each) => each.ingredient));
  const left = stillMissing(row.missing, { notFound }).filter((name) => !won.has(name));
  for (const mark of element.querySelectorAll(".mark:not([data-kind=used])")) {
    set(mark, "data-kind", won.has(mark.dataset.name) ? "taken" : "missing");
  }
  const take = find(element, "take-dish");
  set(take, "data-names", left.join("\n"));
  take.hidden = left.length === 0;
  take.ariaBusy = String(busy);
  const words = busy ? "담고 있어요…" : `부족한 재료 ${left.length}개 담기`;
  if (take.textContent !== words) take.replaceChildren(icon("cart"), words);
  write(find(element, "note"), busy ? "" : takenWords(taken, notFound));
}
