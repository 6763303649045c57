// A person logs in, buys, and follows the order to the door with the stock SDK.

import assert from "node:assert/strict";
import WebSocket from "ws";
import { bench, Caller, framed, packed, room, SERVER, story, unpacked, until } from "./client.mjs";

const WAY = [
  "ORDER_RECEIVED",
  "PAYMENT_REQUESTED",
  "PAYMENT_COMPLETED",
  "PREPARING",
  "SHIPPING",
  "DELIVERED",
];
const TOKEN = "/api/realtime/token";
const SUBSCRIPTION_TOKEN = "/api/realtime/subscription-token";

/** Somebody with an account of their own, logged in over REST. */
class Person {
  static async arrive() {
    const person = new Person();
    const account = { email: `${room()}@example.com`, password: "correct horse" };
    await person.post("/api/user/signup", { ...account, username: "node" });
    const { access_token, user_id } = await person.post("/api/user/login", account);
    return Object.assign(person, { access: access_token, id: user_id });
  }

  async ask(method, path, body) {
    const headers = { "content-type": "application/json" };
    if (this.access) headers.authorization = `Bearer ${this.access}`;
    const sent = { method, headers, body: body === undefined ? body : JSON.stringify(body) };
    const answer = await fetch(SERVER + path, sent);
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.status === 204 ? null : answer.json();
  }

  post(path, body) {
    return this.ask("POST", path, body);
  }

  async order() {
    const wish = { product_id: 1001, quantity: 1 };
    return (await this.post("/api/orders/homeshopping/order", wish)).order_id;
  }

  pay(order) {
    return this.post(`/api/orders/payment/${order}/confirm/v2`);
  }

  async reaches(order, status) {
    const path = `/api/orders/payment/${order}`;
    await until(async () => (await this.ask("GET", path)).order_status === status);
  }

  /** A client that asks for a token of theirs whenever it needs one. */
  caller(t, options = {}) {
    this.tokens = 0;
    const getToken = async () => {
      this.tokens += 1;
      return (await this.post(TOKEN, {})).token;
    };
    return new Caller(t, { getToken, ...options });
  }
}

const shown = (follower, index) => unpacked(follower.welcomes[index].data);

story("an order is followed to the door, through a tunnel", async (t) => {
  const person = await Person.arrive();
  const order = await person.order();
  const caller = await person.caller(t).connect();
  const follower = caller.follow(`order:${order}`);
  await follower.subscription.ready();
  const snapshot = shown(follower, 0);
  assert.deepEqual([snapshot.order.order_id, snapshot.payment], [order, null]);
  const statuses = () => [
    snapshot.order.status,
    ...follower.values.filter(({ data }) => data.order).map(({ data }) => data.order.status),
  ];
  await person.pay(order);
  await until(() => statuses().at(-1) === "PAYMENT_COMPLETED");

  await bench("cut");
  const before = follower.values.length;
  for (const status of ["PREPARING", "SHIPPING"]) {
    await bench("forward", { hours: 1 });
    await person.reaches(order, status);
  }
  assert.equal(follower.values.length, before);
  await bench("mend");
  await until(() => statuses().at(-1) === "SHIPPING");
  await bench("forward", { hours: 1 });
  await until(() => statuses().at(-1) === "DELIVERED");

  assert.deepEqual(statuses(), WAY);
  assert.deepEqual(follower.recoveries, [
    [false, false],
    [true, true],
  ]);
  const [first] = follower.offsets;
  assert.deepEqual(follower.offsets, follower.offsets.map((_, index) => first + index));
  assert.equal(new Set(follower.values.map(({ id }) => id)).size, follower.values.length);
  assert.equal(person.tokens, 2); // the first one had expired meanwhile: 109, and a fresh one
  const late = (await person.caller(t).connect()).follow(`order:${order}`);
  await late.subscription.ready();
  const last = follower.values.filter(({ data }) => data.order).at(-1);
  assert.deepEqual(shown(late, 0).order, last.data.order);
});

story("a connection outlives its tokens by asking for fresh ones", async (t) => {
  const person = await Person.arrive();
  await bench("tokens", { seconds: 2 });
  const caller = await person.caller(t).connect();
  await bench("tokens", { seconds: 600 });
  await until(() => person.tokens === 2);
  const follower = caller.follow(`user:${person.id}`);
  await follower.subscription.ready();
  await person.order();
  await follower.heard(1);
  assert.deepEqual([caller.connecting, caller.disconnected], [[0], []]);
});

story("an order is for its buyer alone, with a token or without", async (t) => {
  const [person, stranger] = [await Person.arrive(), await Person.arrive()];
  const channel = `order:${await person.order()}`;
  for (const other of [stranger.caller(t), new Caller(t)]) {
    await other.connect();
    const follower = other.follow(channel);
    await until(() => follower.unsubscribed.length);
    assert.deepEqual(follower.unsubscribed, [103]);
  }
  const getToken = async () => (await person.post(SUBSCRIPTION_TOKEN, { channel })).token;
  await assert.rejects(stranger.post(SUBSCRIPTION_TOKEN, { channel }), /404/);
  const caller = await person.caller(t).connect();
  const { subscription } = caller.follow(channel, { getToken });
  await subscription.ready();
  await assert.rejects(subscription.publish(packed("mine")), { code: 103 });
});

story("a person's devices hear of each other", async (t) => {
  const person = await Person.arrive();
  const channel = `user:${person.id}`;
  const [phone, desk] = [await person.caller(t).connect(), await person.caller(t).connect()];
  const follower = phone.follow(channel, { joinLeave: true });
  await follower.subscription.ready();
  const other = desk.follow(channel);
  const { client } = desk.welcomes[0];
  await until(() => follower.joined.includes(client));
  const { clients } = await follower.subscription.presence();
  const users = new Set(Object.values(clients).map(({ user }) => user));
  assert.deepEqual(users, new Set([`${person.id}`]));
  other.subscription.unsubscribe();
  await until(() => follower.left.includes(client));
});

story("what was bought is acknowledged by a call", async (t) => {
  const [person, stranger] = [await Person.arrive(), await Person.arrive()];
  const order = await person.order();
  await person.pay(order);
  const [caller, other] = [person.caller(t), stranger.caller(t)];
  await Promise.all([caller.connect(), other.connect()]);
  const acknowledge = (who, order_id) =>
    who.sdk.rpc("payment.acknowledge", packed({ order_id })).then(({ data }) => unpacked(data));
  const seen = await acknowledge(caller, order);
  assert.ok(seen.acknowledged_at);
  assert.deepEqual(await acknowledge(caller, order), seen);
  await assert.rejects(acknowledge(other, order), { code: 404 });
  await assert.rejects(acknowledge(caller, "?"), { code: 422 });
  await assert.rejects(caller.sdk.rpc("payment.forget", packed({})), { code: 104 });
});

story("logging out ends the connection for good", async (t) => {
  const person = await Person.arrive();
  const caller = await person.caller(t).connect();
  await person.post("/api/user/logout");
  await until(() => caller.disconnected.length);
  assert.deepEqual(caller.disconnected, [3503]);
});

if (framed) {
  story("a client that answers no ping is let go, and may come back", async (t) => {
    class Mute extends WebSocket {
      send(data) {
        if (data.length > 2) super.send(data); // a pong is {} or one byte
      }
    }
    const person = await Person.arrive();
    const [mute, alive] = [person.caller(t, { websocket: Mute }), person.caller(t)];
    await Promise.all([mute.connect(), alive.connect()]);
    await bench("pulse", { mute: mute.welcomes[0].client });
    await until(() => mute.welcomes.length === 2);
    assert.deepEqual(mute.connecting, [0, 3012]);
    assert.deepEqual(alive.connecting, [0]);
  });
}
