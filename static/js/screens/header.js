// The header: whether we hear the shop, and who is here.

import { find, set, write } from "../dom.js";
import { count } from "../format.js";

const WORDS = {
  connecting: "연결 중…",
  connected: "연결됨",
  reconnecting: "다시 연결 중…",
  offline: "오프라인",
};
const TRANSPORTS = { ws: "WS", sse: "SSE" };
const BADGE_MAX = 99;

export function createHeader(root, actions) {
  const part = (name) => find(root, name);
  const menu = part("account-menu");
  part("login-open").addEventListener("click", () => actions.askToLogIn());
  part("signup-open").addEventListener("click", () => actions.askToSignUp());
  part("logout").addEventListener("click", () => leave(actions.logOut));
  part("logout-all").addEventListener("click", () => leave(actions.logOutEverywhere));
  document.addEventListener("click", (event) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });

  function leave(action) {
    menu.open = false;
    action();
  }

  return {
    apply({ connection, user, inbox, ordersUnderWay, title }) {
      set(part("connection-state"), "data-state", connection.state);
      set(part("connection-state"), "data-transport", connection.transport);
      write(part("connection-text"), WORDS[connection.state]);
      write(part("connection-transport"), TRANSPORTS[connection.transport]);
      const known = user !== undefined;
      for (const name of ["inbox-open", "orders-open", "account-menu"]) part(name).hidden = !user;
      for (const name of ["login-open", "signup-open"]) part(name).hidden = !known || Boolean(user);
      write(part("account-name"), user ? `${user.username}님` : "");
      write(part("account-email"), user?.email ?? "");
      badge(part("unread"), inbox.unread, "읽지 않은 알림");
      badge(part("orders-count"), ordersUnderWay, "진행 중인 주문");
      const unread = inbox.unread > 0 ? `(${inbox.unread}) ` : "";
      document.title = `${unread}${title ? `${title} · ` : ""}UHOK Live`;
    },
  };
}

function badge(element, number, what) {
  element.hidden = number === 0;
  write(element, number > BADGE_MAX ? `${BADGE_MAX}+` : count(number));
  set(element, "aria-label", `${what} ${number}개`);
}
