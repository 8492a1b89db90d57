/** What can be sent. A string goes out as UTF-8. */
export type Body = string | ArrayBuffer | ArrayBufferView;

/** A URL of the schemes ws, wss, http or https; in a page also one relative to it, such as "/feed". */
export type Address = string | URL;

export interface Options {
  /** The WebSocket constructor. Default: the global one, which Node has from version 22 on. */
  WebSocket?: new (url: string, protocol: string) => any;
  /** The first ceiling of the random wait before dialling again, in ms; it doubles with each failure. Default 100. */
  reconnectMin?: number;
  /** The last ceiling, in ms. Default 10,000. */
  reconnectMax?: number;
  /** How long a connection may take to open, in ms. Default 5,000. */
  handshakeTimeout?: number;
  /** How long close() may take, in ms. Default 1,000. */
  linger?: number;
  /** How many messages wait at most: sends and requests, and messages received. Default 1,000. */
  maxQueue?: number;
  /** How many bytes wait at most: in each connection's send buffer, and received. Default 4 MiB. */
  maxBytes?: number;
  /**
   * Sends text frames instead of binary ones. Every message must then be valid UTF-8,
   * so this suits the protocols without a header: pipeline, pub/sub, pair and bus.
   */
  text?: boolean;
}

export interface Wait {
  /** Ends the wait; the call rejects with the signal's reason. */
  signal?: AbortSignal;
}

/** One connection that is kept open. */
export interface Endpoint {
  readonly url: string;
  /** Ends it for good. */
  close(): Promise<void>;
}

/** What "connect" and "disconnect" events carry. A disconnect event comes for failed attempts too. */
export interface PeerDetail {
  url: string;
  /** On "disconnect": the WebSocket close code and reason. */
  code?: number;
  reason?: string;
}

interface SocketEvents {
  connect: CustomEvent<PeerDetail>;
  disconnect: CustomEvent<PeerDetail>;
  close: CustomEvent<undefined>;
}

// Node's types have no names for these.
type Listening = Parameters<EventTarget["addEventListener"]>;
type Ending = Parameters<EventTarget["removeEventListener"]>;

/** What all sockets share. */
declare abstract class Socket extends EventTarget {
  /** How many peers are connected now. */
  readonly peers: number;
  /** How many messages were given up: no room for them, malformed, or nobody waits for them any more. */
  readonly dropped: number;
  /** Adds a connection. It is dialled again whenever it is lost. */
  connect(url: Address): Endpoint;
  /** Resolves when n peers (1, unless told otherwise) are connected. */
  waitPeers(n?: number, wait?: Wait): Promise<void>;
  /** Sends what waits, for options.linger at most, then ends the connections. Calls that still wait reject. */
  close(): Promise<void>;

  addEventListener<K extends keyof SocketEvents>(type: K, listener: (event: SocketEvents[K]) => void, options?: Listening[2]): void;
  addEventListener(...listening: Listening): void;
  removeEventListener<K extends keyof SocketEvents>(type: K, listener: (event: SocketEvents[K]) => void, options?: Ending[2]): void;
  removeEventListener(...ending: Ending): void;
}

/** A socket with messages to read. It is an async iterable: for await (const message of socket) … */
declare abstract class Receiver<T> extends Socket implements AsyncIterable<T> {
  /** The next message. */
  recv(wait?: Wait): Promise<T>;
  /** All messages, until the socket is closed. */
  all(wait?: Wait): AsyncIterableIterator<T>;
  [Symbol.asyncIterator](): AsyncIterableIterator<T>;
}

/** Sends each message to one Puller, in turn. */
export class Pusher extends Socket {
  constructor(url?: Address, options?: Options);
  /** Waits for a peer with room. When it rejects, the message was not and will not be sent. */
  send(body: Body, wait?: Wait): Promise<void>;
}

/** Receives from Pushers. */
export class Puller extends Receiver<Uint8Array> {
  constructor(url?: Address, options?: Options);
}

/** Sends each message to all Subscribers. */
export class Publisher extends Socket {
  constructor(url?: Address, options?: Options);
  /** Never waits for a peer: who is not connected, or has no room, misses it. */
  send(body: Body): Promise<void>;
}

/** Receives the messages that begin with one of its topics. */
export class Subscriber extends Receiver<Uint8Array> {
  constructor(url?: Address, options?: Options);
  /** Counted: n subscribes need n unsubscribes. The empty topic is every message. */
  subscribe(topic: Body): void;
  /** Takes back one subscribe; false if there was none. */
  unsubscribe(topic: Body): boolean;
}

/** Sends to the other one, and receives from it. It connects once. */
export class Pair extends Receiver<Uint8Array> {
  /** version 1 speaks to nng's pair1. Default 0. */
  constructor(url?: Address, options?: Options & { version?: 0 | 1; ttl?: number });
  /** Waits for the peer to have room. */
  send(body: Body, wait?: Wait): Promise<void>;
}

/** Sends to all its direct peers, and receives from them. */
export class Bus extends Receiver<Uint8Array> {
  constructor(url?: Address, options?: Options);
  /** Never waits for a peer. */
  send(body: Body): Promise<void>;
}

/** Asks one Replier, in turn. Any number of requests may be under way. */
export class Requester extends Socket {
  constructor(url?: Address, options?: Options & { resend?: number | false });
  /**
   * The reply to a request. It waits for a peer; it is sent again when that peer
   * is lost, and every `resend` ms (default 60,000). With resend: false it is sent
   * once, and rejects when its peer is lost.
   */
  do(body: Body, options?: Wait & { resend?: number | false }): Promise<Uint8Array>;
}

/** What a Replier or a Respondent yields. */
export interface Request {
  readonly body: Uint8Array;
  /** Answers, once. Waits for room; rejects when the peer that asked is gone. */
  reply(body: Body, wait?: Wait): Promise<void>;
}

/** Receives requests and answers them. */
export class Replier extends Receiver<Request> {
  constructor(url?: Address, options?: Options & { ttl?: number });
}

/** Asks all Respondents at once. */
export class Surveyor extends Socket {
  constructor(url?: Address, options?: Options & { surveyTime?: number });
  /**
   * The answers that come within `time` ms (default 1,000). The survey is sent when
   * ranging starts, to those who are connected then; several may run at once.
   */
  survey(body: Body, options?: Wait & { time?: number }): AsyncIterableIterator<Uint8Array>;
}

/** Receives surveys and answers them, or does not. */
export class Respondent extends Receiver<Request> {
  constructor(url?: Address, options?: Options & { ttl?: number });
}

export {}; // nothing but what says export is
