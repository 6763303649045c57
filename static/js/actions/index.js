// What a person can do here. Every refusal is told; what follows from an action comes by push.

import { createAccountActions } from "./account.js";
import { createBuying } from "./buying.js";
import { createCooking } from "./cooking.js";
import { createSearching } from "./searching.js";
import { createWatching } from "./watching.js";

/** Return every action; `tools` are {store, clock, shop, finder, session, toast, account, panels,
 * go}.
 */
export function createActions(tools) {
  const { store, toast, account } = tools;

  /** Do some work and tell why, when it is refused. */
  async function attempt(work) {
    try {
      return await work();
    } catch (refusal) {
      toast(refusal.message, { kind: "error" });
      return undefined;
    }
  }

  /** Do what needs somebody to be signed in, asking first where nobody is. */
  const signedIn = (lead, next) =>
    store.state.user ? next() : account.askToLogIn(lead, next);

  const means = { ...tools, attempt, signedIn };
  const actions = {
    ...createWatching(means),
    ...createBuying(means),
    ...createAccountActions(means),
    ...createSearching(means),
    ...createCooking(means),
  };
  const arrivals = {
    search: actions.arriveSearch,
    recipe: actions.arriveRecipe,
    kitchen: actions.arriveKitchen,
  };
  /** Get what the place needs; again, once we know who is here. */
  return { ...actions, arrive: (place) => arrivals[place.name]?.(place) };
}
