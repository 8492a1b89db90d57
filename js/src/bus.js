import { Receiver } from "./socket.js";

export class Bus extends Receiver {
  static peer = "bus";

  /** Never waits: who has no room misses it. */
  async send(body) {
    this._broadcast(this._message([], body));
  }
}
