import { Ids, headerLength, key } from "./bytes.js";
import { Receiver, Socket } from "./socket.js";
import { abortable, answered, closed, full, gone } from "./wait.js";

export class Requester extends Socket {
  static peer = "rep";
  #ids = new Ids();
  #calls = new Map(); // by id; sent or waiting to be

  /** The reply to a request, which is sent again when its peer is lost, and after options.resend. */
  async do(body, { signal, resend = this._options.resend } = {}) {
    if (this.#calls.size >= this._options.maxQueue) throw full();
    const header = this.#ids.next();
    const call = { data: this._message(header, body), resend };
    call.taken = (ws) => {
      call.at = ws;
      clearTimeout(call.timer);
      if (resend !== false) call.timer = setTimeout(() => this._post(call), resend);
    };
    const start = (resolve, reject) => {
      this.#calls.set(key(header), Object.assign(call, { resolve, reject }));
      this._post(call);
    };
    return abortable(signal, start, () => {
      clearTimeout(call.timer);
      this.#calls.delete(key(header));
      this._withdraw(call);
    });
  }

  _received(bytes) {
    const call = this.#calls.get(key(bytes));
    if (call) call.resolve(bytes.slice(4));
    else this.dropped++;
  }

  _lost(ws) {
    for (const call of this.#calls.values()) {
      if (call.at !== ws) continue;
      if (call.resend === false) call.reject(gone());
      else this._post(call);
    }
  }

  _ended() {
    for (const call of this.#calls.values()) call.reject(closed());
  }
}

/** Yields requests: { body, reply(body) }. */
export class Replier extends Receiver {
  static peer = "req";

  _received(bytes, ws) {
    const end = headerLength(bytes, this._options.ttl);
    if (!end) return void this.dropped++;
    let done;
    const reply = async (body, { signal } = {}) => {
      if (done) throw answered();
      done = true;
      await this._balance(this._message(bytes.subarray(0, end), body), signal, ws);
    };
    this._inbox.push({ body: bytes.slice(end), reply }, bytes.length);
  }
}
