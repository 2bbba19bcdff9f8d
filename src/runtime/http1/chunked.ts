// The chunked coding [RFC 9112 7.1], strict: what two readers might take for two different bodies is
// broken.
import { BACKSLASH, COLON, CR, EQUALS, FIELD, HEX, LF, LOWER, QUOTE, SEMICOLON, TOKEN } from "./octets.js";

/** Takes the data of chunks; the bytes are only lent. */
export interface ChunkReceiver {
  onChunk(bytes: Buffer, start: number, end: number): void;
}

/** Bytes of chunk extensions and of trailers that are read over in one body. */
const MOST_EXTENSION_BYTES = 16 * 1024;
const MOST_TRAILER_BYTES = 64 * 1024;
/** A larger chunk is no chunk: sizes are exact up to here. */
const LARGEST_CHUNK = 2 ** 48;
/** Leading zeros count [Go net/http/internal/chunked.go]. */
const MOST_SIZE_DIGITS = 16;
/** What would say something about the framing that has been read already [RFC 9110 6.5.1]. */
const FRAMING = new Set(["content-length", "transfer-encoding"]);
const LONGEST_FRAMING_NAME = 17;

const STATE = {
  size: 0,
  sizeMore: 1,
  extensionName: 2,
  extensionValue: 3,
  quoted: 4,
  quotedPair: 5,
  afterQuoted: 6,
  sizeLf: 7,
  data: 8,
  dataCr: 9,
  dataLf: 10,
  trailerStart: 11,
  trailerName: 12,
  trailerValue: 13,
  trailerLf: 14,
  endLf: 15,
  done: 16,
  broken: 17,
} as const;

type State = (typeof STATE)[keyof typeof STATE];

/** Reads one body, in whatever parts it arrives. */
export class ChunkedDecoder {
  /** What is wrong, in Go's words; "" while nothing is [Go net/http/internal/chunked.go]. */
  fault = "";
  #state: State = STATE.size;
  #size = 0;
  #sizeDigits = 0;
  #extensionBytes = 0;
  #extensionLength = 0;
  #trailerBytes = 0;
  #trailerName = "";
  readonly #receiver: ChunkReceiver;

  constructor(receiver: ChunkReceiver) {
    this.#receiver = receiver;
  }

  get isDone(): boolean {
    return this.#state === STATE.done;
  }

  get isBroken(): boolean {
    return this.#state === STATE.broken;
  }

  /** Takes in what is there; gives the index of the first byte that is not of this body. */
  push(bytes: Buffer, start: number, end: number): number {
    let at = start;
    while (at < end && this.#state < STATE.done) {
      if (this.#state === STATE.data) at = this.#data(bytes, at, end);
      else {
        this.#state = this.#step(bytes[at]!);
        at++;
      }
    }
    return at;
  }

  #data(bytes: Buffer, start: number, end: number): number {
    const stop = Math.min(end, start + this.#size);
    this.#size -= stop - start;
    if (this.#size === 0) this.#state = STATE.dataCr;
    this.#receiver.onChunk(bytes, start, stop);
    return stop;
  }

  #break(fault: string): State {
    this.fault = fault;
    return STATE.broken;
  }

  #step(byte: number): State {
    if (this.#state <= STATE.sizeMore) return this.#sizeByte(byte);
    if (this.#state <= STATE.afterQuoted) return this.#extensionByte(byte);
    switch (this.#state) {
      case STATE.sizeLf:
        return this.#afterSize(byte);
      case STATE.dataCr:
        return byte === CR ? STATE.dataLf : this.#break("malformed chunked encoding");
      case STATE.dataLf:
        this.#size = 0;
        this.#sizeDigits = 0;
        return byte === LF ? STATE.size : this.#break("malformed chunked encoding");
      default:
        return this.#trailerByte(byte);
    }
  }

  #sizeByte(byte: number): State {
    const digit = HEX[byte]!;
    if (digit !== 255) {
      this.#size = this.#size * 16 + digit;
      this.#sizeDigits += 1;
      const isTooLarge = this.#size > LARGEST_CHUNK || this.#sizeDigits > MOST_SIZE_DIGITS;
      return isTooLarge ? this.#break("http chunk length too large") : STATE.sizeMore;
    }
    if (this.#state === STATE.size) return this.#break("invalid byte in chunk length");
    if (byte === CR) return STATE.sizeLf;
    return byte === SEMICOLON ? this.#startExtension() : this.#break("invalid byte in chunk length");
  }

  #afterSize(byte: number): State {
    if (byte !== LF) return this.#break("malformed chunked encoding");
    return this.#size === 0 ? STATE.trailerStart : STATE.data;
  }

  #startExtension(): State {
    this.#extensionLength = 0;
    return STATE.extensionName;
  }

  /** `;name`, `;name=value` and `;name="value"`. */
  #extensionByte(byte: number): State {
    this.#extensionBytes += 1;
    if (this.#extensionBytes > MOST_EXTENSION_BYTES)
      return this.#break("chunked encoding contains too much non-data");
    switch (this.#state) {
      case STATE.quoted:
        if (byte === QUOTE) return STATE.afterQuoted;
        if (byte === BACKSLASH) return STATE.quotedPair;
        return FIELD[byte] === 1 ? STATE.quoted : this.#break("malformed chunked encoding");
      case STATE.quotedPair:
        return FIELD[byte] === 1 ? STATE.quoted : this.#break("malformed chunked encoding");
      case STATE.afterQuoted:
        return this.#afterExtension(byte);
      default:
        return this.#extensionWord(byte);
    }
  }

  #extensionWord(byte: number): State {
    if (TOKEN[byte] === 1) {
      this.#extensionLength += 1;
      return this.#state;
    }
    const isValue = this.#state === STATE.extensionValue;
    if (isValue && byte === QUOTE && this.#extensionLength === 0) return STATE.quoted;
    if (this.#extensionLength === 0) return this.#break("malformed chunked encoding");
    if (!isValue && byte === EQUALS) {
      this.#extensionLength = 0;
      return STATE.extensionValue;
    }
    return this.#afterExtension(byte);
  }

  #afterExtension(byte: number): State {
    if (byte === CR) return STATE.sizeLf;
    return byte === SEMICOLON ? this.#startExtension() : this.#break("malformed chunked encoding");
  }

  /** Trailers are read over: nothing here may change what the head said. */
  #trailerByte(byte: number): State {
    this.#trailerBytes += 1;
    if (this.#trailerBytes > MOST_TRAILER_BYTES)
      return this.#break("http: suspiciously long trailer after chunked body");
    switch (this.#state) {
      case STATE.trailerStart:
        if (byte === CR) return STATE.endLf;
        this.#trailerName = "";
        return this.#trailerNameByte(byte);
      case STATE.trailerName:
        return this.#trailerNameByte(byte);
      case STATE.trailerValue:
        if (byte === CR) return STATE.trailerLf;
        return FIELD[byte] === 1 ? STATE.trailerValue : this.#break("malformed MIME header");
      case STATE.trailerLf:
        return byte === LF ? STATE.trailerStart : this.#break("malformed MIME header");
      default:
        return byte === LF ? STATE.done : this.#break("malformed chunked encoding");
    }
  }

  #trailerNameByte(byte: number): State {
    const name = this.#trailerName;
    if (byte === COLON && name !== "")
      return FRAMING.has(name) ? this.#break("bad trailer key") : STATE.trailerValue;
    if (TOKEN[byte] === 0) return this.#break("malformed MIME header");
    if (name.length <= LONGEST_FRAMING_NAME) this.#trailerName += String.fromCharCode(LOWER[byte]!);
    return STATE.trailerName;
  }
}
