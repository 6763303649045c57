// One way to listen, whichever transport carries it: WebSocket, or EventSource where a WebSocket
// cannot get through or `?transport=sse` asks for it.

import { openEventSource } from "./sse.js";
import { openWebSocket } from "./ws.js";

/**
 * `token()` and `renew()` resolve to an access token, "" for a stranger. A listener is
 * `{snapshot(data), event(cloudEvent), lost()}`: where a channel starts (again), what happened
 * since, and that it is not ours to hear.
 */
export function createConnection({ transport, token, renew }) {
  const listeners = new Map();
  let handlers = null;
  let link = null;
  let carried = transport;
  let state = "connecting";

  const tell = () => {
    handlers.onState({ state: navigator.onLine ? state : "offline", transport: carried });
  };

  function start() {
    const common = {
      token,
      renew,
      onState(next) {
        state = next;
        tell();
      },
      onTime: handlers.onTime,
      onEnded: handlers.onEnded,
      onUnreachable: fallBack,
    };
    link = carried === "sse" ? openEventSource(common) : openWebSocket(common);
    listeners.forEach((listener, channel) => link.subscribe(channel, listener));
    tell();
  }

  function fallBack() {
    link.close();
    carried = "sse";
    start();
  }

  return {
    open(given) {
      handlers = given;
      addEventListener("online", tell);
      addEventListener("offline", tell);
      start();
    },
    subscribe(channel, listener) {
      listeners.set(channel, listener);
      link?.subscribe(channel, listener);
    },
    unsubscribe(channel) {
      listeners.delete(channel);
      link?.unsubscribe(channel);
    },
    /** Come back as whoever is signed in now. */
    setSession: () => link?.renew(),
  };
}

/** Return the transport that the page's address asks for. */
export function transportOf(search) {
  return new URLSearchParams(search).get("transport") === "sse" ? "sse" : "ws";
}
