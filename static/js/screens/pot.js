// The ingredients somebody has: chips to add and to take away, with names suggested.

import { createCombobox } from "../combobox.js";
import { find, h, icon, keyed, set, write } from "../dom.js";
import { INGREDIENTS_MIN, leftoverOf } from "../finding.js";

const QUICK_MAX = 12;
const QUICK = ["양파", "감자", "달걀", "두부", "대파", "김치", "돼지고기", "애호박", "당근", "콩나물"];

const nameOf = (text) => leftoverOf(text).name;

/** Return what may be wanted besides: what was typed before, then what most kitchens have. */
function quickBeside(ingredients, pantry) {
  const held = new Set(ingredients.map(nameOf));
  const byName = new Map([...QUICK, ...pantry.toReversed()].map((each) => [nameOf(each), each]));
  const first = [...pantry.map(nameOf), ...QUICK];
  const names = [...new Set(first)].filter((name) => !held.has(name));
  return names.slice(0, QUICK_MAX).map((name) => byName.get(name));
}

export function createPot(form, actions) {
  const part = (name) => find(form, name);
  const input = part("ingredient-input");
  let held = [];
  const box = createCombobox({
    input,
    panel: part("pot-suggestions"),
    list: part("pot-suggestions-list"),
    load: suggest,
    choose: ({ text }) => add(text),
  });

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (input.value.trim()) add(input.value);
    else if (held.length >= INGREDIENTS_MIN) actions.cook();
    else input.focus();
  });
  input.addEventListener("input", () => {
    // A list that was pasted or typed with commas is several ingredients.
    if (/[,，、]/.test(input.value)) add(input.value);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Backspace" || event.isComposing || input.value !== "") return;
    if (held.length > 0) actions.removeIngredient(held.at(-1));
  });
  part("pot-field").addEventListener("click", ({ target }) => {
    if (target === part("pot-field")) input.focus();
  });

  async function suggest(text) {
    const options = text ? await actions.suggestIngredients(text) : [];
    const names = held.map(nameOf);
    return [{ title: "", options: options.filter((each) => !names.includes(each.text)) }];
  }

  function add(text) {
    const names = text.split(/[,，、]/).map((each) => each.trim());
    input.value = "";
    box.close();
    names.filter(Boolean).forEach((name) => actions.addIngredient(name));
    input.focus();
  }

  function drawChips(ingredients) {
    keyed(part("pot-chips"), ingredients, {
      key: (name) => name,
      make(name) {
        const remove = h("button", { type: "button", class: "pot-remove" }, icon("close"));
        set(remove, "aria-label", `${name} 빼기`);
        remove.addEventListener("click", () => {
          actions.removeIngredient(name);
          input.focus();
        });
        return h("li", { class: "pot-chip", "data-testid": "pot-chip" }, name, remove);
      },
    });
  }

  function drawQuick(ingredients, pantry) {
    keyed(part("pot-quick"), quickBeside(ingredients, pantry), {
      key: (name) => name,
      make: (name) => {
        const onclick = () => actions.addIngredient(name);
        const named = { type: "button", class: "chip", "data-testid": "quick" };
        return h("button", { ...named, onclick }, name);
      },
    });
  }

  return {
    apply({ kitchen: { ingredients, phase }, pantry }) {
      held = ingredients;
      drawChips(ingredients);
      drawQuick(ingredients, pantry);
      const more = INGREDIENTS_MIN - ingredients.length;
      write(part("kitchen-hint"), more > 0 ? `${more}가지만 더 넣어 주세요.` : "");
      // Not disabled: a form whose button is takes no Enter, which adds an ingredient.
      set(part("cook"), "aria-disabled", String(more > 0));
      part("cook").ariaBusy = String(phase === "loading");
    },
  };
}
