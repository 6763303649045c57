// What the server tells of things that were found, as the page's cards have it.

/** Return a found recipe or product as a card. */
export function cardOf(row) {
  const price = row.discounted_price ?? row.price ?? null;
  return {
    key: `${row.type}-${row.id}`,
    type: row.type,
    id: row.id,
    title: row.title,
    subtitle: row.subtitle ?? "",
    image: row.image,
    price,
    rate: row.discount_rate ?? 0,
    soldOut: row.sold_out ?? false,
    liveId: row.live_id ?? null,
    onAir: row.on_air ?? false,
    startsAt: row.starts_at ? Date.parse(row.starts_at) : null,
    similar: row.match === "similar",
    reason: reasonOf(row.reason),
  };
}

/** Return what somebody may like, of three kinds in turn, as cards. */
export function forYouOf({ recipes, kok_products: kok, homeshopping_products: shown }) {
  const lists = [shown.map(shownOf), recipes.map(recipeOf), kok.map(kokOf)];
  const longest = Math.max(...lists.map((each) => each.length));
  const turns = Array.from({ length: longest }, (_, turn) => lists.map((each) => each[turn]));
  return turns.flat().filter(Boolean);
}

const recipeOf = (row) =>
  cardOf({
    type: "recipe",
    id: row.recipe_id,
    title: row.recipe_name,
    subtitle: row.description,
    image: row.recipe_image_url,
    reason: row.reason,
  });

const kokOf = (row) =>
  cardOf({
    type: "kok",
    id: row.kok_product_id,
    title: row.kok_product_name,
    subtitle: row.kok_store_name,
    image: row.kok_thumbnail,
    discount_rate: row.kok_discount_rate,
    discounted_price: row.kok_discounted_price,
    reason: row.reason,
  });

const shownOf = (row) =>
  cardOf({
    type: "homeshopping",
    id: row.product_id,
    title: row.product_name,
    subtitle: row.store_name,
    image: row.thumb_img_url,
    discount_rate: row.dc_rate,
    discounted_price: row.dc_price,
    live_id: row.live_id,
    on_air: row.on_air,
    starts_at: row.live_date && `${row.live_date}T${row.live_start_time}+09:00`,
    reason: row.reason,
  });

/** Return a recipe that uses up what is left. */
export function dishOf(row) {
  return {
    id: row.recipe_id,
    title: row.recipe_title,
    dish: row.cooking_name,
    image: row.thumbnail_url,
    servings: row.number_of_serving,
    used: row.used_ingredients.map((each) => each.material_name),
    missing: row.missing_ingredients ?? [],
    reason: reasonOf(row.reason),
  };
}

/** Return whether somebody has an ingredient, and where it comes from. */
export function ingredientHeld(row) {
  const from = row.order_info?.product_name ?? row.cart_info?.product_name ?? enteredWords(row);
  return { name: row.material_name, status: row.status, from };
}

function enteredWords({ entered_info: entered }) {
  return entered ? `가진 재료로 넣었어요: ${leftoverText(entered)}` : "";
}

/** Return something of the pantry as one would type it. */
export function leftoverText({ ingredient, amount, unit }) {
  return amount === 1 && !unit ? ingredient : `${ingredient} ${amount}${unit}`;
}

/** Return a product that is an ingredient, as a card. */
export function goodOf(row) {
  const kok = row.source === "kok";
  const rate = (kok ? row.kok_discount_rate : row.dc_rate) ?? 0;
  return {
    key: `${row.source}-${row.kok_product_id ?? row.live_id ?? row.name}`,
    type: row.source,
    id: row.kok_product_id,
    title: row.name,
    subtitle: row.brand_name ?? "",
    image: row.image_url ?? row.thumb_img_url,
    price: row.price === null ? null : Math.round((row.price * (100 - rate)) / 100),
    rate,
    soldOut: false,
    liveId: row.live_id ?? null,
    onAir: false,
    startsAt: null,
    similar: false,
    reason: reasonOf(row.reason),
  };
}

/** Return what went into the cart and what could not be found. */
export function takenOf({ taken, not_found: notFound }) {
  const rows = taken.map((row) => ({
    ingredient: row.ingredient,
    product: row.kok_product_name,
    image: row.kok_thumbnail,
    price: row.kok_discounted_price,
  }));
  return { taken: rows, notFound };
}

/** Return the sentence of a reason, which older rows tell as text alone. */
function reasonOf(reason) {
  return typeof reason === "string" ? reason : (reason?.text ?? "");
}
