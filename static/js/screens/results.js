// What a search found: of everything or of one kind, nearest things where nothing is exact.

import { find, h, keyed, set, write } from "../dom.js";
import { count } from "../format.js";
import { card } from "./card.js";

const TABS = [
  ["all", "전체"],
  ["recipe", "레시피"],
  ["kok", "콕"],
  ["homeshopping", "홈쇼핑"],
];
const SKELETONS = 8;

export function createResults(page, actions) {
  const part = (name) => find(page, name);
  part("results-more").addEventListener("click", () => actions.readOn());
  part("results-again").addEventListener("click", () => actions.searchAgain());

  function drawTabs({ q, type, totals }) {
    keyed(part("results-tabs"), TABS, {
      key: ([name]) => name,
      make: ([name]) =>
        h("button", {
          type: "button",
          class: "tab",
          "data-testid": "results-tab",
          "data-type": name,
        }),
      fill(element, [name, text]) {
        const total = totals?.[name];
        element.onclick = () => actions.searchFor(q, name);
        set(element, "aria-pressed", String(name === type));
        set(element, "data-total", total);
        element.replaceChildren(text, h("b", {}, total === undefined ? "" : count(total)));
      },
    });
  }

  function drawRows({ rows, phase }, now) {
    const list = part("results");
    const waiting = Array.from({ length: SKELETONS }, (_, index) => ({ key: `wait-${index}` }));
    set(list, "aria-busy", String(phase === "loading"));
    keyed(list, phase === "loading" ? waiting : rows, {
      key: (row) => `${row.key} ${row.onAir} ${row.soldOut}`,
      make(row) {
        if (row.title === undefined) return h("li", { class: "card waiting" });
        return card(row, { actions, now, why: row.similar });
      },
    });
  }

  function drawEmpty({ phase, rows, error, q }) {
    const nothing = phase === "ready" && rows.length === 0;
    part("results-empty").hidden = !nothing && phase !== "failed";
    part("results-again").hidden = phase !== "failed";
    const found = `‘${q}’에 맞는 것을 찾지 못했어요. 다른 말로 찾아보세요.`;
    write(part("results-empty-text"), phase === "failed" ? error : found);
  }

  return {
    apply({ place, search, now }) {
      if (place.name !== "search") return;
      write(part("results-title"), `‘${search.q}’ 검색 결과`);
      write(part("results-note"), noteOf(search));
      drawTabs(search);
      drawRows(search, now);
      drawEmpty(search);
      const more = part("results-more");
      more.hidden = !search.cursor || search.phase !== "ready";
      more.ariaBusy = String(search.busy);
      write(more, search.busy ? "불러오는 중…" : "더 보기");
    },
  };
}

function noteOf({ phase, q, corrected, nearest, rows, total, exact }) {
  if (phase === "loading") return "찾고 있어요…";
  if (phase !== "ready" || rows.length === 0) return "";
  if (corrected) return `‘${q}’ 대신 ‘${corrected}’${particle(corrected)} 찾았어요.`;
  if (nearest) return "꼭 맞는 결과가 없어서 가장 비슷한 것을 보여 드려요.";
  return exact < total ? `꼭 맞는 결과 ${count(exact)}개 다음에 비슷한 것을 보여 드려요.` : "";
}

const HANGUL = 0xac00;
const FINALS = 28;
const RIEUL = 8;

/** Return 로 or 으로, whichever follows the word. */
export function particle(word) {
  const last = word.charCodeAt(word.length - 1) - HANGUL;
  const final = last >= 0 && last < 11172 ? last % FINALS : 0;
  return final === 0 || final === RIEUL ? "로" : "으로";
}
