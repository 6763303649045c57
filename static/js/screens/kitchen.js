// What to cook of what is there: the ingredients, the combinations, and their dishes.

import { find, h, keyed, set, write } from "../dom.js";
import { COMBINATIONS, leftoverOf } from "../finding.js";
import { dish, fillDish } from "./dish.js";
import { createPot } from "./pot.js";

const NUMBERS = Array.from({ length: COMBINATIONS }, (_, index) => index + 1);
const WAYS = [
  ...NUMBERS.map((number) => ({ method: "greedy", number, text: `조합 ${number}` })),
  { method: "cover", number: 1, text: "알뜰하게 다 쓰기" },
];
const WAITING = Array.from({ length: 3 }, (_, index) => ({ id: `wait-${index}` }));
const EMPTY = "이 재료들로 만들 수 있는 다른 조합이 없어요. 재료를 바꿔 보세요.";

export function createKitchen(page, actions) {
  const part = (name) => find(page, name);
  const pot = createPot(part("kitchen-form"), actions);

  function drawWays({ phase, method, number }) {
    part("combinations").hidden = phase === "idle";
    keyed(part("combinations"), WAYS, {
      key: (way) => way.text,
      make: (way) => {
        const onclick = () => actions.cook({ method: way.method, number: way.number });
        const named = { "data-testid": "combination", "data-method": way.method };
        return h("button", { type: "button", class: "tab", onclick, ...named }, way.text);
      },
      fill(element, way) {
        set(element, "aria-pressed", String(way.method === method && way.number === number));
      },
    });
  }

  return {
    apply(view) {
      const { place, kitchen } = view;
      if (place.name !== "kitchen") return;
      pot.apply(view);
      drawWays(kitchen);
      write(part("kitchen-note"), noteOf(kitchen));
      set(part("dishes"), "aria-busy", String(kitchen.phase === "loading"));
      keyed(part("dishes"), kitchen.phase === "loading" ? WAITING : kitchen.rows, {
        key: (row) => row.id,
        make: (row) => (row.title ? dish(row, actions) : h("li", { class: "dish waiting" })),
        fill: (element, row) => row.title && fillDish(element, row, view),
      });
      const nothing = kitchen.phase === "ready" && kitchen.rows.length === 0;
      part("kitchen-empty").hidden = !nothing && kitchen.phase !== "failed";
      write(part("kitchen-empty"), nothing ? EMPTY : kitchen.error);
    },
  };
}

function noteOf({ phase, rows, ingredients, method, optimal }) {
  if (phase === "loading") return "함께 쓸 수 있는 요리를 고르고 있어요…";
  if (phase !== "ready" || rows.length === 0) return "";
  const used = new Set(rows.flatMap((row) => row.used));
  const left = ingredients.map((each) => leftoverOf(each).name).filter((each) => !used.has(each));
  const best = optimal ? "가장 많이 쓰는" : "많이 쓰는";
  const dishes = method === "cover" ? best : "함께 만들면 좋은";
  const rest = left.length > 0 ? ` 남는 재료: ${left.join(", ")}` : " 넣은 재료를 모두 써요.";
  return `${dishes} 요리 ${rows.length}가지예요.${rest}`;
}
