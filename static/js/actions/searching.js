// Looking for something: what is suggested, what is found, and reading on.

import { emptySearch } from "../finding.js";

export function createSearching({ store, finder, attempt, signedIn, toast, go }) {
  const { state, change } = store;

  /** Keep what a card tells of a recipe: its own page is for those who are signed in. */
  function meetRecipes(rows) {
    const recipes = rows.filter((each) => each.type === "recipe");
    change(({ known }) => recipes.forEach((each) => known.set(each.id, each)));
    return rows;
  }

  async function load({ q, type }) {
    const same = state.search.q === q ? state.search : emptySearch();
    const asked = { ...emptySearch(q, type), phase: "loading", totals: same.totals };
    change({ search: asked });
    try {
      const found = await finder.search({ q, type });
      meetRecipes(found.rows);
      if (state.search === asked) change({ search: { ...asked, ...found, phase: "ready" } });
    } catch (refusal) {
      const failed = { ...asked, phase: "failed", error: refusal.message };
      if (state.search === asked) change({ search: failed });
    }
  }

  async function readOn() {
    const before = state.search;
    if (!before.cursor || before.busy) return;
    const asked = { ...before, busy: true };
    change({ search: asked });
    const found = await attempt(() => finder.search(asked));
    if (state.search !== asked) return;
    if (!found) return change({ search: { ...asked, busy: false } });
    const seen = new Set(asked.rows.map((each) => each.key));
    const fresh = meetRecipes(found.rows).filter((each) => !seen.has(each.key));
    const rows = [...asked.rows, ...fresh];
    return change({ search: { ...asked, rows, cursor: found.cursor, busy: false } });
  }

  return {
    meetRecipes,
    readOn,
    searchFor: (q, type = "all") => go({ name: "search", q, type }),
    searchAgain: () => load(state.search),
    arriveSearch({ q, type }) {
      const { search } = state;
      const there = search.q === q && search.type === type && search.phase !== "failed";
      if (!there || search.phase === "idle") load({ q, type });
    },
    async suggest(q) {
      if (q) return [{ title: "", options: await finder.suggestions(q) }];
      const quiet = (work) => work().catch(() => []);
      const recent = state.user ? quiet(finder.recent) : [];
      const [mine, everyones] = await Promise.all([recent, quiet(finder.popular)]);
      return [
        { title: "최근 검색", options: mine.map((each) => ({ ...each, mark: "recent" })) },
        { title: "지금 많이 찾아요", options: everyones },
      ];
    },
    suggestIngredients: (text) => finder.suggestions(text),
    forgetRecent: (option) => attempt(() => finder.forgetRecent(option.id)),
    addToCart: (card) =>
      signedIn("로그인하고 장바구니에 담아 보세요.", () =>
        attempt(async () => {
          await finder.addToCart(card.id, crypto.randomUUID());
          toast(`‘${card.title}’ 장바구니에 담았어요`, { kind: "approved" });
        }),
      ),
  };
}
