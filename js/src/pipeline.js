import { Receiver, Socket } from "./socket.js";

export class Pusher extends Socket {
  static peer = "pull";

  /** Resolves when the connection to a peer has taken the message. */
  async send(body, { signal } = {}) {
    await this._balance(this._message([], body), signal);
  }
}

export class Puller extends Receiver {
  static peer = "push";
}
