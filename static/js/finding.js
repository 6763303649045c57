// What was looked for and what was found, before anything is known; the store holds one of each.

export const INGREDIENTS_MIN = 3;
export const COMBINATIONS = 3;

/** Return what belongs to a look around. */
export const emptyFinding = () => ({
  search: emptySearch(),
  known: new Map(), // by recipe_id: what a card told of a recipe
  ...emptyCooking(),
});

/** Return what is another for whoever is signed in. */
export const emptyCooking = () => ({
  recipe: { id: null, phase: "idle", page: null, status: null },
  goods: new Map(), // by ingredient: {phase, rows}
  taken: new Map(), // by recipe_id: {busy, taken, notFound}
  kitchen: emptyKitchen(),
  pantry: null, // what was typed before, once it is known
  forYou: { phase: "idle", rows: [] },
});

export const emptySearch = (q = "", type = "all") => ({
  q,
  type,
  phase: "idle", // or loading, ready, failed
  rows: [],
  totals: null,
  total: 0,
  exact: 0,
  corrected: null,
  nearest: false,
  cursor: null,
  busy: false, // reading on
});

export const emptyKitchen = () => ({
  ingredients: [],
  method: "greedy",
  number: 1, // the combination
  wanted: false, // without a press of the button
  phase: "idle",
  rows: [],
  optimal: true,
  error: "",
});

/**
 * Return the ingredients of a recipe with what is known of each: {name, measure, status, from}.
 * `taken` is what was put into the cart just now, which the status may not tell yet.
 */
export function ingredientsOf({ page, status }, taken) {
  const won = new Set((taken?.taken ?? []).map((each) => each.ingredient));
  const held = new Map((status?.ingredients ?? []).map((each) => [each.name, each]));
  const told = page?.ingredients ?? [];
  const named = told.map(({ name, measure }) => ({
    name,
    measure,
    status: won.has(name) ? "cart" : (held.get(name)?.status ?? null),
    from: held.get(name)?.from ?? "",
  }));
  return [...new Map(named.map((each) => [each.name, each])).values()];
}

const LEFTOVER = /^(.*?)\s*(\d+(?:\.\d+)?)\s*([^\d\s]*)$/;

/** Return what is left, as it was typed (양파 2개), as {name, amount, unit}; 1 where none is said. */
export function leftoverOf(text) {
  const [, name, amount, unit] = LEFTOVER.exec(text.trim()) ?? [];
  if (!name) return { name: text.trim(), amount: 1, unit: "" };
  return { name, amount: Number(amount), unit };
}

/** Return the names of those that somebody lacks. */
export function missingOf(ingredients) {
  return ingredients.filter((each) => each.status === "not_owned").map((each) => each.name);
}
