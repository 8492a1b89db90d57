// What a socket does when peers come and go, and when there is too much.
import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import * as sp from "../src/index.js";
import { bare, options, text } from "./bare.js";
import { freeHost } from "./peers.js";

function open(t, name, url, more) {
  const socket = new sp[name](url, { ...options, ...more });
  t.after(() => socket.close());
  return socket;
}

test("a send waits for a peer, and a signal ends only the wait", async (t) => {
  const server = await bare(t);
  const socket = open(t, "Pusher");
  const first = socket.send("first");
  const abort = new AbortController();
  const second = socket.send("second", abort);
  abort.abort(new Error("enough"));
  await assert.rejects(second, /enough/);
  await assert.rejects(socket.send("never", { signal: abort.signal }), /enough/);
  socket.connect(server.url);
  await first;
  await socket.send("third");
  const peer = await server.client();
  assert.equal(await peer.next(), Buffer.from("first").toString("hex"));
  assert.equal(await peer.next(), Buffer.from("third").toString("hex"));
});

test("the body is copied when it is sent", async (t) => {
  const server = await bare(t);
  const socket = open(t, "Pusher");
  const body = Uint8Array.of(1);
  const sent = socket.send(body);
  body[0] = 2;
  socket.connect(server.url);
  await sent;
  assert.equal(await (await server.client()).next(), "01");
});

test("a body that is none is refused", async (t) => {
  const socket = open(t, "Publisher");
  for (const body of [5, null, undefined, {}, [1]]) await assert.rejects(socket.send(body), TypeError);
});

test("messages go to the peers in turn", async (t) => {
  const servers = [await bare(t), await bare(t)];
  const socket = open(t, "Pusher");
  for (const { url } of servers) socket.connect(url);
  await socket.waitPeers(2);
  for (let i = 0; i < 4; i++) await socket.send(String(i));
  const peers = await Promise.all(servers.map((server) => server.client()));
  const got = await Promise.all(peers.map(async (peer) => [await peer.next(), await peer.next()]));
  assert.deepEqual(got.sort(), [["30", "32"], ["31", "33"]]);
});

test("a Pair connects once", async (t) => {
  const socket = open(t, "Pair");
  assert.throws(() => socket.connect("nonsense"), TypeError);
  socket.connect((await bare(t)).url);
  assert.throws(() => socket.connect("ws://127.0.0.1:1/"), TypeError);
});

test("a request moves to another peer when its own is lost", async (t) => {
  const [lost, other] = [await bare(t), await bare(t)];
  const socket = open(t, "Requester", lost.url);
  const reply = socket.do("question");
  const peer = await lost.client();
  const request = await peer.next();
  socket.connect(other.url);
  await socket.waitPeers(2);
  peer.terminate();
  const next = await other.client();
  assert.equal(await next.next(), request);
  next.reply(request.slice(0, 8) + "2e");
  assert.equal(text(await reply), ".");
});

test("a request is sent again on the next connection, and after an interval", async (t) => {
  const server = await bare(t);
  const socket = open(t, "Requester", server.url, { resend: 20 });
  const reply = socket.do("question");
  const peer = await server.client();
  const request = await peer.next();
  assert.equal(await peer.next(), request);
  peer.close();
  const next = await server.client();
  assert.equal(await next.next(), request);
  next.reply(request.slice(0, 8) + "2e");
  assert.equal(text(await reply), ".");
});

test("a request that may not be repeated fails with its connection", async (t) => {
  const server = await bare(t);
  const socket = open(t, "Requester", server.url);
  const reply = socket.do("question", { resend: false });
  const peer = await server.client();
  await peer.next();
  peer.terminate();
  await assert.rejects(reply, { name: "NetworkError" });
  await socket.waitPeers();
  assert.deepEqual((await server.client()).messages, []);
});

test("a request that is given up is forgotten, and its late reply dropped", async (t) => {
  const server = await bare(t);
  const socket = open(t, "Requester", server.url);
  const abort = new AbortController();
  const given = socket.do("1", abort);
  const peer = await server.client();
  const late = await peer.next();
  abort.abort();
  await assert.rejects(given, { name: "AbortError" });
  peer.reply(late);
  const reply = socket.do("2");
  peer.reply((await peer.next()).slice(0, 8) + "32");
  assert.equal(text(await reply), "2");
  assert.equal(socket.dropped, 1);
});

test("a reply does not go to the connection after", async (t) => {
  const server = await bare(t);
  const socket = open(t, "Replier", server.url);
  (await server.client()).reply("80000001");
  const request = await socket.recv();
  server.server.clients.forEach((ws) => ws.terminate());
  await once(socket, "disconnect");
  await socket.waitPeers();
  await assert.rejects(request.reply("late"), { name: "NetworkError" });
});

test("subscriptions are prefixes of bytes, and counted", async (t) => {
  const server = await bare(t);
  const socket = open(t, "Subscriber", server.url);
  const peer = await server.client();
  const hears = async (...bodies) => {
    for (const body of bodies) peer.send(Buffer.from(body));
    socket.subscribe("end");
    peer.send(Buffer.from("end"));
    const got = [];
    for await (const message of socket) {
      if (text(message) === "end") break;
      got.push(text(message));
    }
    socket.unsubscribe("end");
    return got;
  };
  assert.deepEqual(await hears("", "a"), []);
  socket.subscribe("a");
  socket.subscribe(Uint8Array.of(97));
  assert.deepEqual(await hears("", "a", "ab", "b"), ["a", "ab"]);
  assert.equal(socket.unsubscribe("a"), true);
  assert.deepEqual(await hears("a"), ["a"]);
  assert.equal(socket.unsubscribe("ab"), false);
  assert.equal(socket.unsubscribe("a"), true);
  assert.equal(socket.unsubscribe("a"), false);
  assert.deepEqual(await hears("a"), []);
  socket.subscribe("");
  assert.deepEqual(await hears("", "b"), ["", "b"]);
});

test("an inbox is bounded in messages and in bytes, and drops its oldest", async (t) => {
  const server = await bare(t);
  for (const [limit, size, kept] of [[{ maxQueue: 3 }, 1, 3], [{ maxBytes: 10 }, 4, 2], [{ maxBytes: 1 }, 4, 1]]) {
    const socket = open(t, "Puller", server.url, limit);
    const peer = await server.client();
    const first = socket.recv(); // taken at once, so not queued
    for (let i = 0; i <= 9; i++) peer.send(Buffer.alloc(size, i));
    assert.equal((await first)[0], 0);
    // The pong comes after all messages.
    peer.ping();
    await once(peer, "pong");
    const got = [];
    for (let i = 0; i < kept; i++) got.push((await socket.recv())[0]);
    assert.deepEqual(got, [7, 8, 9].slice(-kept));
    assert.equal(socket.dropped, 9 - kept);
    await socket.close();
  }
});

test("what waits to be sent is bounded", async (t) => {
  const socket = open(t, "Pusher", undefined, { maxQueue: 2, linger: 1 });
  const sent = ["1", "2"].map((body) => assert.rejects(socket.send(body), { name: "InvalidStateError" }));
  await assert.rejects(socket.send("3"), { name: "QuotaExceededError" });
  await socket.close();
  await Promise.all(sent);

  const requester = open(t, "Requester", undefined, { maxQueue: 1, linger: 1 });
  const asked = assert.rejects(requester.do("1"), { name: "InvalidStateError" });
  await assert.rejects(requester.do("2"), { name: "QuotaExceededError" });
  await requester.close();
  await asked;
});

test("a peer that does not read stops a Pusher and costs a Publisher its messages", async (t) => {
  const server = await bare(t);
  const body = new Uint8Array(1 << 20);

  const publisher = open(t, "Publisher", server.url, { maxBytes: 1 });
  await publisher.waitPeers();
  (await server.client()).pause();
  while (!publisher.dropped) await publisher.send(body);

  const pusher = open(t, "Pusher", server.url, { maxBytes: 1 });
  const peer = await server.client();
  peer.pause();
  let sent = 0;
  const full = new AbortController();
  const push = async () => {
    for (;;) {
      const before = sent;
      const waits = setTimeout(() => before === sent && full.abort(), 200);
      await pusher.send(body, full).finally(() => clearTimeout(waits));
      sent++;
    }
  };
  await assert.rejects(push(), { name: "AbortError" });
  const last = pusher.send("last");
  peer.resume();
  await last;
  for (let i = 0; i < sent; i++) assert.equal((await peer.next()).length, 2 << 20);
  assert.equal(await peer.next(), Buffer.from("last").toString("hex"));
});

test("close sends what waits, and ends every call", async (t) => {
  const server = await bare(t);
  const socket = open(t, "Pair", server.url, { linger: 10_000 });
  const sent = ["1", "2", "3"].map((body) => socket.send(body)); // before it is connected
  const received = assert.rejects(socket.recv(), { name: "InvalidStateError" });
  const loop = (async () => {
    for await (const _ of socket);
  })();
  await Promise.all([socket.close(), socket.close()]);
  await Promise.all([...sent, received, loop]);
  const peer = await server.client();
  assert.deepEqual([await peer.next(), await peer.next(), await peer.next()], ["31", "32", "33"]);
  await assert.rejects(socket.send(""), { name: "InvalidStateError" });
  await assert.rejects(socket.waitPeers(), { name: "InvalidStateError" });
  assert.equal(socket.peers, 0);
});

test("what came before close can still be read", async (t) => {
  const server = await bare(t);
  const socket = open(t, "Puller", server.url);
  const peer = await server.client();
  peer.reply("01");
  peer.ping();
  await once(peer, "pong");
  await socket.close();
  assert.equal((await socket.recv())[0], 1);
  await assert.rejects(socket.recv(), { name: "InvalidStateError" });
  assert.throws(() => socket.connect(server.url), { name: "InvalidStateError" });
});

test("close does not wait longer than linger for a peer that is not there", async (t) => {
  const socket = open(t, "Requester", `ws://${freeHost()}/`, { linger: 20 });
  const asked = assert.rejects(socket.do(""), { name: "InvalidStateError" });
  await socket.close();
  await asked;
});

test("a survey ends quietly at its deadline, with an error when the socket is closed or the signal says so", async (t) => {
  const socket = open(t, "Surveyor", (await bare(t)).url);
  const drain = async (survey) => {
    for await (const _ of survey);
  };
  await drain(socket.survey("", { time: 10 }));
  const abort = new AbortController();
  const aborted = drain(socket.survey("", abort));
  abort.abort();
  await assert.rejects(aborted, { name: "AbortError" });
  const closing = assert.rejects(drain(socket.survey("", { time: 60_000 })), { name: "InvalidStateError" });
  await socket.close();
  await closing;
  await assert.rejects(drain(socket.survey("")), { name: "InvalidStateError" });
});

test("an aborted recv takes no message with it", async (t) => {
  const server = await bare(t);
  const socket = open(t, "Puller", server.url);
  const peer = await server.client();
  const abort = new AbortController();
  const aborted = assert.rejects(socket.recv(abort), { name: "AbortError" });
  abort.abort();
  peer.reply("01");
  assert.equal((await socket.recv())[0], 1);
  await aborted;
});

test("events tell of connections", async (t) => {
  const server = await bare(t);
  const socket = open(t, "Puller", server.url);
  const [up] = await once(socket, "connect");
  assert.deepEqual([up.detail.url, socket.peers], [server.url, 1]);
  (await server.client()).close(4001, "bye");
  const [{ detail }] = await once(socket, "disconnect");
  assert.deepEqual([detail.url, detail.code, detail.reason, socket.peers], [server.url, 4001, "bye", 0]);
});

test("a bad URL and a missing WebSocket are said at once", () => {
  for (const url of ["nonsense", "ftp://127.0.0.1/", "ws://127.0.0.1/#there", "ws://"]) {
    assert.throws(() => new sp.Puller(url, options), TypeError);
  }
  if (!globalThis.WebSocket) assert.throws(() => new sp.Puller("ws://127.0.0.1/"), /WebSocket/);
});

/** A WebSocket for which the test decides what happens; and the timers that wait for it. */
function puppet(t) {
  t.mock.timers.enable({ apis: ["setTimeout", "Date"] });
  const made = [];
  class Puppet extends EventTarget {
    readyState = 0;
    bufferedAmount = 0;
    constructor(url, protocol) {
      super();
      made.push(Object.assign(this, { url, protocol }));
    }
    open() {
      this.readyState = 1;
      this.onopen();
    }
    close() {
      if (this.readyState === 3) return;
      this.readyState = 3;
      this.onclose({ code: 1006, reason: "" });
      this.dispatchEvent(new Event("close"));
    }
  }
  return { made, options: { WebSocket: Puppet, reconnectMin: 100, reconnectMax: 1_000 } };
}

test("the back-off doubles with full jitter, and ends with a connection that lasted", async (t) => {
  const { made, options } = puppet(t);
  t.mock.method(Math, "random", () => 0.5);
  const socket = new sp.Puller("ws://example.org/", options);
  const waits = () => {
    const before = made.length;
    let ms = 0;
    for (; made.length === before; ms++) t.mock.timers.tick(1);
    return ms;
  };
  const seen = [];
  for (let i = 0; i < 6; i++) {
    // Opened and dropped is no better than refused.
    if (i % 2) made.at(-1).open();
    made.at(-1).close();
    seen.push(waits());
  }
  assert.deepEqual(seen, [50, 100, 200, 400, 500, 500]);
  made.at(-1).open();
  t.mock.timers.tick(1_001);
  made.at(-1).close();
  assert.equal(waits(), 50);
  // A connection that does not open is given up.
  t.mock.timers.tick(5_000);
  assert.equal(made.at(-1).readyState, 3);
  assert.equal(waits(), 100);
  await socket.close();
});

test("an endpoint that is closed is not dialled again, and harms no other", async (t) => {
  const { made, options } = puppet(t);
  const socket = new sp.Puller(undefined, options);
  const [open, waiting, other] = ["ws://a/", "ws://b/", "ws://c/"].map((url) => socket.connect(url));
  made[0].open();
  made[1].close();
  made[2].open();
  assert.equal(socket.peers, 2);
  await Promise.all([open.close(), waiting.close()]);
  t.mock.timers.tick(60_000);
  assert.deepEqual([made.length, socket.peers, other.url], [3, 1, "ws://c/"]);
  await socket.close();
  t.mock.timers.tick(60_000);
  assert.equal(made.length, 3);
});

test("in a page, an address may be relative to it", async (t) => {
  const { made, options } = puppet(t);
  globalThis.location = { href: "https://example.org/page/" };
  t.after(() => delete globalThis.location);
  for (const url of ["/feed", "feed?x=1", "wss://other.example/", "http://plain.example/"]) {
    await new sp.Puller(url, options).close();
  }
  assert.deepEqual(
    made.map(({ url }) => url),
    ["wss://example.org/feed", "wss://example.org/page/feed?x=1", "wss://other.example/", "ws://plain.example/"],
  );
});
