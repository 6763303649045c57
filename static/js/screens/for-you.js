// What goes with what somebody likes, bought and looked at.

import { find, keyed } from "../dom.js";
import { card } from "./card.js";

export function createForYou(section, actions) {
  return {
    apply({ user, forYou, now }) {
      section.hidden = !user || forYou.rows.length === 0;
      keyed(find(section, "for-you-list"), user ? forYou.rows : [], {
        key: (row) => `${row.key} ${row.onAir} ${row.soldOut} ${row.reason}`,
        make: (row) => card(row, { actions, now }),
      });
    },
  };
}
