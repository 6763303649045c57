// One recipe: what it is, what it takes, and what is lacking, to be had in one press.

import { find, set, write } from "../dom.js";
import { count } from "../format.js";
import { drawIngredients } from "./ingredients.js";

const NOTHING_TAKEN = { taken: [], notFound: [], busy: false };
const PHASES = {
  missing: ["찾을 수 없는 레시피예요", "주소가 바뀌었거나 없어진 레시피예요."],
  failed: ["레시피를 불러오지 못했어요", "잠시 후 다시 시도해 주세요."],
};

export function createRecipe(page, actions) {
  const part = (name) => find(page, name);
  let view = null;
  part("take-missing").addEventListener("click", () =>
    actions.takeMissing(view.recipe.id, stillMissing(view.recipe.missing, takenOf(view))),
  );
  part("recipe-login").addEventListener("click", () =>
    view.user ? actions.loadRecipe(view.place.id) : actions.askForRecipe(),
  );

  function drawHead({ recipe, known }) {
    const told = recipe.page ?? known;
    const [wrong, why] = PHASES[recipe.phase] ?? [];
    write(part("recipe-title"), wrong ?? told?.title ?? "레시피");
    write(part("recipe-about"), why ?? recipe.page?.about ?? known?.subtitle ?? "");
    const image = part("recipe-image");
    image.hidden = !told?.image;
    if (told?.image) set(image, "src", told.image);
    part("recipe-picture").hidden = Boolean(wrong);
    const kinds = [recipe.page?.dish, ...(recipe.page?.kinds ?? [])];
    write(part("recipe-kinds"), kinds.filter(Boolean).join(" · "));
    write(part("recipe-facts"), factsOf(recipe.page));
  }

  function drawAsk({ user, recipe }) {
    const ask = user === null || recipe.phase === "failed";
    part("recipe-ask").hidden = !ask;
    const why = "로그인하면 재료와, 그중 이미 가진 것과 부족한 것을 볼 수 있어요.";
    write(part("recipe-ask-text"), user ? "연결이 잠시 끊겼을 수 있어요." : why);
    write(part("recipe-login"), user ? "다시 불러오기" : "로그인하고 재료 보기");
  }

  function drawTake({ missing }, { busy, taken, notFound }) {
    const button = part("take-missing");
    const left = stillMissing(missing, { notFound });
    button.hidden = left.length === 0;
    button.ariaBusy = String(busy);
    write(button, busy ? "담고 있어요…" : `부족한 재료 ${left.length}개 담기`);
    const note = part("take-note");
    note.hidden = taken.length + notFound.length === 0 || busy;
    write(note, takenWords(taken, notFound));
  }

  return {
    apply(now) {
      if (now.place.name !== "recipe") return;
      view = now;
      const { recipe, user } = view;
      const taken = takenOf(view);
      drawHead(view);
      drawAsk(view);
      const loading = user !== null && recipe.phase !== "ready" && !PHASES[recipe.phase];
      part("ingredients-box").hidden = !loading && recipe.phase !== "ready";
      part("ingredients-box").toggleAttribute("data-loading", loading);
      write(part("ingredients-sum"), loading ? "불러오고 있어요…" : sumOf(recipe.ingredients));
      const { ingredients } = recipe;
      drawIngredients(part("ingredients"), { ingredients, goods: view.goods, taken }, actions);
      drawTake(recipe, taken);
    },
  };
}

const takenOf = (view) => view.taken.get(view.place.id) ?? NOTHING_TAKEN;

/** Return what is lacking and may be had: not what the shop was found not to sell. */
export function stillMissing(missing, { notFound }) {
  return missing.filter((name) => !notFound.includes(name));
}

function factsOf(page) {
  const scraps = page?.scraps ? `${count(page.scraps)}명이 담아 갔어요` : "";
  return [page?.servings, scraps].filter(Boolean).join(" · ");
}

function sumOf(ingredients) {
  const number = (status) => ingredients.filter((each) => each.status === status).length;
  const told = [
    ["있어요", number("owned")],
    ["장바구니", number("cart")],
    ["부족", number("not_owned")],
  ];
  return told
    .filter(([, many]) => many > 0)
    .map(([word, many]) => `${word} ${many}`)
    .join(" · ");
}

/** Return what went into the cart, and what did not. */
export function takenWords(taken, notFound) {
  const done = taken.length > 0 ? `${taken.length}개를 장바구니에 담았어요.` : "";
  const lost = notFound.length > 0 ? ` ${notFound.join(", ")}: 지금 살 수 있는 상품이 없어요.` : "";
  return `${done}${lost}`.trim();
}
