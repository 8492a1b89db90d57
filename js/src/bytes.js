const encoder = new TextEncoder();

/** The bytes of a body; a string becomes UTF-8. */
export function toBytes(body) {
  if (typeof body === "string") return encoder.encode(body);
  if (body instanceof ArrayBuffer) return new Uint8Array(body);
  if (ArrayBuffer.isView(body)) return new Uint8Array(body.buffer, body.byteOffset, body.byteLength);
  throw new TypeError("a body is a string, an ArrayBuffer or a view of one");
}

/** One message of its own memory, so that the caller may go on using the body. */
export function join(header, body) {
  const bytes = toBytes(body);
  const message = new Uint8Array(header.length + bytes.length);
  message.set(header);
  message.set(bytes, header.length);
  return message;
}

/** The length of a backtrace: 32-bit words up to the one with the top bit. 0: it has no end, or too many hops. */
export function headerLength(bytes, ttl) {
  for (let end = 4; end <= bytes.length && end <= 4 * ttl; end += 4) {
    if (bytes[end - 4] & 0x80) return end;
  }
  return 0;
}

/** Ids of requests and surveys count up from a random one, so that two clients rarely share any. */
export class Ids {
  #next = Math.random() * 2 ** 31;

  /** The next id as a header, its top bit set. */
  next() {
    const word = new Uint8Array(4);
    new DataView(word.buffer).setUint32(0, this.#next++ | 2 ** 31);
    return word;
  }
}

/** A header of one word as a key. */
export const key = (bytes) => (bytes.length < 4 ? -1 : new DataView(bytes.buffer, bytes.byteOffset).getUint32(0));
