// The live channels over a plain EventSource, which can only listen: what it listens to is in its
// address, so another set of channels is another address. Its `id:` says where each channel stands.

const GATHER_MS = 30; // one new address for channels that are wanted together
const RETRY_MS = [500, 1000, 2000, 4000, 8000];
const SILENCE_MS = 10_000; // beyond the server's own ping
const FINAL_FROM = 3500;

/** Open the door; who we are is in a cookie. See connection.js for the arguments. */
export function openEventSource({ renew, onState, onTime, onEnded }) {
  const listeners = new Map();
  let source = null;
  let cursor = "";
  let everConnected = false;
  let failures = 0;
  let pingMs = 25_000;
  const timers = { open: 0, silence: 0 };

  const plan = (inMs) => {
    clearTimeout(timers.open);
    timers.open = setTimeout(open, inMs);
  };

  function open() {
    source?.close();
    clearTimeout(timers.silence);
    if (!navigator.onLine) return;
    if (!everConnected) onState("connecting");
    source = new EventSource(address([...listeners.keys()], cursor));
    source.onmessage = (message) => {
      if (message.lastEventId) cursor = message.lastEventId;
      watchSilence();
      take(JSON.parse(message.data));
    };
    source.onerror = () => failed(source.readyState === EventSource.CLOSED);
  }

  function failed(refused) {
    onState(everConnected ? "reconnecting" : "connecting");
    if (!refused) return; // the browser comes back by itself
    const pause = RETRY_MS[Math.min(failures, RETRY_MS.length - 1)];
    failures += 1;
    renew().catch(() => {}).then(() => plan(pause));
  }

  function watchSilence() {
    clearTimeout(timers.silence);
    timers.silence = setTimeout(() => {
      onState("reconnecting");
      open();
    }, pingMs + SILENCE_MS);
  }

  function take(push) {
    if (push.connect) return connected(push.connect);
    if (push.pub) return listeners.get(push.channel)?.event(push.pub.data);
    if (push.unsubscribe) return listeners.get(push.channel)?.lost();
    if (push.disconnect?.code >= FINAL_FROM) {
      source.close();
      onEnded();
    }
    return undefined;
  }

  function connected({ data, ping, subs = {} }) {
    everConnected = true;
    failures = 0;
    if (ping) pingMs = ping * 1000;
    if (data?.time) onTime(data.time);
    for (const [channel, sub] of Object.entries(subs)) {
      const listener = listeners.get(channel);
      if (sub.data && !sub.recovered) listener?.snapshot(sub.data);
      (sub.publications ?? []).forEach((publication) => listener?.event(publication.data));
    }
    onState("connected");
  }

  addEventListener("offline", () => {
    source?.close();
    clearTimeout(timers.silence);
  });
  addEventListener("online", () => plan(0));
  plan(GATHER_MS);

  return {
    subscribe(channel, listener) {
      listeners.set(channel, listener);
      plan(GATHER_MS);
    },
    unsubscribe(channel) {
      if (listeners.delete(channel)) plan(GATHER_MS);
    },
    renew: () => plan(GATHER_MS),
    close() {
      clearTimeout(timers.open);
      clearTimeout(timers.silence);
      source?.close();
    },
  };
}

function address(channels, cursor) {
  const subs = Object.fromEntries(channels.map((channel) => [channel, {}]));
  const query = new URLSearchParams({ cf_connect: JSON.stringify({ subs }) });
  if (cursor) query.set("last_event_id", cursor);
  return `/connection/uni_sse?${query}`;
}
