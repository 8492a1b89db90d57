// Every protocol with every peer there is, the peer listening: what each side
// received is compared byte by byte.
import assert from "node:assert/strict";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { WebSocket } from "ws";
import * as sp from "../src/index.js";
import { cat, goPeer, theirs, unhex } from "./peers.js";
import { hasWayBack, isHeard, patience, play, scenarios } from "./scenarios.js";

const patient = { reconnectMin: 5, reconnectMax: 50 };
const options = { WebSocket, ...patient };
const ours = Uint8Array.of(0, 1, 10, 34, 92, 127, 128, 255);

for (const program of ["nngcat", "nanocat"]) {
  for (const [name, { peer: type }] of Object.entries(scenarios)) {
    test(`${name} with ${program} --${type}`, { timeout: patience }, async (t) => {
      const peer = cat(t, program, type);
      const heard = isHeard(name) ? peer.line() : undefined;
      const got = await peer.with(play(sp, name, peer.url, options, ours, t.signal, heard));
      if (hasWayBack(name)) assert.equal(String(Buffer.from(got)), theirs);
      if (heard) assert.deepEqual([...unhex(await heard)], [...ours]);
    });
  }
}

test("Pair version 1 with nngcat --pair1", { timeout: patience }, async (t) => {
  const peer = cat(t, "nngcat", "pair1");
  const heard = peer.line();
  const got = await peer.with(play(sp, "Pair", peer.url, { ...options, version: 1 }, ours, t.signal, heard));
  assert.equal(String(Buffer.from(got)), theirs);
  assert.deepEqual([...unhex(await heard)], [...ours]);
});

/** A body whose every place is told from its neighbours. */
const sized = (n) => Uint8Array.from({ length: n }, (_, i) => i % 251);

// nngcat refuses frames over 1 MiB, and the WebSocket decides how to cut what
// we send; what nngcat sends comes in frames of 64 KiB. nanocat takes 1 MiB.
for (const [program, there, back] of [
  ["nngcat", 1 << 20, 3 << 20],
  ["nanocat", 1 << 20, 1 << 20],
]) {
  test(`large bodies with ${program}`, { timeout: patience }, async (t) => {
    const file = join(mkdtempSync(join(tmpdir(), "sp-js-")), "body");
    const answer = sized(back - 4);
    writeFileSync(file, answer);
    const peer = cat(t, program, "rep", ["--file", file]);
    const request = sized(there - 4);
    const heard = peer.line();
    const got = await peer.with(play(sp, "Requester", peer.url, options, request, t.signal, heard));
    assert.ok(Buffer.from(answer).equals(got));
    assert.ok(unhex(await heard).equals(request));
  });
}

// Node 22 has a WebSocket of its own, and 20 with --experimental-websocket.
for (const [whose, options] of [
  ["the ws package", { ...patient, WebSocket }],
  ["Node's own WebSocket", patient],
]) {
  test(`with Sprocket in Go, by ${whose}`, async (t) => {
    const { url, heard } = await goPeer(t);
    const hex = Buffer.from(ours).toString("hex");

    for (const [name, { peer: type }] of Object.entries(scenarios)) {
      await t.test(name, { timeout: patience }, async (t) => {
        const hears = isHeard(name) ? heard(type) : undefined;
        const got = await play(sp, name, `${url}/${type}`, options, ours, t.signal, hears);
        if (hasWayBack(name)) assert.equal(String(Buffer.from(got)), theirs);
        if (hears) assert.equal(await hears, hex);
      });
    }

    await t.test("Pair version 1", { timeout: patience }, async (t) => {
      const hears = heard("pair1");
      const got = await play(sp, "Pair", `${url}/pair1`, { ...options, version: 1 }, ours, t.signal, hears);
      assert.equal(String(Buffer.from(got)), theirs);
      assert.equal(await hears, hex);
    });

    await t.test("bodies of all sizes, at once", { timeout: patience }, async () => {
      const socket = new sp.Requester(`${url}/echo`, options);
      const sizes = [0, 1, 121, 122, 125, 126, 127, 65531, 65532, 65535, 65536, 1 << 20, 3 << 20];
      await Promise.all(
        sizes.map(async (n) => assert.ok(Buffer.from(sized(n)).equals(await socket.do(sized(n))), `${n} bytes`)),
      );
      await socket.close();
    });
  });
}
