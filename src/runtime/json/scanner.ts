// The walk over the bytes of a JSON text: what is valid, where each value ends, and what is noted on
// the way. Faults are Go's, thrown. Nothing is built here, nothing is copied, nothing recurses.
import {
  BACKSLASH,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  DOT,
  ESCAPED,
  HEX_VALUES,
  KEEP_STOPS,
  LAST_CONTROL,
  LAST_SPACE,
  LOWER_E,
  LOWER_F,
  LOWER_N,
  LOWER_T,
  LOWER_U,
  MAX_DEPTH,
  MINUS,
  NINE,
  OPEN_BRACE,
  OPEN_BRACKET,
  PLUS,
  QUOTE,
  SPACE,
  ZERO,
} from "./byte.js";
import { faultAt, type JsonFault } from "./fault.js";
import { BROKEN, ESCAPE, HTML, SEPARATOR } from "./repair.js";
import { sequenceLength } from "./utf8.js";
import type { VectorWalk } from "./vector-walk.js";

// By nesting level of the value being walked, what closes the container outside: 0 at the top. One
// array for all, since no walk is ever interrupted.
const CLOSERS_OUTSIDE = new Uint8Array(MAX_DEPTH);

/** A walk along bytes that end with a zero, which fits nowhere and so stops every loop. */
export class Scanner {
  protected readonly bytes: Uint8Array;
  /** Arrays and objects open around the value a walk begins at. */
  protected depth = 0;
  /** What the strings walked so far hold (`repair.ts`). */
  protected noted = 0;
  private readonly end: number;
  private readonly vectors: VectorWalk | null;

  /** Where there are `vectors`, the bytes are theirs. */
  constructor(bytes: Uint8Array, length: number, vectors: VectorWalk | null = null) {
    this.bytes = bytes;
    this.end = length;
    this.vectors = vectors;
  }

  /** The end of the white space, if any, that begins at an index. */
  protected space(start: number): number {
    const bytes = this.bytes;
    let at = start;
    while (SPACE[bytes[at]!] === 1) at++;
    return at;
  }

  /** The end of the value that, after white space, begins at an index. */
  protected value(start: number, stops: Uint8Array): number {
    const vectors = this.vectors;
    if (vectors === null) return this.valueByBytes(start, stops);
    const end = vectors.end(start, stops === KEEP_STOPS, MAX_DEPTH - this.depth);
    this.noted |= vectors.takeNoted();
    return end < 0 ? this.valueByBytes(start, stops) : end;
  }

  /**
   * The same, a byte at a time. Written out rather than in small calls, of which the engine inlines
   * only so many: they would cost a fifth of the speed.
   */
  private valueByBytes(start: number, stops: Uint8Array): number {
    const bytes = this.bytes;
    const outerClosers = CLOSERS_OUTSIDE;
    let closer = 0;
    let open = 0;
    let at = start;
    for (;;) {
      if (bytes[at]! <= LAST_SPACE) at = this.space(at);
      const byte = bytes[at]!;
      if (byte === QUOTE) {
        do at++;
        while (stops[bytes[at]!] === 0);
        at = bytes[at] === QUOTE ? at + 1 : this.restOfString(at, stops);
      } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
        if (this.depth + open === MAX_DEPTH) throw this.fault(at, "exceeded max depth");
        outerClosers[open++] = closer;
        closer = byte === OPEN_BRACE ? CLOSE_BRACE : CLOSE_BRACKET;
        at = this.space(at + 1);
        if (bytes[at] !== closer) {
          if (closer === CLOSE_BRACE) at = this.name(at, stops);
          continue;
        }
      } else at = this.scalar(at);
      for (;;) {
        if (closer === 0) return at;
        if (bytes[at]! <= LAST_SPACE) at = this.space(at);
        if (bytes[at] !== closer) break;
        closer = outerClosers[--open]!;
        at++;
      }
      if (bytes[at] !== COMMA) throw this.afterValue(at, closer);
      at++;
      if (closer === CLOSE_BRACE) at = this.name(at, stops);
    }
  }

  /** The end of a member's name that, after white space, begins at an index; its colon included. */
  protected name(start: number, stops: Uint8Array): number {
    const bytes = this.bytes;
    let at = start;
    if (bytes[at]! <= LAST_SPACE) at = this.space(at);
    if (bytes[at] !== QUOTE) throw this.fault(at, "looking for beginning of object key string");
    do at++;
    while (stops[bytes[at]!] === 0);
    at = bytes[at] === QUOTE ? at + 1 : this.restOfString(at, stops);
    return bytes[at] === COLON ? at + 1 : this.colon(at);
  }

  /** The end of the colon after a name. */
  protected colon(start: number): number {
    const at = this.space(start);
    if (this.bytes[at] !== COLON) throw this.fault(at, "after object key");
    return at + 1;
  }

  /** What is wrong at an index: the byte there, or that there is none. */
  protected fault(at: number, context: string): JsonFault {
    return faultAt(at < this.end ? this.bytes[at] : undefined, context);
  }

  private afterValue(at: number, closer: number): JsonFault {
    return this.fault(at, closer === CLOSE_BRACE ? "after object key:value pair" : "after array element");
  }

  /** The end of a string, from a byte in it at which the walk had to stop. */
  protected restOfString(start: number, stops: Uint8Array): number {
    const bytes = this.bytes;
    let at = start;
    for (;;) {
      while (stops[bytes[at]!] === 0) at++;
      const byte = bytes[at]!;
      if (byte === QUOTE) return at + 1;
      if (byte === BACKSLASH) at = this.escape(at);
      else if (byte >= 0x80) at = this.character(at);
      else if (byte > LAST_CONTROL) {
        this.noted |= HTML;
        at++;
      } else throw this.fault(at, "in string literal");
    }
  }

  private scalar(start: number): number {
    const byte = this.bytes[start]!;
    if (isDigit(byte) || byte === MINUS) return this.number(start);
    if (byte === LOWER_T) return this.literal(start, "true");
    if (byte === LOWER_F) return this.literal(start, "false");
    if (byte === LOWER_N) return this.literal(start, "null");
    throw this.fault(start, "looking for beginning of value");
  }

  private literal(start: number, word: string): number {
    for (let index = 1; index < word.length; index++) {
      if (this.bytes[start + index] === word.charCodeAt(index)) continue;
      throw this.fault(start + index, `in literal ${word} (expecting '${word[index]}')`);
    }
    return start + word.length;
  }

  private number(start: number): number {
    const bytes = this.bytes;
    let at = start;
    if (bytes[at] === MINUS) at++;
    if (bytes[at] === ZERO) at++;
    else {
      if (!isDigit(bytes[at]!)) throw this.fault(at, "in numeric literal");
      do at++;
      while (isDigit(bytes[at]!));
    }
    if (bytes[at] === DOT) {
      at++;
      if (!isDigit(bytes[at]!)) throw this.fault(at, "after decimal point in numeric literal");
      do at++;
      while (isDigit(bytes[at]!));
    }
    return (bytes[at]! | 0x20) === LOWER_E ? this.exponent(at + 1) : at;
  }

  private exponent(start: number): number {
    const bytes = this.bytes;
    let at = start;
    if (bytes[at] === PLUS || bytes[at] === MINUS) at++;
    if (!isDigit(bytes[at]!)) throw this.fault(at, "in exponent of numeric literal");
    while (isDigit(bytes[at]!)) at++;
    return at;
  }

  private escape(at: number): number {
    this.noted |= ESCAPE;
    if (this.bytes[at + 1] === LOWER_U) return this.unicodeEscape(at);
    if (ESCAPED[this.bytes[at + 1]!] === 0) throw this.fault(at + 1, "in string escape code");
    return at + 2;
  }

  private unicodeEscape(at: number): number {
    const end = at + 6;
    const unit = this.hexadecimal(at + 2);
    if ((unit & 0xf800) !== 0xd800) return end;
    const paired = unit < 0xdc00 && this.bytes[end] === BACKSLASH && this.bytes[end + 1] === LOWER_U;
    if (paired && (this.hexadecimal(end + 2) & 0xfc00) === 0xdc00) return end + 6;
    this.noted |= BROKEN;
    return end;
  }

  private hexadecimal(start: number): number {
    let unit = 0;
    for (let at = start; at < start + 4; at++) {
      const value = HEX_VALUES[this.bytes[at]!]!;
      if (value > 15) throw this.fault(at, "in \\u hexadecimal character escape");
      unit = (unit << 4) | value;
    }
    return unit;
  }

  /** The end of a character above ASCII, or of a byte that is none. */
  private character(at: number): number {
    const bytes = this.bytes;
    const length = sequenceLength(bytes, at);
    if (length === 0) this.noted |= BROKEN;
    else if (bytes[at] === 0xe2 && bytes[at + 1] === 0x80 && (bytes[at + 2]! & 0xfe) === 0xa8) {
      this.noted |= SEPARATOR;
    }
    return length === 0 ? at + 1 : at + length;
  }
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= NINE;
}
