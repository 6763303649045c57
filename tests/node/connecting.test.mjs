// Coming and going: what a client is told at the door, and why it has to leave.

import assert from "node:assert/strict";
import { UnauthorizedError } from "centrifuge";
import { UnauthorizedError as ProtobufUnauthorizedError } from "centrifuge/build/protobuf";
import WebSocket from "ws";
import { Caller, CODEC, TRANSPORT, framed, room, story, token, until } from "./client.mjs";

const Unauthorized = CODEC === "protobuf" ? ProtobufUnauthorizedError : UnauthorizedError;

story("a client is given a name and may leave", async (t) => {
  const caller = await new Caller(t).connect();
  const [welcome] = caller.welcomes;
  assert.ok(welcome.client);
  assert.equal(welcome.transport, TRANSPORT);
  caller.sdk.disconnect();
  await until(() => caller.disconnected.length);
  assert.deepEqual([caller.connecting, caller.disconnected], [[0], [0]]);
});

story("a client that comes and goes ten times is there in the end", async (t) => {
  const caller = new Caller(t);
  for (let round = 0; round < 10; round += 1) {
    caller.sdk.connect();
    caller.sdk.disconnect();
  }
  await caller.connect();
  assert.equal(caller.welcomes.length, 1);
  for (let round = 0; round < 3; round += 1) {
    caller.sdk.disconnect();
    await caller.connect();
  }
  assert.equal(new Set(caller.welcomes.map(({ client }) => client)).size, 4);
});

story("a client that loses its network comes back once there is one", async (t) => {
  const network = new EventTarget();
  const caller = await new Caller(t, { networkEventTarget: network }).connect();
  const follower = caller.follow(room());
  await follower.subscription.ready();
  network.dispatchEvent(new Event("offline"));
  assert.equal(caller.sdk.state, "connecting");
  network.dispatchEvent(new Event("online"));
  await until(() => caller.welcomes.length === 2 && follower.welcomes.length === 2);
  caller.sdk.disconnect();
  network.dispatchEvent(new Event("online"));
  assert.equal(caller.sdk.state, "disconnected");
});

story("a client with a good token is let in, one with a forged token for good not", async (t) => {
  await new Caller(t, { token: token({ sub: "42" }) }).connect();
  const forger = new Caller(t, { token: token({ sub: "42" }, "guess") });
  forger.sdk.connect();
  await until(() => forger.disconnected.length);
  assert.deepEqual([forger.welcomes.length, forger.disconnected], [0, [3500]]);
});

story("a token of a channel opens no connection", async (t) => {
  const caller = new Caller(t, { token: token({ sub: "42", channel: "test" }) });
  caller.sdk.connect();
  await until(() => caller.disconnected.length);
  assert.deepEqual(caller.disconnected, [3500]);
});

story("a token that does not come at first is asked for again", async (t) => {
  let asked = 0;
  const getToken = async () => {
    asked += 1;
    if (asked < 3) throw new Error("not now");
    return token({ sub: "42" });
  };
  const caller = new Caller(t, { getToken });
  caller.sdk.connect();
  await until(() => caller.welcomes.length);
  assert.equal(asked, 3);
});

story("data for the door that does not come at first is asked for again", async (t) => {
  let asked = 0;
  const getData = async () => {
    asked += 1;
    if (asked < 3) throw new Error("not now");
    return null;
  };
  const caller = new Caller(t, { getData });
  caller.sdk.connect();
  await until(() => caller.welcomes.length);
  assert.equal(asked, 3);
});

story("whoever is refused a token stays away", async (t) => {
  const getToken = async () => {
    throw new Unauthorized();
  };
  const caller = new Caller(t, { getToken });
  caller.sdk.connect();
  await until(() => caller.disconnected.length);
  assert.deepEqual(caller.disconnected, [1]);
});

if (framed) {
  story("a client that turns back before the line is open can come again at once", async (t) => {
    const lines = [];
    class Kept extends WebSocket {
      constructor(...where) {
        super(...where);
        lines.push(this);
      }
    }
    const caller = new Caller(t, { websocket: Kept });
    caller.sdk.connect();
    await until(() => lines.length === 1);
    assert.equal(lines[0].readyState, WebSocket.CONNECTING);
    caller.sdk.disconnect();
    await caller.connect();
    await until(() => lines[0].readyState === WebSocket.CLOSED);
    assert.equal(caller.welcomes.length, 1);
  });

  story("a frame that is too large ends the connection for good", async (t) => {
    const caller = await new Caller(t).connect();
    const message = CODEC === "protobuf" ? new Uint8Array(70_000) : "x".repeat(70_000);
    await assert.rejects(caller.sdk.rpc("echo", message));
    await until(() => caller.disconnected.length);
    assert.deepEqual(caller.disconnected, [3]);
  });
}
