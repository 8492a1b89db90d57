import { toBytes } from "./bytes.js";
import { Receiver, Socket } from "./socket.js";

export class Publisher extends Socket {
  static peer = "sub";

  /** Never waits: who has no room misses it. */
  async send(body) {
    this._broadcast(this._message([], body));
  }
}

const startsWith = (bytes, topic) => topic.every((byte, i) => byte === bytes[i]);

export class Subscriber extends Receiver {
  static peer = "pub";
  #topics = []; // one for each subscribe

  subscribe(topic) {
    this.#topics.push(toBytes(topic).slice());
  }

  /** Takes back one subscribe, and tells whether there was one. */
  unsubscribe(topic) {
    const bytes = toBytes(topic);
    const at = this.#topics.findIndex((t) => t.length === bytes.length && startsWith(bytes, t));
    return at >= 0 && !!this.#topics.splice(at, 1);
  }

  _received(bytes) {
    if (this.#topics.some((topic) => startsWith(bytes, topic))) super._received(bytes);
  }
}
