// The REST calls of searching and cooking, by what they do; they answer in the page's own words.

import { leftoverOf } from "./finding.js";
import {
  cardOf,
  dishOf,
  forYouOf,
  goodOf,
  ingredientHeld,
  leftoverText,
  takenOf,
} from "./found.js";
import { send } from "./http.js";

const PAGE = 20;
const SUGGESTIONS = 8;
const EACH_FOR_YOU = 6;
const DISHES = 5;

const totalOf = (totals) => Object.values(totals).reduce((sum, each) => sum + each, 0);

const query = (fields) => new URLSearchParams(fields);

export function createFinder({ authorised }) {
  return {
    /** Return {rows, totals, total, exact, corrected, nearest, cursor}. Raises Refusal. */
    async search({ q, type, cursor }) {
      const asked = query({ q, type, size: PAGE, ...(cursor ? { cursor } : {}) });
      const found = await authorised("GET", `/api/search?${asked}`);
      return {
        rows: found.results.map(cardOf),
        totals: { all: totalOf(found.totals), ...found.totals },
        total: found.total,
        exact: found.exact,
        corrected: found.corrected,
        nearest: found.nearest,
        cursor: found.next_cursor,
      };
    },
    async suggestions(q) {
      const asked = query({ q, limit: SUGGESTIONS });
      const found = await send("GET", `/api/search/suggestions?${asked}`);
      return found.suggestions;
    },
    recent: async () => (await authorised("GET", "/api/search/recent")).recent,
    popular: async () => (await send("GET", "/api/search/popular")).popular,
    forgetRecent: (id) => authorised("DELETE", `/api/search/recent/${id}`),
    async recipe(id) {
      const page = await authorised("GET", `/api/recipes/${id}`);
      const ingredients = page.materials.map((each) => ({
        name: each.material_name,
        measure: [each.measure_amount, each.measure_unit].filter(Boolean).join(""),
      }));
      return {
        id,
        title: page.recipe_title,
        dish: page.cooking_name,
        image: page.thumbnail_url,
        about: page.cooking_introduction,
        servings: page.number_of_serving,
        kinds: [page.cooking_category_name, page.cooking_case_name].filter(Boolean),
        scraps: page.scrap_count,
        ingredients,
      };
    },
    async recipeStatus(id) {
      const { ingredients } = await authorised("GET", `/api/recipes/${id}/status`);
      return { ingredients: ingredients.map(ingredientHeld) };
    },
    async goodsFor(ingredient) {
      const path = `/api/recipes/${encodeURIComponent(ingredient)}/product-recommend`;
      return (await authorised("GET", path)).recommendations.map(goodOf);
    },
    /** Put the best product for each of these into the cart. Raises Refusal. */
    async take(recipeId, ingredients, key) {
      const body = { recipe_id: recipeId, ingredients };
      return takenOf(await authorised("POST", "/api/kok/carts/ingredients", { body, key }));
    },
    addToCart: (productId, key) =>
      authorised("POST", "/api/kok/carts", { body: { kok_product_id: productId }, key }),
    async dishes({ ingredients, method, number }) {
      const left = ingredients.map(leftoverOf);
      const asked = query([
        ...left.map(({ name }) => ["ingredient", name]),
        ...left.map(({ amount }) => ["amount", amount]),
        ...left.map(({ unit }) => ["unit", unit]),
        ["method", method],
        ["page", number],
        ["size", DISHES],
      ]);
      const found = await authorised("GET", `/api/recipes/by-ingredients?${asked}`);
      return { rows: found.recipes.map(dishOf), optimal: found.optimal ?? true };
    },
    async pantry() {
      const { entries } = await authorised("GET", "/api/recipes/pantry");
      return entries.map(leftoverText);
    },
    async forYou() {
      const asked = query({ limit: EACH_FOR_YOU });
      return forYouOf(await authorised("GET", `/api/recommendations/for-you?${asked}`));
    },
  };
}
