// Beginning and ceasing to listen, and who is seen doing it.

import assert from "node:assert/strict";
import WebSocket from "ws";
import { UnauthorizedError } from "centrifuge";
import { UnauthorizedError as ProtobufUnauthorizedError } from "centrifuge/build/protobuf";
import { bench, Caller, CODEC, framed, room, story, token, until } from "./client.mjs";

const Unauthorized = CODEC === "protobuf" ? ProtobufUnauthorizedError : UnauthorizedError;
const PRESENCE_MS = 2_000;

const counted = (channel, clients) =>
  until(async () => (await bench("crowd", { channel })).clients === clients, PRESENCE_MS);

story("whoever subscribes is counted, and no longer once they have left", async (t) => {
  const caller = await new Caller(t).connect();
  const follower = caller.follow(room());
  await follower.subscription.ready();
  const { client } = caller.welcomes[0];
  const { clients } = await follower.subscription.presence();
  assert.deepEqual([Object.keys(clients), clients[client].client], [[client], client]);
  const stats = await follower.subscription.presenceStats();
  assert.deepEqual([stats.numClients, stats.numUsers], [1, 1]);
  follower.subscription.unsubscribe();
  await counted(follower.channel, 0);
  assert.deepEqual(follower.unsubscribed, [0]);
});

story("two clients of one user are two clients and one user", async (t) => {
  const channel = room();
  const mine = { token: token({ sub: "42" }) };
  const [first, second] = [new Caller(t, mine), new Caller(t, mine)];
  await Promise.all([first.connect(), second.connect()]);
  const follower = first.follow(channel);
  const other = second.follow(channel);
  await Promise.all([follower.subscription.ready(), other.subscription.ready()]);
  await counted(channel, 2);
  const stats = await follower.subscription.presenceStats();
  assert.deepEqual([stats.numClients, stats.numUsers], [2, 1]);
  const { clients } = await other.subscription.presence();
  assert.deepEqual(new Set(Object.values(clients).map(({ user }) => user)), new Set(["42"]));
  second.sdk.disconnect();
  await counted(channel, 1);
  first.sdk.disconnect();
  await counted(channel, 0);
});

story("subscribing in the same breath as connecting works", async (t) => {
  const caller = new Caller(t);
  caller.sdk.connect();
  const followers = [room(), room(), room()].map((channel) => caller.follow(channel));
  await Promise.all(followers.map(({ subscription }) => subscription.ready()));
  assert.deepEqual(caller.connecting, [0]);
  for (const { channel } of followers) await counted(channel, 1);
});

story("unsubscribing in the same breath leaves nobody behind", async (t) => {
  const caller = new Caller(t);
  caller.sdk.connect();
  const follower = caller.follow(room());
  follower.subscription.unsubscribe();
  await caller.sdk.ready();
  const witness = caller.follow(room()); // served after whatever was asked before
  await witness.subscription.ready();
  await counted(follower.channel, 0);
  assert.equal(follower.welcomes.length, 0);
});

story("ten rounds of subscribing and unsubscribing end as the last one said", async (t) => {
  const caller = await new Caller(t).connect();
  const follower = caller.follow(room());
  for (let round = 0; round < 10; round += 1) {
    follower.subscription.unsubscribe();
    follower.subscription.subscribe();
  }
  await follower.subscription.ready();
  await counted(follower.channel, 1);
  follower.subscription.unsubscribe();
  await counted(follower.channel, 0);
  assert.deepEqual(caller.connecting, [0]);
  assert.deepEqual(caller.errors, []);
});

story("five rounds of five channels, each opened by a token of its own", async (t) => {
  const caller = await new Caller(t).connect();
  const channels = [1, 2, 3, 4, 5].map(() => room());
  for (let round = 0; round < 5; round += 1) {
    const followers = channels.map((channel) =>
      caller.follow(channel, { token: token({ sub: "", channel }) }),
    );
    await Promise.all(followers.map(({ subscription }) => subscription.ready()));
    for (const { subscription } of followers) {
      subscription.unsubscribe();
      caller.sdk.removeSubscription(subscription);
    }
  }
  await Promise.all(channels.map((channel) => counted(channel, 0)));
  assert.deepEqual(caller.connecting, [0]);
});

story("a forged token is refused, and the connection goes on", async (t) => {
  const caller = await new Caller(t).connect();
  const channel = room();
  const follower = caller.follow(channel, { token: token({ sub: "", channel }, "guess") });
  await until(() => follower.unsubscribed.length);
  assert.deepEqual(follower.unsubscribed, [103]);
  await caller.follow(room()).subscription.ready();
});

story("somebody else's token ends the connection", async (t) => {
  const caller = await new Caller(t).connect();
  const channel = room();
  caller.follow(channel, { token: token({ sub: "7", channel }) });
  await until(() => caller.disconnected.length);
  assert.deepEqual(caller.disconnected, [3500]);
});

story("a token or data that does not come at first is asked for again", async (t) => {
  const asked = { token: 0, data: 0 };
  const late = (what, answer) => async (ctx) => {
    asked[what] += 1;
    if (asked[what] < 3) throw new Error("not now");
    return answer(ctx);
  };
  const caller = await new Caller(t).connect();
  const follower = caller.follow(room(), {
    getToken: late("token", ({ channel }) => token({ sub: "", channel })),
    getData: late("data", () => null),
  });
  await until(() => follower.welcomes.length);
  assert.deepEqual(asked, { token: 3, data: 3 });
});

story("whoever is refused a token for a channel stays away from it", async (t) => {
  const caller = await new Caller(t).connect();
  const getToken = async () => {
    throw new Unauthorized();
  };
  const follower = caller.follow(room(), { getToken });
  await until(() => follower.unsubscribed.length);
  assert.deepEqual(follower.unsubscribed, [1]);
});

if (framed) {
  story("a change of mind before the first answer is heeded", async (t) => {
    let changed = () => {};
    class Overheard extends WebSocket {
      send(data) {
        super.send(data);
        changed();
      }
    }
    const caller = new Caller(t, { websocket: Overheard });
    const [given, kept] = [caller.follow(room()), caller.follow(room())];
    changed = () => {
      changed = () => {};
      assert.equal(caller.welcomes.length, 0);
      given.subscription.unsubscribe();
      kept.subscription.unsubscribe();
      kept.subscription.subscribe();
    };
    await caller.connect();
    await kept.subscription.ready();
    await counted(kept.channel, 1);
    await counted(given.channel, 0);
    assert.deepEqual(caller.connecting, [0]);
  });
}
