import { key } from "./bytes.js";
import { Receiver } from "./socket.js";

/** Two peers, each the other's only one. Version 1 counts hops in front of the body. */
export class Pair extends Receiver {
  get _peer() {
    return this._options.version === 1 ? "pair1" : "pair";
  }

  connect(url) {
    if (this._taken) throw new TypeError("a Pair connects once");
    const endpoint = super.connect(url);
    this._taken = true;
    return endpoint;
  }

  async send(body, { signal } = {}) {
    const header = this._options.version === 1 ? [0, 0, 0, 1] : [];
    await this._balance(this._message(header, body), signal);
  }

  _received(bytes) {
    const hops = key(bytes); // -1: too short to hold any
    if (this._options.version !== 1) super._received(bytes);
    else if (hops >= 0 && hops <= this._options.ttl) super._received(bytes.slice(4));
    else this.dropped++;
  }
}
