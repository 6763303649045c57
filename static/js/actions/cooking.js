// From a recipe to a cart with all that it lacks, and recipes from what is at home.

import { emptyKitchen, INGREDIENTS_MIN, leftoverOf } from "../finding.js";

export function createCooking({ store, finder, attempt, signedIn, go }) {
  const { state, change } = store;
  const keys = new Map(); // by recipe and what is lacking: a second press asks for the same

  async function loadRecipe(id) {
    const asked = { id, phase: "loading", page: null, status: null };
    change({ recipe: asked });
    try {
      const [page, status] = await Promise.all([finder.recipe(id), finder.recipeStatus(id)]);
      if (state.recipe === asked) change({ recipe: { id, phase: "ready", page, status } });
    } catch (refusal) {
      const phase = refusal.status === 404 ? "missing" : "failed";
      if (state.recipe === asked) change({ recipe: { ...asked, phase } });
    }
  }

  async function seeStatus(id) {
    const status = await finder.recipeStatus(id).catch(() => null);
    if (status && state.recipe.id === id) change({ recipe: { ...state.recipe, status } });
  }

  function keyOf(wish) {
    if (!keys.has(wish)) keys.set(wish, crypto.randomUUID());
    return keys.get(wish);
  }

  async function take(recipeId, names) {
    const before = state.taken.get(recipeId) ?? { taken: [], notFound: [] };
    if (before.busy || names.length === 0) return;
    const wish = `${recipeId} ${names.join()}`;
    const put = (entry) => change(({ taken }) => taken.set(recipeId, entry));
    put({ ...before, busy: true });
    const result = await attempt(() => finder.take(recipeId, names, keyOf(wish)));
    if (result) keys.delete(wish);
    const taken = [...before.taken, ...(result?.taken ?? [])];
    put({ taken, notFound: result?.notFound ?? before.notFound, busy: false });
    if (result && state.recipe.id === recipeId) await seeStatus(recipeId);
  }

  async function loadPantry() {
    change({ pantry: [] });
    const pantry = await finder.pantry().catch(() => []); // the page does without
    if (state.user) change({ pantry });
  }

  async function loadDishes() {
    const asked = { ...state.kitchen, phase: "loading", rows: [], error: "" };
    change({ kitchen: asked });
    try {
      const found = await finder.dishes(asked);
      if (state.kitchen === asked) change({ kitchen: { ...asked, ...found, phase: "ready" } });
    } catch (refusal) {
      const failed = { ...asked, phase: "failed", error: refusal.message };
      if (state.kitchen === asked) change({ kitchen: failed });
    }
  }

  /** Hold these ingredients; the address keeps them, so that a link to it is a question. */
  function hold(ingredients) {
    const { method } = state.kitchen;
    change({ kitchen: { ...emptyKitchen(), ingredients, method } });
    go({ name: "kitchen", ingredients }, { replace: true });
  }

  function cook(choice = {}) {
    change({ kitchen: { ...state.kitchen, number: 1, ...choice } });
    return signedIn("로그인하면 가진 재료로 만들 요리를 찾아 드려요.", loadDishes);
  }

  return {
    arriveRecipe({ id }) {
      const there = state.recipe.id === id && ["ready", "loading"].includes(state.recipe.phase);
      if (state.user && !there) loadRecipe(id);
    },
    loadRecipe,
    askForRecipe: () => signedIn("로그인하면 재료와 만드는 데 부족한 것을 볼 수 있어요.", () => {}),
    takeMissing: (recipeId, names) =>
      signedIn("로그인하고 부족한 재료를 한 번에 담아 보세요.", () => take(recipeId, names)),
    /** Read which products are this ingredient, once. */
    async loadGoods(ingredient) {
      if (state.goods.has(ingredient)) return;
      change(({ goods }) => goods.set(ingredient, { phase: "loading", rows: [] }));
      const rows = await finder.goodsFor(ingredient).catch(() => null);
      const phase = rows ? "ready" : "failed";
      change(({ goods }) => goods.set(ingredient, { phase, rows: rows ?? [] }));
    },
    arriveKitchen({ ingredients }) {
      if (ingredients.join() !== state.kitchen.ingredients.join()) {
        // By a link or an arrow of the browser: whoever follows it wants to see the dishes.
        change({ kitchen: { ...emptyKitchen(), ingredients, wanted: true } });
      }
      if (state.user && state.pantry === null) loadPantry();
      const { wanted, phase } = state.kitchen;
      const enough = ingredients.length >= INGREDIENTS_MIN;
      if (wanted && enough && phase === "idle" && state.user) loadDishes();
    },
    /** Hold an ingredient, as it was typed; instead of what was said of the same one before. */
    addIngredient(text) {
      const { name } = leftoverOf(text);
      const others = state.kitchen.ingredients.filter((each) => leftoverOf(each).name !== name);
      if (name) hold([...others, text.trim()]);
    },
    removeIngredient: (name) => hold(state.kitchen.ingredients.filter((each) => each !== name)),
    cook,
    async loadForYou() {
      const rows = await finder.forYou().catch(() => null);
      if (rows && state.user) change({ forYou: { phase: "ready", rows } });
    },
  };
}
