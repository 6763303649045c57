// Saying something, asking what was said, and asking for what nobody does.

import assert from "node:assert/strict";
import { bench, Caller, packed, room, story, unpacked, until } from "./client.mjs";

story("what one client says all hear, with who said it", async (t) => {
  const channel = room();
  const [first, second] = [await new Caller(t).connect(), await new Caller(t).connect()];
  const [mine, other] = [first.follow(channel), second.follow(channel)];
  await Promise.all([mine.subscription.ready(), other.subscription.ready()]);
  const said = [{ greeting: "안녕하세요 👋" }, [1, 2.5, null], "line\nbreak", true, {}];
  for (const each of said) await mine.subscription.publish(packed(each));
  await Promise.all([mine.heard(said.length), other.heard(said.length)]);
  for (const follower of [mine, other]) {
    assert.deepEqual(follower.values, said);
    assert.deepEqual(follower.offsets, [1, 2, 3, 4, 5]);
    assert.deepEqual(new Set(follower.publishers), new Set([first.welcomes[0].client]));
  }
});

story("what the shop says comes in order and from nobody", async (t) => {
  const caller = await new Caller(t).connect();
  const follower = caller.follow(room());
  await follower.subscription.ready();
  const items = Array.from({ length: 60 }, (_, number) => ({ number }));
  await bench("publish", { channel: follower.channel, items });
  await follower.heard(items.length);
  assert.deepEqual(follower.values, items);
  assert.deepEqual(new Set(follower.publishers), new Set([undefined]));
});

story("where all is permitted, one need not listen to speak and to look", async (t) => {
  const [first, second] = [await new Caller(t).connect(), await new Caller(t).connect()];
  const follower = first.follow(room());
  await follower.subscription.ready();
  await second.sdk.publish(follower.channel, packed("psst"));
  await follower.heard(1);
  assert.equal((await second.sdk.presenceStats(follower.channel)).numClients, 1);
  const { publications } = await second.sdk.history(follower.channel, { limit: 1 });
  assert.deepEqual(publications.map(({ data }) => unpacked(data)), ["psst"]);
});

story("a channel's history is read in pages, both ways", async (t) => {
  const channel = room();
  await bench("publish", { channel, items: ["a", "b", "c", "d", "e"] });
  const caller = await new Caller(t).connect();
  const { subscription } = caller.follow(channel);
  await subscription.ready();
  const page = async (options) => {
    const { publications, offset, epoch } = await subscription.history(options);
    return { said: publications.map(({ data }) => unpacked(data)).join(""), offset, epoch };
  };
  const { epoch, ...top } = await page({ limit: 0 });
  assert.deepEqual(top, { said: "", offset: 5 });
  assert.equal((await page({ limit: -1 })).said, "abcde");
  assert.equal((await page({ limit: 2, since: { offset: 1, epoch } })).said, "bc");
  assert.equal((await page({ limit: 2, reverse: true })).said, "ed");
  assert.equal((await page({ limit: 9, since: { offset: 3, epoch }, reverse: true })).said, "ba");
  await assert.rejects(page({ limit: 1, since: { offset: 1, epoch: "gone" } }), { code: 112 });
});

story("a call made before the connection stands waits for it", async (t) => {
  const caller = new Caller(t);
  caller.sdk.connect();
  await assert.rejects(caller.sdk.rpc("anything", packed({})), { code: 108 });
  assert.equal(caller.welcomes.length, 1);
});

story("a message that nobody takes ends the connection", async (t) => {
  const caller = await new Caller(t).connect();
  await caller.sdk.send(packed({ hello: "?" }));
  await until(() => caller.disconnected.length);
  assert.deepEqual(caller.disconnected, [3508]);
});
