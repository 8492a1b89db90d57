const failure = (name, text) => () => new DOMException(text, name);
export const closed = failure("InvalidStateError", "the socket is closed");
export const full = failure("QuotaExceededError", "too many messages wait");
export const answered = failure("InvalidStateError", "the request was answered before");
export const gone = failure("NetworkError", "the peer is gone");

/** A promise that a signal can end. stop() runs once, at the moment of the end, whatever ended it. */
export function abortable(signal, start, stop) {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const end = (settle) => (value) => {
      signal?.removeEventListener("abort", abort);
      stop();
      settle(value);
    };
    const abort = () => end(reject)(signal.reason);
    signal?.addEventListener("abort", abort);
    start(end(resolve), end(reject));
  });
}

/** What came in. A page cannot slow a WebSocket down, so a full inbox drops its oldest. */
export class Inbox {
  #items = [];
  #bytes = 0;
  #takers = new Set();
  #end;

  constructor(socket) {
    this.socket = socket;
  }

  push(item, size) {
    const [taker] = this.#takers;
    if (taker) return taker.resolve(item);
    this.#items.push({ item, size });
    this.#bytes += size;
    const { maxQueue, maxBytes } = this.socket._options;
    // One always fits, however large it is.
    while (this.#items.length > 1 && (this.#items.length > maxQueue || this.#bytes > maxBytes)) {
      this.#shift();
      this.socket.dropped++;
    }
  }

  /** The next item; at the end undefined, or the error it ended with. */
  take(signal) {
    const taker = {};
    const start = (resolve, reject) => {
      if (this.#items.length) resolve(this.#shift());
      else if (this.#end) this.#end(resolve, reject);
      else this.#takers.add(Object.assign(taker, { resolve, reject }));
    };
    return abortable(signal, start, () => this.#takers.delete(taker));
  }

  async *items(signal) {
    for (let item; (item = await this.take(signal)) !== undefined; ) yield item;
  }

  end(error) {
    this.#end ??= (resolve, reject) => (error ? reject(error) : resolve());
    for (const { resolve, reject } of this.#takers) this.#end(resolve, reject);
  }

  #shift() {
    const { item, size } = this.#items.shift();
    this.#bytes -= size;
    return item;
  }
}
