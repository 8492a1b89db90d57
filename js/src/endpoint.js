import { toBytes } from "./bytes.js";

/** Keeps a WebSocket to one URL open: dials, and dials again when it is lost or refused. */
export class Endpoint {
  #protocol;
  #options;
  #on;
  #ws;
  #ended;
  #timer;
  #backoff;
  #closed = false;

  constructor(url, protocol, options, on) {
    // A page may write "/feed" for its own host.
    this.url = new URL(url, globalThis.location?.href).href.replace(/^http/, "ws");
    if (!/^wss?:[^#]*$/.test(this.url)) throw new TypeError("not an address of ws or wss: " + this.url);
    this.#protocol = protocol + ".sp.nanomsg.org";
    this.#options = options;
    this.#on = on;
    this.#backoff = options.reconnectMin;
    this.#dial();
  }

  /** Sends what the WebSocket has accepted, then ends it, and does not dial again. */
  close() {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#ws.close(1000);
    return this.#ended;
  }

  #dial() {
    const ws = (this.#ws = new this.#options.WebSocket(this.url, this.#protocol));
    const late = setTimeout(() => ws.close(), this.#options.handshakeTimeout);
    let opened;
    ws.binaryType = "arraybuffer";
    ws.onopen = () => {
      clearTimeout(late);
      opened = Date.now();
      this.#on.open(ws, this);
    };
    ws.onmessage = ({ data }) => this.#on.message(ws, toBytes(data));
    this.#ended = new Promise((end) => {
      ws.onclose = ({ code, reason }) => {
        ws.onclose = null;
        clearTimeout(late);
        if (!this.#closed) this.#redial(opened);
        this.#on.close(ws, { url: this.url, code, reason });
        end();
      };
      // Node 22 leaves it at that where nothing was opened; others close as well.
      ws.onerror = () => {
        if (!opened) ws.onclose?.({ code: 1006, reason: "" });
      };
    });
  }

  #redial(opened) {
    const { reconnectMin, reconnectMax } = this.#options;
    // Only a connection that outlived its back-off was a good one: a PAIR
    // that has a peer already accepts the next one and drops it.
    if (Date.now() - opened > this.#backoff) this.#backoff = reconnectMin;
    this.#timer = setTimeout(() => this.#dial(), Math.random() * this.#backoff);
    this.#backoff = Math.min(2 * this.#backoff, reconnectMax);
  }
}
