// The stock SDK over one pair of transport and codec, and all that it reported.

import { createHmac, randomUUID } from "node:crypto";
import { test } from "node:test";
import { Centrifuge as JsonClient } from "centrifuge";
import { Centrifuge as ProtobufClient } from "centrifuge/build/protobuf";
import { EventSource } from "eventsource";
import WebSocket from "ws";

const PATIENCE_MS = 15_000;
const LOOK_MS = 5;
const CODECS = { json: JsonClient, protobuf: ProtobufClient };

export const SERVER = process.env.SERVER;
const LINE = process.env.LINE ?? SERVER; // by which live connections reach it
export const [TRANSPORT, CODEC] = process.env.PAIR.split(" ");
// Only there each command is a frame of its own, which a test can see and drop.
export const framed = TRANSPORT === "websocket";
// Where the two directions are two connections, every command is a request.
export const emulated = !framed;

const binary = CODEC === "protobuf";

/** A payload as this codec's client takes it. */
export const packed = (value) =>
  binary ? new TextEncoder().encode(JSON.stringify(value)) : value;

/** What a payload says. */
export const unpacked = (data) => (binary ? JSON.parse(new TextDecoder().decode(data)) : data);

/** One test; it fails by itself before anybody has to wait for it. */
export const story = (name, tell) => test(name, { timeout: 40_000 }, tell);

/** Return the condition's first true value. */
export async function until(condition, milliseconds = PATIENCE_MS) {
  const deadline = Date.now() + milliseconds;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > deadline) throw new Error(`never came true: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

/** Have the test bench do something that no client can. */
export async function bench(verb, order = {}) {
  const answer = await fetch(`${process.env.BENCH}/${verb}`, {
    method: "POST",
    body: JSON.stringify(order),
  });
  if (!answer.ok) throw new Error(`${verb}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

/** A channel that nobody else knows, of a kind that has a prefix or of the plain one. */
export const room = (kind = "") => `${kind ? `${kind}:` : ""}room-${randomUUID()}`;

/** A JSON Web Token (RFC 7519, HS256). */
export function token(claims, secret = "secret") {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const said = `${part({ alg: "HS256", typ: "JWT" })}.${part(claims)}`;
  return `${said}.${createHmac("sha256", secret).update(said).digest("base64url")}`;
}

/** A client of the SDK, and why it was connecting and disconnected. */
export class Caller {
  constructor(t, options = {}) {
    const endpoint = `${framed ? LINE.replace("http", "ws") : LINE}/connection/${TRANSPORT}`;
    this.sdk = new CODECS[CODEC]([{ transport: TRANSPORT, endpoint }], {
      websocket: WebSocket,
      eventsource: EventSource,
      emulationEndpoint: `${LINE}/emulation`,
      minReconnectDelay: 20,
      maxReconnectDelay: 200,
      ...options,
    });
    this.welcomes = [];
    this.connecting = [];
    this.disconnected = [];
    this.errors = [];
    this.sdk.on("connected", (ctx) => this.welcomes.push(ctx));
    this.sdk.on("connecting", (ctx) => this.connecting.push(ctx.code));
    this.sdk.on("disconnected", (ctx) => this.disconnected.push(ctx.code));
    this.sdk.on("error", (ctx) => this.errors.push(ctx));
    t.after(() => this.sdk.disconnect());
  }

  /** Connect and wait until that has succeeded. */
  async connect() {
    this.sdk.connect();
    await this.sdk.ready();
    return this;
  }

  /** Follow a channel from now on. */
  follow(channel, options = {}) {
    const follower = new Follower(this.sdk, channel, options);
    follower.subscription.subscribe();
    return follower;
  }
}

/** One subscription of a client, and what it heard. */
export class Follower {
  constructor(sdk, channel, options) {
    const quick = { minResubscribeDelay: 20, maxResubscribeDelay: 200 };
    this.channel = channel;
    this.values = [];
    this.offsets = [];
    this.publishers = [];
    this.joined = [];
    this.left = [];
    this.welcomes = [];
    this.subscribing = [];
    this.unsubscribed = [];
    this.subscription = sdk
      .newSubscription(channel, { ...quick, ...options })
      .on("subscribed", (ctx) => this.welcomes.push(ctx))
      .on("subscribing", (ctx) => this.subscribing.push(ctx.code))
      .on("unsubscribed", (ctx) => this.unsubscribed.push(ctx.code))
      .on("join", (ctx) => this.joined.push(ctx.info.client))
      .on("leave", (ctx) => this.left.push(ctx.info.client))
      .on("publication", (ctx) => {
        this.values.push(unpacked(ctx.data));
        this.offsets.push(ctx.offset);
        this.publishers.push(ctx.info?.client);
      });
  }

  /** Whether each subscription asked for what it had missed, and whether it got it. */
  get recoveries() {
    return this.welcomes.map(({ wasRecovering, recovered }) => [wasRecovering, recovered]);
  }

  /** Wait until so many publications were heard. */
  heard(count) {
    return until(() => this.values.length >= count);
  }
}
