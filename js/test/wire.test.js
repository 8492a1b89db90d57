// What is on the wire, to the byte: the subprotocol and the headers.
import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import * as sp from "../src/index.js";
import { bare, hex, options, text } from "./bare.js";
import { scenarios } from "./scenarios.js";

async function connected(t, name, more) {
  const server = await bare(t);
  const socket = new sp[name](server.url, { ...options, ...more });
  t.after(() => socket.close());
  await socket.waitPeers();
  return { socket, peer: await server.client() };
}

for (const [name, { peer: type }] of Object.entries(scenarios)) {
  test(`${name} asks for ${type}.sp.nanomsg.org`, async (t) => {
    const { peer } = await connected(t, name);
    assert.equal(peer.protocol, `${type}.sp.nanomsg.org`);
  });
}

test("the bodies of pipeline, pub/sub, pair and bus are bare", async (t) => {
  for (const name of ["Pusher", "Publisher", "Pair", "Bus"]) {
    const { socket, peer } = await connected(t, name);
    await socket.send("h\u00e9");
    await socket.send(Uint8Array.of(1, 2, 3).subarray(1));
    await socket.send("");
    assert.deepEqual([await peer.next(), await peer.next(), await peer.next()], ["68c3a9", "0203", ""], name);
  }
});

test("a request is an id with its top bit set, and the body", async (t) => {
  const { socket, peer } = await connected(t, "Requester");
  const replies = [socket.do("hi"), socket.do("ho")];
  const first = await peer.next();
  const second = await peer.next();
  assert.match(first, /^[89a-f].{7}6869$/);
  assert.match(second, /^[89a-f].{7}686f$/);
  const id = parseInt(first.slice(0, 8), 16);
  assert.equal(parseInt(second.slice(0, 8), 16), ((id + 1) | 2 ** 31) >>> 0);
  peer.reply(second.slice(0, 8) + "32"); // in whatever order
  peer.reply(first.slice(0, 8) + "31");
  assert.deepEqual((await Promise.all(replies)).map(text), ["1", "2"]);
});

test("ids begin anywhere", async (t) => {
  const ids = new Set();
  for (let i = 0; i < 4; i++) {
    const { socket, peer } = await connected(t, "Requester");
    socket.do("").catch(() => {});
    ids.add(await peer.next());
  }
  assert.equal(ids.size, 4);
});

test("what answers no request is dropped and counted", async (t) => {
  const { socket, peer } = await connected(t, "Requester");
  const reply = socket.do("");
  const id = await peer.next();
  peer.reply("");
  peer.reply("8000");
  peer.reply("0" + id.slice(1) + "00");
  peer.reply(((parseInt(id, 16) ^ 1) >>> 0).toString(16) + "00");
  peer.reply(id + "01");
  peer.reply(id + "02"); // a second answer
  assert.equal(hex(await reply), "01");
  const next = socket.do("");
  peer.reply((await peer.next()) + "03");
  assert.equal(hex(await next), "03");
  assert.equal(socket.dropped, 5);
});

for (const name of ["Replier", "Respondent"]) {
  test(`${name} answers with the backtrace that came, and drops what has none`, async (t) => {
    const { socket, peer } = await connected(t, name);
    const hops = (n) => "00000007".repeat(n - 1) + "8f353b56";
    peer.reply("");
    peer.reply("000000"); // no word
    peer.reply("0000000100000002"); // no end
    peer.reply(hops(9) + "00"); // too far
    peer.reply(hops(8) + "6869");
    peer.reply(hops(1));
    const far = await socket.recv();
    assert.equal(text(far.body), "hi");
    assert.equal(far.body.buffer.byteLength, 2); // the header is not behind it
    const near = await socket.recv();
    assert.equal(near.body.length, 0);
    await near.reply("n");
    await far.reply("f");
    assert.equal(await peer.next(), hops(1) + "6e");
    assert.equal(await peer.next(), hops(8) + "66");
    assert.equal(socket.dropped, 4);
    await assert.rejects(near.reply("again"), { name: "InvalidStateError" });
  });
}

test("a survey is an id and the body, and several run at once", async (t) => {
  const { socket, peer } = await connected(t, "Surveyor");
  const answers = async (survey) => {
    const all = [];
    for await (const answer of survey) all.push(text(answer));
    return all;
  };
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const a = answers(socket.survey("a", { time: 200 }));
  const b = answers(socket.survey("b", { time: 200 }));
  const [ida, idb] = [await peer.next(), await peer.next()];
  assert.match(ida, /^[89a-f].{7}61$/);
  assert.match(idb, /^[89a-f].{7}62$/);
  peer.reply(idb.slice(0, 8) + "78");
  peer.reply(ida.slice(0, 8) + "79");
  peer.reply(ida.slice(0, 8) + "7a");
  // The pong comes after all messages.
  peer.ping();
  await once(peer, "pong");
  t.mock.timers.tick(200);
  assert.deepEqual(await a, ["y", "z"]);
  assert.deepEqual(await b, ["x"]);
});

test("Pair version 1 counts hops", async (t) => {
  const { socket, peer } = await connected(t, "Pair", { version: 1 });
  assert.equal(peer.protocol, "pair1.sp.nanomsg.org");
  await socket.send("hi");
  assert.equal(await peer.next(), "000000016869");
  for (const frame of ["00000009ff", "01000001ff", "000001", "", "0000000861", "0000000062"]) peer.reply(frame);
  assert.deepEqual([text(await socket.recv()), text(await socket.recv())], ["a", "b"]);
  assert.equal(socket.dropped, 4);
});

test("text frames, out as an option and in always", async (t) => {
  const { socket, peer } = await connected(t, "Pair", { text: true });
  await socket.send("h\u00e9");
  assert.equal(await peer.next(), "68c3a9");
  await assert.rejects(socket.send(Uint8Array.of(0xff)), TypeError);
  peer.send("\u00e9");
  assert.equal(hex(await socket.recv()), "c3a9");
});
