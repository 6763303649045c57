// The page of the live channels: the AsyncAPI document as something to read, drawn once.

import { h } from "./dom.js";
import { call } from "./asyncapi/call.js";
import { channel } from "./asyncapi/channel.js";
import { door } from "./asyncapi/door.js";
import { message } from "./asyncapi/message.js";
import { listContents } from "./reference/contents.js";
import { show } from "./reference/document.js";
import { prose } from "./reference/prose.js";

const ABOUT = {
  doors: "Ways in. Any door leads to every channel.",
  channels: "What can be listened to. Each begins with a snapshot, and events follow.",
  events: "What can happen. Each is one CloudEvents 1.0 object, told on one channel or several.",
  calls: "What a client may have done over its connection: the methods of the rpc command.",
};

function section(name, articles) {
  return h(
    "section",
    { class: "tag", id: name },
    h("h2", {}, `${name[0].toUpperCase()}${name.slice(1)}`),
    h("p", { class: "tag-about" }, ABOUT[name]),
    ...articles,
  );
}

/** Return what every channel is, with the messages that are heard there and the way to listen. */
function channelsOf(document_, lookUp) {
  const listening = Object.values(document_.operations).filter(({ action }) => action === "receive");
  return listening.map((operation) => {
    const found = lookUp(operation.channel);
    return { ...found, operation, heard: operation.messages.map(lookUp).map(lookUp) };
  });
}

/** Return the calls, each with its request and its answer. */
function callsOf(document_, lookUp) {
  const sending = Object.values(document_.operations).filter(({ action }) => action === "send");
  return sending.map(({ messages: [asked], reply }) => ({
    asked: lookUp(lookUp(asked)),
    told: lookUp(lookUp(reply.messages[0])),
  }));
}

function draw(document_, lookUp) {
  const { info, servers } = document_;
  const channels = channelsOf(document_, lookUp);
  const events = new Map();
  for (const { address, heard } of channels) {
    for (const one of heard.slice(1)) {
      events.set(one.name, { ...one, told: [...(events.get(one.name)?.told ?? []), address] });
    }
  }
  const calls = callsOf(document_, lookUp);
  const groups = [
    ["doors", Object.values(servers).map((each) => door(each))],
    ["channels", channels.map((each) => channel(each, lookUp))],
    ["events", [...events.values()].map((each) => message(each, lookUp))],
    ["calls", calls.map((each) => call(each, lookUp))],
  ];
  const heading = h(
    "section",
    { class: "intro" },
    h("h1", {}, info.title, h("span", { class: "version" }, info.version)),
    h("p", { class: "intro-summary" }, `${channels.length} channels, ${events.size} events, ${calls.length} calls.`),
    ...prose(info.description),
  );
  listContents(groups.map(([id, all]) => ({ id, name: id, entries: all.map(({ entry }) => entry) })));
  const sections = groups.map(([id, all]) => section(id, all.map(({ article }) => article)));
  return [heading, ...sections];
}

await show("/asyncapi.json", draw);
