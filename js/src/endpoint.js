import { toBytes } from "./bytes.js";

/** Keeps a WebSocket to one URL open: dials, and dials again when it is lost or refused. */
export class Endpoint {
  #protocol;
  #options;
  #on;
  #ws;
  #timer;
  #backoff;
  #closed = false;

  constructor(url, protocol, options, on) {
    // A page may write "/feed" for its own host.
    this.url = new URL(url, globalThis.location?.href).href.replace(/^http/, "ws");
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
    return new Promise((resolve) => {
      if (this.#ws.readyState === 3) return resolve();
      this.#ws.addEventListener("close", () => resolve());
      this.#ws.close(1000);
    });
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
    ws.onerror = () => {}; // says nothing that close does not, but has to be heard
    ws.onclose = ({ code, reason }) => {
      clearTimeout(late);
      if (!this.#closed) this.#redial(opened);
      this.#on.close(ws, { url: this.url, code, reason });
    };
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
