// The live channels over WebSocket, with the stock Centrifuge client: it reconnects, recovers what
// was missed, and asks for a token when the old one is over.

import { Centrifuge } from "centrifuge";

const ATTEMPTS_MAX = 3;
const BACKOFF = { minReconnectDelay: 300, maxReconnectDelay: 5000 };
const FINAL_FROM = 3500; // the server's codes for those who must not come back as they are

/** Open the door. `token()` gives a token or "" for a stranger; see connection.js for the rest. */
export function openWebSocket({ token, onState, onTime, onEnded, onUnreachable }) {
  const address = new URL("/connection/websocket", location.href);
  address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
  const client = new Centrifuge(address.href, { name: "page", getToken: token, ...BACKOFF });
  let everConnected = false;
  let failures = 0;

  client.on("connected", ({ data }) => {
    everConnected = true;
    if (data?.time) onTime(data.time);
    onState("connected");
  });
  client.on("connecting", () => onState(everConnected ? "reconnecting" : "connecting"));
  client.on("disconnected", ({ code }) => {
    if (code >= FINAL_FROM) onEnded();
  });
  client.on("error", ({ type }) => {
    if (everConnected || type !== "transport" || !navigator.onLine) return;
    failures += 1;
    if (failures === ATTEMPTS_MAX) onUnreachable();
  });
  client.connect();

  return {
    subscribe(channel, listener) {
      const subscription = client.newSubscription(channel);
      subscription.on("subscribed", ({ data, recovered }) => {
        if (data && !recovered) listener.snapshot(data);
      });
      subscription.on("publication", ({ data }) => listener.event(data));
      subscription.on("unsubscribed", ({ code }) => code > 0 && listener.lost());
      subscription.subscribe();
    },
    unsubscribe(channel) {
      const subscription = client.getSubscription(channel);
      subscription?.removeAllListeners();
      if (subscription) client.removeSubscription(subscription);
    },
    /** Come back as somebody else, where each channel was left. */
    renew() {
      client.disconnect();
      client.setToken("");
      client.connect();
    },
    close: () => client.disconnect(),
  };
}
