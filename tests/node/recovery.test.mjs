// Coming back: exactly what was missed, or the honest word that it is gone.

import assert from "node:assert/strict";
import { bench, Caller, room, story, until } from "./client.mjs";

const numbers = (first, last) =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

async function following(t, kind, options) {
  const caller = await new Caller(t).connect();
  const follower = caller.follow(room(kind), options);
  await follower.subscription.ready();
  const say = (first, last) =>
    bench("publish", { channel: follower.channel, items: numbers(first, last) });
  return { caller, follower, say };
}

function wasWhole(follower, last) {
  assert.deepEqual(follower.values, numbers(1, last));
  assert.deepEqual(follower.offsets, numbers(1, last));
}

story("what was missed while disconnected comes first", async (t) => {
  const { caller, follower, say } = await following(t, "recovery");
  await say(1, 2);
  await follower.heard(2);
  caller.sdk.disconnect();
  await say(3, 9);
  caller.sdk.connect();
  await follower.heard(9);
  await say(10, 11);
  await follower.heard(11);
  wasWhole(follower, 11);
  assert.deepEqual(follower.recoveries, [[false, false], [true, true]]);
});

story("what was missed while unsubscribed comes first", async (t) => {
  const { follower, say } = await following(t, "recovery");
  await say(1, 2);
  await follower.heard(2);
  follower.subscription.unsubscribe();
  await say(3, 5);
  follower.subscription.subscribe();
  await follower.heard(5);
  wasWhole(follower, 5);
  assert.deepEqual(follower.recoveries, [[false, false], [true, true]]);
});

story("what is no longer remembered is not pretended to be there", async (t) => {
  const { caller, follower, say } = await following(t, "smallhistory");
  await say(1, 1);
  await follower.heard(1);
  caller.sdk.disconnect();
  await say(2, 5);
  await caller.connect();
  await follower.subscription.ready();
  assert.deepEqual(follower.recoveries, [[false, false], [true, false]]);
  await say(6, 6);
  await follower.heard(2);
  assert.deepEqual([follower.values, follower.offsets], [[1, 6], [1, 6]]);
});

story("a client that brings its own state hears everything after it", async (t) => {
  const channel = room("recovery");
  await bench("publish", { channel, items: numbers(1, 4) });
  const caller = await new Caller(t).connect();
  const fromTheStart = caller.follow(channel, { getState: async () => ({ offset: 0, epoch: "" }) });
  await fromTheStart.heard(4);
  wasWhole(fromTheStart, 4);
  const other = await new Caller(t).connect();
  const { epoch } = await bench("top", { channel });
  const later = other.follow(channel, { getState: async () => ({ offset: 3, epoch }) });
  await later.heard(1);
  assert.deepEqual([later.values, later.offsets], [[4], [4]]);
});

story("a client that brings its own state brings it anew when there is a hole", async (t) => {
  const channel = room("smallhistory");
  const states = [];
  const getState = async () => {
    states.push(await bench("top", { channel }));
    return states.at(-1);
  };
  const say = (first, last) => bench("publish", { channel, items: numbers(first, last) });
  const caller = await new Caller(t).connect();
  await say(1, 1);
  const follower = caller.follow(channel, { getState });
  await follower.subscription.ready();
  caller.sdk.disconnect();
  await say(2, 6);
  await caller.connect();
  await until(() => follower.welcomes.length === 2);
  await say(7, 7);
  await follower.heard(1);
  assert.deepEqual(states.map(({ offset }) => offset), [1, 6]);
  assert.deepEqual([follower.values, follower.offsets], [[7], [7]]);
  assert.deepEqual(follower.recoveries, [[true, true], [true, true]]);
});

story("what was lost on the way is noticed and made good", async (t) => {
  const { caller, follower, say } = await following(t, "recovery");
  await say(1, 2);
  await follower.heard(2);
  await bench("deafen", { channel: follower.channel, items: numbers(3, 5) });
  await follower.heard(5);
  await say(6, 6);
  await follower.heard(6);
  wasWhole(follower, 6);
  assert.deepEqual(follower.subscribing, [0, 2500]);
  assert.deepEqual(follower.recoveries, [[false, false], [true, true]]);
  assert.deepEqual(caller.connecting, [0]);
});

story("a server that stops says so, and nothing said meanwhile is lost", async (t) => {
  const { caller, follower, say } = await following(t, "recovery");
  await say(1, 2);
  await follower.heard(2);
  const { channel } = follower;
  await bench("restart", { how: "terminate", channel, items: numbers(3, 6) });
  await follower.heard(6);
  await say(7, 7);
  await follower.heard(7);
  wasWhole(follower, 7);
  assert.equal(caller.connecting[1], 3001);
  assert.deepEqual(follower.recoveries, [[false, false], [true, true]]);
});

story("a server that is killed says nothing, and nothing is lost either", async (t) => {
  const { caller, follower, say } = await following(t, "recovery");
  await say(1, 2);
  await follower.heard(2);
  const { channel } = follower;
  await bench("restart", { how: "kill", channel, items: numbers(3, 6) });
  await follower.heard(6);
  wasWhole(follower, 6);
  assert.ok(caller.connecting[1] < 3000);
  assert.deepEqual(follower.recoveries, [[false, false], [true, true]]);
});

story("a server that forgot everything says that it did", async (t) => {
  const { follower, say } = await following(t, "recovery");
  await say(1, 2);
  await follower.heard(2);
  const { channel } = follower;
  // As many as before: only the epoch can tell that these are not the same.
  await bench("restart", { how: "terminate", forget: true, channel, items: [11, 12] });
  await until(() => follower.welcomes.length === 2);
  const [before, after] = follower.welcomes.map(({ streamPosition }) => streamPosition);
  assert.notEqual(before.epoch, after.epoch);
  assert.deepEqual(follower.recoveries, [[false, false], [true, false]]);
  await say(13, 13);
  await follower.heard(3);
  assert.deepEqual([follower.values, follower.offsets], [[1, 2, 13], [1, 2, 3]]);
});
