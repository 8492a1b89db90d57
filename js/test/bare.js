// A bare WebSocket server, which sees and sends the very bytes.
import { WebSocket, WebSocketServer } from "ws";
import { once } from "node:events";

// A busy machine may let a handshake wait; a test counts on its first one.
export const options = { WebSocket, reconnectMin: 1, reconnectMax: 20, handshakeTimeout: 120_000 };

export async function bare(t) {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  const connections = [];
  let wake;
  server.on("connection", (ws) => {
    const messages = [];
    let hear;
    ws.on("message", (data, binary) => {
      messages.push({ hex: data.toString("hex"), binary });
      hear?.();
    });
    /** The next message of this client, in hex. */
    ws.next = async () => {
      while (!messages.length) await new Promise((resolve) => (hear = resolve));
      return messages.shift().hex;
    };
    ws.messages = messages;
    ws.reply = (hex) => ws.send(Buffer.from(hex, "hex"));
    connections.push(ws);
    wake?.();
  });
  await once(server, "listening");
  t.after(() => {
    for (const ws of server.clients) ws.terminate();
    server.close();
  });
  return {
    url: `ws://127.0.0.1:${server.address().port}/`,
    server,
    /** The next client that connects. */
    async client() {
      while (!connections.length) await new Promise((resolve) => (wake = resolve));
      return connections.shift();
    },
  };
}

export const text = (bytes) => Buffer.from(bytes).toString();
export const hex = (body) => Buffer.from(body).toString("hex");
