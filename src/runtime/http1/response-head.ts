// The head of an upstream's answer: one strict pass over its bytes [RFC 9112]. What leaves open where
// the answer ends is broken: its rest could be taken for the answer to somebody else.
import type { ByteString } from "../bytes.js";
import {
  COLON,
  CR,
  FIELD,
  isWordAt,
  LF,
  SLASH,
  SPACE,
  saysChunked,
  spells,
  TAB,
  TOKEN,
  wordsOf,
} from "./octets.js";
import { INCOMPLETE, REFUSED } from "./request-head.js";

const MOST_LENGTH_DIGITS = 15;

/** Reads heads, one after the other; one that arrives in parts is read on where it stopped. */
export class ResponseHead {
  /** The head as text; places count from its first byte. */
  text: ByteString = "";
  status = 0;
  minor = 1;
  fields: number[] = [];
  /** -1: not given. */
  contentLength = -1;
  chunked = false;
  close = false;
  keepAlive = false;
  /** What was wrong, in Go's words [Go net/http response.go, transfer.go, textproto]. */
  fault = "";
  #codings = 0;
  #at = 0;
  #started = false;

  /**
   * Reads the head that begins at `start`; `end` is the end of what has arrived. Gives the index
   * behind it, INCOMPLETE (call again with the same beginning and more behind it) or REFUSED.
   */
  parse(bytes: Buffer, start: number, end: number): number {
    let at = start + this.#at;
    if (!this.#started) {
      at = this.#statusLine(bytes, start, end);
      if (at < 0) return at;
      this.#begin(at - start);
    }
    for (;;) {
      if (at + 1 < end && bytes[at] === CR && bytes[at + 1] === LF) return this.#finish(bytes, start, at + 2);
      const next = this.#field(bytes, start, at, end);
      if (next < 0) return next;
      at = next;
      this.#at = at - start;
    }
  }

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
    this.#codings = 0;
  }

  #refuse(fault: string): number {
    this.fault = fault;
    this.reset();
    return REFUSED;
  }

  /** `HTTP/1.1 200 OK`: gives the index of the first field line. The reason may be missing. */
  #statusLine(bytes: Buffer, start: number, end: number): number {
    let at = start;
    while (at < end && FIELD[bytes[at]!] === 1) at++;
    if (at < end && bytes[at] !== CR) return this.#refuse(malformedAnswer(bytes, start, at));
    if (at + 1 >= end) return INCOMPLETE;
    if (bytes[at + 1] !== LF) return this.#refuse(malformedAnswer(bytes, start, at));
    if (!isVersion(bytes, start, at)) return this.#refuse(malformedAnswer(bytes, start, at));
    const digitsAt = start + 9;
    let status = 0;
    for (let index = digitsAt; index < digitsAt + 3; index++) {
      const digit = index < at ? bytes[index]! - 0x30 : -1;
      if (digit < 0 || digit > 9) return this.#refuse(malformedStatus(bytes, digitsAt, at));
      status = status * 10 + digit;
    }
    // Nobody could pass a status below 100 on; 000 counts as none [core: it becomes 200].
    const isStatus = status === 0 || status >= 100;
    if (!isStatus || (digitsAt + 3 < at && bytes[digitsAt + 3] !== SPACE)) {
      return this.#refuse(malformedStatus(bytes, digitsAt, at));
    }
    this.status = status;
    this.minor = bytes[start + 7]! - 0x30;
    return at + 2;
  }

  #field(bytes: Buffer, start: number, lineAt: number, end: number): number {
    let at = lineAt;
    while (at < end && TOKEN[bytes[at]!] === 1) at++;
    if (at === end) return INCOMPLETE;
    const colon = at;
    if (bytes[colon] !== COLON || colon === lineAt) {
      if (bytes[colon] === CR && colon === lineAt && colon + 1 === end) return INCOMPLETE;
      return this.#refuse(malformedField(bytes, lineAt, end));
    }
    do at++;
    while (at < end && FIELD[bytes[at]!] === 1);
    if (at === end || (bytes[at] === CR && at + 1 === end)) return INCOMPLETE;
    if (bytes[at] !== CR || bytes[at + 1] !== LF) return this.#refuse(malformedField(bytes, lineAt, end));
    this.fields.push(lineAt - start, colon - start, at - start);
    const fault = this.#note(bytes, lineAt, colon, at);
    return fault === undefined ? at + 2 : this.#refuse(fault);
  }

  #note(bytes: Buffer, name: number, colon: number, end: number): string | undefined {
    switch (colon - name) {
      case 10:
        if (spells(bytes, name, "connection")) this.#noteConnection(bytes, colon, end);
        return undefined;
      case 14:
        return spells(bytes, name, "content-length") ? this.#noteLength(bytes, colon, end) : undefined;
      case 17:
        return spells(bytes, name, "transfer-encoding") ? this.#noteCoding(bytes, colon, end) : undefined;
      default:
        return undefined;
    }
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

  #noteCoding(bytes: Buffer, colon: number, end: number): string | undefined {
    this.#codings += 1;
    if (this.#codings > 1) return "too many transfer encodings";
    if (!saysChunked(bytes, colon + 1, end)) {
      return `unsupported transfer encoding: ${JSON.stringify(wordsOf(bytes, colon, end))}`;
    }
    this.chunked = true;
    return undefined;
  }

  #noteLength(bytes: Buffer, colon: number, end: number): string | undefined {
    const length = digitsAt(bytes, bytes[colon + 1] === SPACE ? colon + 2 : colon + 1, end);
    if (length < 0) return this.#noteOddLength(wordsOf(bytes, colon, end));
    if (this.contentLength >= 0) return "http: message cannot contain multiple Content-Length headers";
    this.contentLength = length;
    return undefined;
  }

  /** One with more blanks around it than usual, or none at all. */
  #noteOddLength(value: string): string | undefined {
    if (!/^[0-9]+$/.test(value) || value.length > MOST_LENGTH_DIGITS) {
      return `bad Content-Length ${JSON.stringify(value)}`;
    }
    if (this.contentLength >= 0) return "http: message cannot contain multiple Content-Length headers";
    this.contentLength = Number(value);
    return undefined;
  }

  #finish(bytes: Buffer, start: number, end: number): number {
    // Two lengths: whoever believes the other one sees another answer [RFC 9112 6.3].
    if (this.chunked && (this.contentLength >= 0 || this.minor === 0)) {
      return this.#refuse("both Transfer-Encoding and Content-Length, or Transfer-Encoding in HTTP/1.0");
    }
    this.text = bytes.latin1Slice(start, end);
    this.reset();
    return end;
  }
}

/** `HTTP/1.0 ` or `HTTP/1.1 `. */
function isVersion(bytes: Buffer, at: number, end: number): boolean {
  return (
    end - at > 8 &&
    bytes[at] === 0x48 &&
    bytes[at + 1] === 0x54 &&
    bytes[at + 2] === 0x54 &&
    bytes[at + 3] === 0x50 &&
    bytes[at + 4] === SLASH &&
    bytes[at + 5] === 0x31 &&
    bytes[at + 6] === 0x2e &&
    (bytes[at + 7] === 0x30 || bytes[at + 7] === 0x31) &&
    bytes[at + 8] === SPACE
  );
}

/** The number that the bytes between two places spell; -1: they are no digits, or too many. */
function digitsAt(bytes: Buffer, start: number, end: number): number {
  if (start >= end || end - start > MOST_LENGTH_DIGITS) return -1;
  let number = 0;
  for (let at = start; at < end; at++) {
    const digit = bytes[at]! - 0x30;
    if (digit < 0 || digit > 9) return -1;
    number = number * 10 + digit;
  }
  return number;
}

const LONGEST_QUOTE = 200;

function quoted(bytes: Buffer, start: number, end: number): string {
  return JSON.stringify(bytes.latin1Slice(start, Math.min(end, start + LONGEST_QUOTE)));
}

function malformedAnswer(bytes: Buffer, start: number, end: number): string {
  const line = bytes.latin1Slice(start, Math.min(end, start + LONGEST_QUOTE));
  const version = /^HTTP\/[^ ]* /.exec(line);
  if (version !== null && end > start) return `malformed HTTP version ${JSON.stringify(version[0].trim())}`;
  return `malformed HTTP response ${JSON.stringify(line)}`;
}

function malformedStatus(bytes: Buffer, start: number, end: number): string {
  const space = bytes.indexOf(SPACE, start);
  return `malformed HTTP status code ${quoted(bytes, start, space < 0 || space > end ? end : space)}`;
}

function malformedField(bytes: Buffer, lineAt: number, end: number): string {
  const lineEnd = bytes.indexOf(LF, lineAt);
  let stop = lineEnd < 0 || lineEnd > end ? end : lineEnd;
  if (stop > lineAt && bytes[stop - 1] === CR) stop--;
  const colon = bytes.indexOf(COLON, lineAt);
  const first = bytes[lineAt];
  if (first === SPACE || first === TAB)
    return `malformed MIME header initial line: ${quoted(bytes, lineAt, stop)}`;
  const missing = colon < 0 || colon > stop;
  return `malformed MIME header${missing ? ": missing colon" : " line"}: ${quoted(bytes, lineAt, stop)}`;
}
