// What lies over the page: the orders and the inbox at the side, the order form in the middle.

import { find, set } from "./dom.js";
import { createDrawer } from "./drawer.js";
import { productOf } from "./view.js";

export function createPanels({ store, onOrders, onInbox }) {
  const { state, change } = store;
  const behind = [document.getElementById("header"), document.getElementById("main")];
  const openers = { orders: find(document, "orders-open"), inbox: find(document, "inbox-open") };
  const drawers = {
    orders: drawer("orders", () => change({ openOrder: null })),
    inbox: drawer("inbox"),
  };
  const screens = {}; // filled by those who draw them

  function drawer(name, closed = () => {}) {
    return createDrawer(document.getElementById(name), {
      behind,
      onClose() {
        set(openers[name], "aria-expanded", "false");
        closed();
      },
    });
  }

  function open(name) {
    const other = name === "orders" ? "inbox" : "orders";
    drawers[other].close({ back: false });
    drawers[name].open();
    set(openers[name], "aria-expanded", "true");
  }

  openers.orders.addEventListener("click", () => {
    if (drawers.orders.isOpen) drawers.orders.close();
    else {
      open("orders");
      onOrders();
    }
  });
  openers.inbox.addEventListener("click", () => {
    if (drawers.inbox.isOpen) drawers.inbox.close();
    else {
      screens.inbox.opened([...state.notifications.values()]);
      open("inbox");
      onInbox();
    }
  });

  return {
    screens,
    openOrders: () => open("orders"),
    openBuy(sku) {
      const row = [...state.broadcasts.values()].find((each) => each.product.sku === sku);
      if (row) screens.buy.open(productOf(state, row));
    },
    closeAll: () => Object.values(drawers).forEach((each) => each.close({ back: false })),
  };
}
