import { join } from "./bytes.js";
import { Endpoint } from "./endpoint.js";
import { Inbox, abortable, closed, full, gone } from "./wait.js";

const defaults = {
  reconnectMin: 100,
  reconnectMax: 10_000,
  handshakeTimeout: 5_000,
  linger: 1_000,
  maxQueue: 1_000,
  maxBytes: 4 << 20,
  ttl: 8,
  resend: 60_000,
  surveyTime: 1_000,
};
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** What all sockets share: peers, and two ways to send to them. Names with _ are for the protocols. */
export class Socket extends EventTarget {
  #endpoints = [];
  #peers = []; // open WebSockets; whose turn it is comes first
  #waiting = new Set(); // for a peer with room
  #tick;
  #closing;
  #flushed;

  /** How many messages had no room, or nobody who waits for them. */
  dropped = 0;

  constructor(url, options) {
    super();
    this._options = { WebSocket: globalThis.WebSocket, ...defaults, ...options };
    if (!this._options.WebSocket) throw new TypeError("no WebSocket here: give one in the options");
    if (url) this.connect(url);
  }

  get peers() {
    return this.#peers.length;
  }

  connect(url) {
    if (this.#closing) throw closed();
    const endpoint = new Endpoint(url, this._peer, this._options, {
      open: (ws) => {
        this.#peers.push(ws);
        this.#pump();
        this.#tell("connect", { url: endpoint.url });
      },
      message: (ws, bytes) => this._received(bytes, ws),
      close: (ws, detail) => {
        this.#peers = this.#peers.filter((peer) => peer !== ws);
        for (const job of this.#waiting) if (job.to === ws) job.reject(gone());
        this._lost(ws);
        this.#tell("disconnect", detail);
      },
    });
    this.#endpoints.push(endpoint);
    return endpoint;
  }

  waitPeers(n = 1, { signal } = {}) {
    const news = ["connect", "close"];
    let look;
    const start = (resolve, reject) => {
      look = () => (this.peers >= n ? resolve() : this.#closing && reject(closed()));
      for (const type of news) this.addEventListener(type, look);
      look();
    };
    return abortable(signal, start, () => news.map((type) => this.removeEventListener(type, look)));
  }

  /** Sends what waits, for options.linger at most, then ends the connections. */
  close() {
    return (this.#closing ??= this.#close());
  }

  async #close() {
    let timer;
    const late = new Promise((resolve) => (timer = setTimeout(resolve, this._options.linger)));
    const flushed = new Promise((resolve) => (this.#flushed = resolve));
    this.#pump();
    await Promise.race([flushed, late]);
    for (const job of this.#waiting) job.reject(closed());
    this._ended();
    this.#tell("close");
    await Promise.race([Promise.all(this.#endpoints.map((endpoint) => endpoint.close())), late]);
    clearTimeout(timer);
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  // For the protocols to fill in, each with its static peer: the name of what it talks to.
  get _peer() {
    return this.constructor.peer;
  }
  _received(bytes, ws) {}
  _lost(ws) {}
  _ended() {}

  _message(header, body) {
    const bytes = join(header, body);
    return this._options.text ? utf8.decode(bytes) : bytes;
  }

  /** Sends to the next peer with room, or to the one given. */
  async _balance(data, signal, to) {
    if (to && to.readyState !== 1) throw gone();
    if (this.#waiting.size >= this._options.maxQueue) throw full();
    const job = { data, to };
    const start = (taken, reject) => this._post(Object.assign(job, { taken, reject }));
    return abortable(signal, start, () => this._withdraw(job));
  }

  /** Sends to all who have room. */
  _broadcast(data) {
    if (this.#closing) throw closed();
    for (const ws of this.#peers) this.#room(ws) ? ws.send(data) : this.dropped++;
  }

  _post(job) {
    if (this.#closing) return job.reject(closed());
    this.#waiting.add(job);
    this.#pump();
  }

  _withdraw(job) {
    this.#waiting.delete(job);
  }

  #room(ws) {
    return ws.readyState === 1 && ws.bufferedAmount < this._options.maxBytes;
  }

  #pump() {
    clearTimeout(this.#tick);
    for (const job of this.#waiting) {
      const ws = (job.to ? [job.to] : this.#peers).find((peer) => this.#room(peer));
      if (!ws) continue;
      this.#waiting.delete(job);
      ws.send(job.data);
      if (!job.to) this.#peers.push(...this.#peers.splice(this.#peers.indexOf(ws), 1));
      job.taken(ws);
    }
    if (!this.#waiting.size) this.#flushed?.();
    // No event tells that a WebSocket has room again.
    else if (this.peers) this.#tick = setTimeout(() => this.#pump(), 10);
  }
}

/** A socket with messages to read. */
export class Receiver extends Socket {
  _inbox = new Inbox(this);

  async recv({ signal } = {}) {
    const message = await this._inbox.take(signal);
    if (message === undefined) throw closed();
    return message;
  }

  /** Ends when the socket is closed. */
  all({ signal } = {}) {
    return this._inbox.items(signal);
  }

  [Symbol.asyncIterator]() {
    return this.all();
  }

  _received(bytes) {
    this._inbox.push(bytes, bytes.length);
  }

  _ended() {
    this._inbox.end();
  }
}
