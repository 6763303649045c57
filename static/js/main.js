// The live page put together: facts come in by push, people act, the screens draw.

import { createActions } from "./actions/index.js";
import { orderFromAddress } from "./checkout.js";
import { createClock, seoulDay } from "./clock.js";
import { startCountdowns } from "./countdown.js";
import { find } from "./dom.js";
import { absorb, hear } from "./facts.js";
import { createFinder } from "./finder.js";
import { createListening, wanted } from "./listening.js";
import { createConnection, transportOf } from "./live/connection.js";
import { createNews } from "./news.js";
import { createPanels } from "./panels.js";
import { createRoads } from "./places.js";
import { firstChannel, programmes } from "./programme.js";
import { createScreens } from "./screens.js";
import { createAccount } from "./screens/account.js";
import { createToasts } from "./screens/toasts.js";
import { createSession } from "./session.js";
import { createShop } from "./shop.js";
import { createStore } from "./store.js";
import { viewOf } from "./view.js";

const FAREWELLS = {
  expired: "로그인이 만료되어 로그아웃했어요.",
  ended: "다른 곳에서 로그아웃해서 이 화면도 로그아웃했어요.",
};

const clock = createClock();
const store = createStore();
const { state, change } = store;
const session = createSession({ onChange: meet });
const shop = createShop(session);
const finder = createFinder(session);
const connection = createConnection({
  transport: transportOf(location.search),
  token: session.tokenForLive,
  renew: async () => (state.user ? session.renew() : ""),
});
const toast = createToasts(find(document, "toasts"));
const account = createAccount(document.getElementById("account"), { session, shop });
const panels = createPanels({
  store,
  onOrders: () => actions.loadOrders(),
  onInbox: () => actions.readAll(),
});
const roads = createRoads((place) => {
  change({ place });
  actions.arrive(place);
});
const actions = createActions({
  ...{ store, clock, shop, finder, session, toast, account, panels },
  go: roads.go,
});
const screens = createScreens({ actions, panels });
const news = createNews({ store, toast, actions });
const askedOrder = orderFromAddress();
let synced = false;

const listen = createListening(connection, (channel) => ({
  snapshot(data) {
    change((facts) => absorb(facts, channel, data));
    if (channel !== "schedule") return;
    if (synced) actions.forgetDays();
    synced = true;
    change(({ days }) => days.set(data.date, "ready"));
  },
  event(event) {
    change((facts) => hear(facts, event));
    news(event);
  },
  lost() {
    if (channel !== `order:${state.openOrder}`) return;
    change({ openOrder: null });
    toast("주문을 찾을 수 없어요.", { kind: "error" });
  },
}));

function meet(user, reason) {
  const before = state.user;
  if (before && before.user_id !== user?.user_id) {
    store.forgetPerson();
    panels.closeAll();
  }
  change({ user });
  connection.setSession();
  if (before && FAREWELLS[reason]) toast(FAREWELLS[reason]);
  actions.arrive(state.place);
  if (!user) return;
  if (askedOrder && before === undefined) actions.openOrder(askedOrder);
  actions.loadLikes();
  actions.loadForYou();
}

function draw() {
  if (state.channel === null) state.channel = firstChannel(programmes(state.broadcasts.values()));
  const view = viewOf(state, clock.now());
  screens.forEach((screen) => screen.apply(view));
  listen(wanted(state, view));
  drawCountdowns();
  if (view.shown) actions.loadDetails(view.shown.live_id);
  turnDay();
}

let today = seoulDay(clock.now());
function turnDay() {
  const day = seoulDay(clock.now());
  if (day === today) return;
  if (state.day === today) change({ day });
  today = day;
  actions.loadAround();
}

const drawCountdowns = startCountdowns(clock);
store.watch(draw);
addEventListener("storage", session.follow);
change({ day: today, place: roads.here() });
actions.arrive(state.place);
session.resume().finally(() => {
  connection.open({
    onState: (next) => change({ connection: next }),
    onTime: (serverMs) => clock.set(serverMs),
    onEnded: () => (state.user ? session.ended() : connection.setSession()),
  });
});
actions.loadAround();
