// The head of a request: one strict pass over its bytes [RFC 9112]. Whatever two servers might read
// in two ways is refused, so that no request can hide in another.
import type { ByteString } from "../bytes.js";
import {
  COLON,
  CR,
  FIELD,
  HOST,
  isBlank,
  isWordAt,
  LF,
  QUESTION,
  SLASH,
  SPACE,
  saysChunked,
  spells,
  TARGET,
  TOKEN,
  wordsOf,
} from "./octets.js";
import {
  BAD_FIELD_NAME,
  BAD_REQUEST,
  BAD_VERSION,
  MALFORMED_HOST,
  MISSING_HOST,
  type Refusal,
  UNKNOWN_CODING,
} from "./refusal.js";

/** Returned while the end of the head has not arrived. */
export const INCOMPLETE = -1;
/** Returned when the head was refused: see `refusal`. */
export const REFUSED = -2;

/** Content-Length above this is not a length of anything [so that it is exact in a number]. */
const MOST_LENGTH_DIGITS = 15;

/**
 * Reads heads, one after the other. A head that arrives in parts is read on where it stopped: no line
 * that is whole is looked at twice. What it says holds until `parse` begins the next.
 */
export class RequestHead {
  /** The head as text; places count from its first byte. */
  text: ByteString = "";
  method = "";
  target: ByteString = "";
  /** Where the query begins in the target, behind its `?`; 0: there is none. */
  queryAt = 0;
  /** The minor version, 0 or 1. */
  minor = 1;
  fields: number[] = [];
  /** -1: not given. */
  contentLength = -1;
  chunked = false;
  close = false;
  keepAlive = false;
  expectsContinue = false;
  /** An expectation that nobody can meet. */
  expectsMore = false;
  refusal: Refusal = BAD_REQUEST;
  #hostAt = -1;
  #hostEnd = 0;
  #hosts = 0;
  #codings = 0;
  #at = 0;
  #started = false;

  /** A head was begun and is not complete. */
  get isPartial(): boolean {
    return this.#started;
  }

  /**
   * Reads the head that begins at `start`; `end` is the end of what has arrived. Gives the index
   * behind it, INCOMPLETE (call again with the same beginning and more behind it) or REFUSED.
   */
  parse(bytes: Buffer, start: number, end: number): number {
    let at = start + this.#at;
    if (!this.#started) {
      at = this.#requestLine(bytes, start, end);
      if (at < 0) return at;
      this.#begin(at - start);
    }
    for (;;) {
      if (at + 1 < end && bytes[at] === CR) {
        return bytes[at + 1] === LF ? this.#finish(bytes, start, at + 2) : this.#refuse(BAD_REQUEST);
      }
      const next = this.#field(bytes, start, at, end);
      if (next < 0) return next;
      at = next;
      this.#at = at - start;
    }
  }

  /** Forgets a head that was begun. */
  reset(): void {
    this.#started = false;
    this.#at = 0;
  }

  #begin(at: number): void {
    this.#started = true;
    this.#at = at;
    this.fields = [];
    this.contentLength = -1;
    this.chunked = false;
    this.close = false;
    this.keepAlive = false;
    this.expectsContinue = false;
    this.expectsMore = false;
    this.#hosts = 0;
    this.#hostAt = -1;
    this.#codings = 0;
  }

  #refuse(refusal: Refusal): number {
    this.refusal = refusal;
    this.reset();
    return REFUSED;
  }

  /** `GET /path HTTP/1.1`: gives the index of the first field line. */
  #requestLine(bytes: Buffer, start: number, end: number): number {
    let at = start;
    while (at < end && TOKEN[bytes[at]!] === 1) at++;
    if (at === end) return INCOMPLETE;
    if (at === start || bytes[at] !== SPACE) return this.#refuse(BAD_REQUEST);
    const targetAt = at + 1;
    let query = 0;
    for (at = targetAt; at < end; at++) {
      const byte = bytes[at]!;
      if (TARGET[byte] === 0) break;
      if (byte === QUESTION && query === 0) query = at + 1 - targetAt;
    }
    if (at === end) return INCOMPLETE;
    if (bytes[at] !== SPACE || !isTarget(bytes, targetAt, at)) return this.#refuse(BAD_REQUEST);
    if (at + 11 > end) return this.#isVersionSoFar(bytes, at + 1, end);
    const minor = versionAt(bytes, at + 1);
    if (minor < 0) return this.#refuse(minor === -1 ? BAD_VERSION : BAD_REQUEST);
    this.method = methodOf(bytes, start, targetAt - 1);
    // Nobody gets a tunnel, and whoever takes this for one does not see what follows as requests.
    if (this.method === "CONNECT") return this.#refuse(BAD_REQUEST);
    this.target = bytes.latin1Slice(targetAt, at);
    this.queryAt = query;
    this.minor = minor;
    return at + 11;
  }

  #isVersionSoFar(bytes: Buffer, start: number, end: number): number {
    for (let at = start; at < end; at++) {
      if (bytes[at] === LF) return this.#refuse(BAD_REQUEST);
    }
    return INCOMPLETE;
  }

  /** `Name: value`: gives the index of the next line. */
  #field(bytes: Buffer, start: number, lineAt: number, end: number): number {
    let at = lineAt;
    while (at < end && TOKEN[bytes[at]!] === 1) at++;
    if (at === end) return INCOMPLETE;
    const colon = at;
    if (bytes[colon] !== COLON) return this.#badName(bytes, lineAt, colon, end);
    if (colon === lineAt) return this.#refuse(BAD_REQUEST);
    do at++;
    while (at < end && FIELD[bytes[at]!] === 1);
    if (at === end) return INCOMPLETE;
    if (bytes[at] !== CR) return this.#refuse(BAD_REQUEST);
    if (at + 1 === end) return INCOMPLETE;
    if (bytes[at + 1] !== LF) return this.#refuse(BAD_REQUEST);
    this.fields.push(lineAt - start, colon - start, at - start);
    const refusal = this.#note(bytes, start, lineAt, colon, at);
    return refusal === undefined ? at + 2 : this.#refuse(refusal);
  }

  /** Go names the fault only where nothing but a space is wrong with the name. */
  #badName(bytes: Buffer, lineAt: number, at: number, end: number): number {
    const byte = bytes[at];
    if (byte === CR && at === lineAt && at + 1 === end) return INCOMPLETE;
    if (byte !== SPACE || at === lineAt) return this.#refuse(BAD_REQUEST);
    let rest = at;
    while (rest < end && (TOKEN[bytes[rest]!] === 1 || bytes[rest] === SPACE)) rest++;
    if (rest === end) return INCOMPLETE;
    return this.#refuse(bytes[rest] === COLON ? BAD_FIELD_NAME : BAD_REQUEST);
  }

  /** Remembers what a field says about the framing and the connection. */
  #note(bytes: Buffer, start: number, name: number, colon: number, end: number): Refusal | undefined {
    switch (colon - name) {
      case 4:
        if (spells(bytes, name, "host")) this.#noteHost(colon - start + 1, end - start);
        return undefined;
      case 6:
        if (spells(bytes, name, "expect")) this.#noteExpect(wordsOf(bytes, colon, end));
        return undefined;
      case 10:
        if (spells(bytes, name, "connection")) this.#noteConnection(bytes, colon, end);
        return undefined;
      case 14:
        return spells(bytes, name, "content-length") ? this.#noteLength(bytes, colon + 1, end) : undefined;
      case 17:
        if (!spells(bytes, name, "transfer-encoding")) return undefined;
        this.#codings += 1;
        this.chunked = saysChunked(bytes, colon + 1, end);
        return this.chunked && this.#codings === 1 ? undefined : UNKNOWN_CODING;
      default:
        return undefined;
    }
  }

  #noteHost(at: number, end: number): void {
    this.#hosts += 1;
    this.#hostAt = at;
    this.#hostEnd = end;
  }

  #noteExpect(value: string): void {
    if (value === "100-continue") this.expectsContinue = true;
    else this.expectsMore = true;
  }

  #noteConnection(bytes: Buffer, colon: number, end: number): void {
    if (isWordAt(bytes, colon + 1, end, "keep-alive")) this.keepAlive = true;
    else if (isWordAt(bytes, colon + 1, end, "close")) this.close = true;
    else this.#noteOptions(wordsOf(bytes, colon, end));
  }

  #noteOptions(value: string): void {
    for (const option of value.split(",")) {
      const word = option.trim();
      if (word === "close") this.close = true;
      else if (word === "keep-alive") this.keepAlive = true;
    }
  }

  #noteLength(bytes: Buffer, from: number, to: number): Refusal | undefined {
    let at = from;
    let end = to;
    while (at < end && isBlank(bytes[at]!)) at++;
    while (end > at && isBlank(bytes[end - 1]!)) end--;
    if (this.contentLength >= 0 || at === end || end - at > MOST_LENGTH_DIGITS) return BAD_REQUEST;
    let length = 0;
    for (; at < end; at++) {
      const digit = bytes[at]! - 0x30;
      if (digit < 0 || digit > 9) return BAD_REQUEST;
      length = length * 10 + digit;
    }
    this.contentLength = length;
    return undefined;
  }

  /** What can be said only when all fields are known. */
  #finish(bytes: Buffer, start: number, end: number): number {
    if (this.#hosts > 1) return this.#refuse(BAD_REQUEST);
    if (this.#hosts === 0 && this.minor > 0) return this.#refuse(MISSING_HOST);
    if (this.#hosts === 1 && !this.#hasGoodHost(bytes, start)) return this.#refuse(MALFORMED_HOST);
    // Two lengths: whoever believes the other one sees another request [RFC 9112 6.1].
    if (this.chunked && (this.contentLength >= 0 || this.minor === 0)) return this.#refuse(BAD_REQUEST);
    this.text = bytes.latin1Slice(start, end);
    this.reset();
    return end;
  }

  #hasGoodHost(bytes: Buffer, start: number): boolean {
    let at = start + this.#hostAt;
    let end = start + this.#hostEnd;
    while (at < end && isBlank(bytes[at]!)) at++;
    while (end > at && isBlank(bytes[end - 1]!)) end--;
    while (at < end && HOST[bytes[at]!] === 1) at++;
    return at === end;
  }
}

/** `HTTP/1.0` and `HTTP/1.1` with the end of the line give 0 and 1; -1: another version; -2: none. */
function versionAt(bytes: Buffer, at: number): number {
  // H T T P / digit . digit CR LF
  if (bytes[at] !== 0x48 || bytes[at + 1] !== 0x54 || bytes[at + 2] !== 0x54 || bytes[at + 3] !== 0x50)
    return -2;
  if (bytes[at + 4] !== SLASH || bytes[at + 6] !== 0x2e) return -2;
  const major = bytes[at + 5]! - 0x30;
  const minor = bytes[at + 7]! - 0x30;
  if (bytes[at + 8] !== CR || bytes[at + 9] !== LF) return -2;
  if (major < 0 || major > 9 || minor < 0 || minor > 9) return -2;
  return major === 1 && minor < 2 ? minor : -1;
}

/** Scheme, credentials if any, and a host of the bytes that every strict parser takes. */
const ABSOLUTE = /^[A-Za-z]+:\/\/(?:[-\w.!~*'()%;:&=+$,]*@)?[-\w.!~*'()%;:&=+$,[\]]+(?:[/?]|$)/;

/** `/path`, `*` or `scheme://authority`; what it holds is checked by whoever splits it. */
function isTarget(bytes: Buffer, start: number, end: number): boolean {
  const first = bytes[start];
  if (first === SLASH) return true;
  if (first === 0x2a) return end === start + 1;
  return end > start && ABSOLUTE.test(bytes.latin1Slice(start, end));
}

function methodOf(bytes: Buffer, start: number, end: number): string {
  if (end - start === 3 && bytes[start] === 0x47 && bytes[start + 1] === 0x45 && bytes[start + 2] === 0x54) {
    return "GET";
  }
  return bytes.latin1Slice(start, end);
}
