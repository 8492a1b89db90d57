import { Ids, key } from "./bytes.js";
import { Replier } from "./reqrep.js";
import { Socket } from "./socket.js";
import { Inbox, closed } from "./wait.js";

export class Surveyor extends Socket {
  static peer = "respondent";
  #ids = new Ids();
  #surveys = new Map();

  /** Asks all peers when ranging starts; yields what they answer until the time is over. */
  async *survey(body, { signal, time = this._options.surveyTime } = {}) {
    const header = this.#ids.next();
    const inbox = new Inbox(this);
    const timer = setTimeout(() => inbox.end(), time);
    this.#surveys.set(key(header), inbox);
    try {
      this._broadcast(this._message(header, body));
      yield* inbox.items(signal);
    } finally {
      clearTimeout(timer);
      this.#surveys.delete(key(header));
    }
  }

  _received(bytes) {
    const inbox = this.#surveys.get(key(bytes));
    if (inbox) inbox.push(bytes.slice(4), bytes.length);
    else this.dropped++;
  }

  _ended() {
    for (const inbox of this.#surveys.values()) inbox.end(closed());
  }
}

/** Yields surveys as a Replier does requests. */
export class Respondent extends Replier {
  static peer = "surveyor";
}
