// A connection that does not come about is tried again, whoever made the WebSocket.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer as createWeb } from "node:http";
import { createServer } from "node:net";
import { test } from "node:test";
import { WebSocketServer } from "ws";
import { Puller } from "../src/index.js";
import { options } from "./bare.js";

// Not all constructors say alike that nothing was opened.
for (const [whose, WebSocket] of Object.entries({ ws: options.WebSocket, Node: globalThis.WebSocket })) {
  test(`who is refused, cut off or kept waiting dials again, with the WebSocket of ${whose}`, { skip: !WebSocket }, async (t) => {
    const web = createWeb();
    new WebSocketServer({ server: web }).on("connection", (peer) => peer.send(Uint8Array.of(1)));
    let tries = 0;
    const server = createServer((connection) => {
      connection.on("error", () => {});
      t.after(() => connection.destroy());
      if (++tries === 1) connection.end("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
      else if (tries === 2) connection.destroy();
      else if (tries === 3) connection.resume(); // and never answers
      else web.emit("connection", connection);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    t.after(() => server.close());
    const lost = [];
    const socket = new Puller(undefined, { ...options, WebSocket, handshakeTimeout: 1_000 });
    t.after(() => socket.close());
    socket.addEventListener("disconnect", ({ detail }) => lost.push(detail.code));
    socket.connect(`ws://127.0.0.1:${server.address().port}/`);
    assert.equal((await socket.recv())[0], 1);
    assert.deepEqual(lost.slice(0, 3), [1006, 1006, 1006]);
  });
}
