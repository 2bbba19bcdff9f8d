// Spans as bytes of OTLP, written when they end: a sampled request has several, and to keep them as objects for a
// library to walk costs more than the request. The library is the twin in the test.
// [opentelemetry-proto trace.proto, common.proto 1.x; protobuf encoding]
import type { ByteString } from "../../runtime/bytes.js";
import { fromUtf8 } from "../../runtime/json/text.js";
import { Double, type Span, type SpanValue } from "./runtime-otlp.js";

const DELIMITED = 2;
const FIRST_BYTES = 64 * 1024;

/** The longest number of a length that is left open: spans are shorter than 256 MiB. */
const LENGTH_BYTES = 4;

const STATUS_OK = 1;
const STATUS_ERROR = 2;

const TWO_TO_32 = 2 ** 32;

/** Names of attributes as they stand in a span, with what leads to them: there are few. */
const names = new Map<string, Buffer>();
const MOST_NAMES = 1000;

/** Writes into memory of its own, which grows. */
export class SpanWriter {
  #bytes: Buffer = Buffer.allocUnsafe(FIRST_BYTES);
  #at = 0;
  /** Spans written since the last `take`. */
  count = 0;

  /** All spans, each as field 2 of the message around them; what is written next begins anew. */
  take(): Uint8Array {
    const taken = Buffer.from(this.#bytes.subarray(0, this.#at));
    this.#at = 0;
    this.count = 0;
    return taken;
  }

  add(span: Span): void {
    const opened = this.#open(2);
    this.#id(1, span.traceId);
    this.#id(2, span.spanId);
    if (span.state !== "") this.#text(3, span.state);
    this.#id(4, span.parentId);
    if (span.name !== "") this.#text(5, span.name);
    this.#varint(6, span.kind);
    this.#time(7, span.startedAt);
    this.#time(8, span.endedAt);
    this.#raw(span.fixed);
    const { attributes, events } = span;
    for (let index = 0; index < attributes.length; index += 2)
      this.#attribute(attributes[index] as string, attributes[index + 1]!);
    if (events !== undefined) for (const event of events) this.#event(event);
    const status = this.#open(15);
    this.#varint(3, span.failed ? STATUS_ERROR : STATUS_OK);
    this.#close(status);
    this.#close(opened);
    this.count += 1;
  }

  #event({ name, at }: { readonly name: string; readonly at: number }): void {
    const opened = this.#open(11);
    this.#time(1, at);
    this.#text(2, name);
    this.#close(opened);
  }

  #attribute(name: string, value: SpanValue): void {
    const opened = this.#open(9);
    this.#raw(nameBytes(name));
    const inner = this.#open(2);
    this.#value(value);
    this.#close(inner);
    this.#close(opened);
  }

  #value(value: SpanValue): void {
    if (typeof value === "string") this.#text(1, value);
    else if (typeof value === "boolean") this.#varint(2, value ? 1 : 0);
    else if (value instanceof Double) this.#double(4, value.value);
    else if (typeof value === "object") this.#list(value);
    else if (Number.isSafeInteger(value) && value >= 0) this.#varint(3, value);
    else if (Number.isSafeInteger(value)) this.#negative(3, value);
    else this.#double(4, value);
  }

  #list(values: readonly string[]): void {
    const opened = this.#open(5);
    for (const value of values) {
      const inner = this.#open(1);
      this.#text(1, value);
      this.#close(inner);
    }
    this.#close(opened);
  }

  // ---- fields ----

  #room(bytes: number): void {
    if (this.#at + bytes <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#at + bytes));
    this.#bytes.copy(larger, 0, 0, this.#at);
    this.#bytes = larger;
  }

  /** Begins a message whose length is not known; gives where its length stands. */
  #open(field: number): number {
    this.#room(1 + LENGTH_BYTES);
    this.#bytes[this.#at] = (field << 3) | DELIMITED;
    this.#at += 1 + LENGTH_BYTES;
    return this.#at - LENGTH_BYTES;
  }

  /** Its length, in as many bytes as were left for it: a varint may be longer than it must. */
  #close(place: number): void {
    const length = this.#at - place - LENGTH_BYTES;
    const bytes = this.#bytes;
    bytes[place] = (length & 0x7f) | 0x80;
    bytes[place + 1] = ((length >>> 7) & 0x7f) | 0x80;
    bytes[place + 2] = ((length >>> 14) & 0x7f) | 0x80;
    bytes[place + 3] = (length >>> 21) & 0x7f;
  }

  #raw(bytes: Uint8Array): void {
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  /** Texts are bytes of UTF-8 already; what is none must not come into a message. */
  #text(field: number, text: ByteString): void {
    const plain = fromUtf8(text);
    const sound = plain === text ? text : Buffer.from(plain, "utf8").latin1Slice();
    this.#tag(field, DELIMITED);
    this.#number(sound.length);
    this.#room(sound.length);
    this.#at += this.#bytes.write(sound, this.#at, sound.length, "latin1");
  }

  /** In hex; nothing where it is empty. */
  #id(field: number, hex: string): void {
    if (hex === "") return;
    const length = hex.length >> 1;
    this.#tag(field, DELIMITED);
    this.#number(length);
    this.#room(length);
    this.#bytes.write(hex, this.#at, length, "hex");
    this.#at += length;
  }

  #varint(field: number, value: number): void {
    this.#tag(field, 0);
    this.#number(value);
  }

  /** Negative numbers are ten bytes long. */
  #negative(field: number, value: number): void {
    this.#tag(field, 0);
    this.#room(10);
    let rest = BigInt.asUintN(64, BigInt(value));
    for (let index = 0; index < 9; index++) {
      this.#bytes[this.#at++] = Number(rest & 0x7fn) | 0x80;
      rest >>= 7n;
    }
    this.#bytes[this.#at++] = Number(rest);
  }

  #double(field: number, value: number): void {
    this.#tag(field, 1);
    this.#room(8);
    this.#at = this.#bytes.writeDoubleLE(value, this.#at);
  }

  /** Nanoseconds since 1970, which are more than a double can count: so in two halves. */
  #time(field: number, ms: number): void {
    const micros = Math.round((performance.timeOrigin + ms) * 1000);
    const low = (micros % TWO_TO_32) * 1000;
    const high = Math.floor(micros / TWO_TO_32) * 1000 + Math.floor(low / TWO_TO_32);
    this.#tag(field, 1);
    this.#room(8);
    this.#at = this.#bytes.writeUInt32LE(low % TWO_TO_32, this.#at);
    this.#at = this.#bytes.writeUInt32LE(high, this.#at);
  }

  #tag(field: number, type: number): void {
    this.#room(1);
    this.#bytes[this.#at++] = (field << 3) | type;
  }

  #number(value: number): void {
    this.#room(10);
    let rest = value;
    while (rest > 0x7f) {
      this.#bytes[this.#at++] = (rest & 0x7f) | 0x80;
      rest = Math.floor(rest / 128);
    }
    this.#bytes[this.#at++] = rest;
  }
}

function nameBytes(name: string): Buffer {
  const known = names.get(name);
  if (known !== undefined) return known;
  const text = Buffer.from(fromUtf8(name), "utf8");
  const head =
    text.length < 128 ? [0x0a, text.length] : [0x0a, (text.length & 0x7f) | 0x80, text.length >> 7];
  const made = Buffer.concat([Buffer.from(head), text]);
  if (names.size < MOST_NAMES) names.set(name, made);
  return made;
}
