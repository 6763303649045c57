// Where a person is: the page's address as a place, and back. One page shows them all, so that the
// connection, the session and the picture stay while somebody looks around.

export const LIVE = { name: "live" };
export const TYPES = ["all", "recipe", "kok", "homeshopping"];

const RECIPE = /^\/recipe\/(\d{1,15})$/;

/** Return the place of an address (a URL). */
export function placeOf({ pathname, searchParams }) {
  const recipe = RECIPE.exec(pathname);
  if (recipe) return { name: "recipe", id: Number(recipe[1]) };
  if (pathname === "/kitchen") {
    return { name: "kitchen", ingredients: searchParams.getAll("ingredient") };
  }
  const q = searchParams.get("q")?.trim() ?? "";
  if (pathname !== "/search" || !q) return LIVE;
  const type = searchParams.get("type");
  return { name: "search", q, type: TYPES.includes(type) ? type : "all" };
}

/** Return the address of a place. */
export function addressOf(place) {
  if (place.name === "recipe") return `/recipe/${place.id}`;
  if (place.name === "search") {
    const query = new URLSearchParams({ q: place.q });
    if (place.type !== "all") query.set("type", place.type);
    return `/search?${query}`;
  }
  if (place.name === "kitchen") {
    const query = new URLSearchParams(place.ingredients.map((each) => ["ingredient", each]));
    return place.ingredients.length > 0 ? `/kitchen?${query}` : "/kitchen";
  }
  return "/";
}

/** Follow the address: links of the page and the browser's arrows; `onPlace(place)` hears each. */
export function createRoads(onPlace) {
  const here = () => placeOf(new URL(location.href));
  addEventListener("popstate", () => onPlace(here()));
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    if (!link || !plain(event, link)) return;
    event.preventDefault();
    go(placeOf(new URL(link.href)));
  });

  function go(place, { replace = false } = {}) {
    const address = addressOf(place);
    if (address !== location.pathname + location.search) {
      history[replace ? "replaceState" : "pushState"](null, "", address);
    }
    onPlace(place);
    if (!replace) scrollTo({ top: 0, behavior: "instant" });
  }

  return { here, go };
}

/** Tell whether a press means "go there, here": of ours, without a key that asks for a new tab. */
function plain(event, link) {
  const other = event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey;
  if (other || event.altKey || event.defaultPrevented || link.target || link.hash) return false;
  const { origin, pathname } = new URL(link.href);
  const ours = pathname === "/" || pathname === "/search" || pathname === "/kitchen";
  return origin === location.origin && (ours || RECIPE.test(pathname));
}
