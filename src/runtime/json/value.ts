// JSON as values, for features that must look inside: the slow, obvious form beside the reader's
// slices, and what the tests hold the reader against (so it shares no walk with it).
import { MAX_DEPTH } from "./byte.js";
import { faultAt, JsonFault } from "./fault.js";
import { type ByteString, type JsonText, quote, unquote } from "./text.js";

/** A number by its text, of which a double would keep only a part. */
export class JsonNumber {
  readonly text: JsonText;

  constructor(text: JsonText) {
    this.text = text;
  }
}

/** A JSON value; strings and keys are UTF-8 bytes, without escapes. */
export type JsonValue = null | boolean | JsonNumber | ByteString | JsonValue[] | Map<ByteString, JsonValue>;

const WORDS = new Map<string, readonly [string, null | boolean]>([
  ["t", ["true", true]],
  ["f", ["false", false]],
  ["n", ["null", null]],
]);

/** A container half read, and the key the next value of an object belongs to. */
interface HalfRead {
  readonly value: JsonValue[] | Map<ByteString, JsonValue>;
  key: ByteString;
}

/** A container half printed: the members left, each with the text that stands before its value. */
interface HalfPrinted {
  readonly members: Iterator<readonly [JsonText, JsonValue]>;
  readonly closer: string;
  empty: boolean;
}

/** The first value of a text; what follows it is ignored, as Go's Decoder does. */
export function parseValue(text: ByteString): JsonValue | JsonFault {
  if (!/[^ \t\r\n]/.test(text)) return new JsonFault("EOF");
  try {
    return new ValueParser(text).parse();
  } catch (fault) {
    if (fault instanceof JsonFault) return fault;
    throw fault;
  }
}

/** The value as Go's encoder prints it: no space, keys sorted by their bytes, number text kept. */
export function printValue(value: JsonValue): JsonText {
  // A stack of our own: values may be nested as deep as the reader allows.
  const frames: HalfPrinted[] = [];
  let text = begin(value, frames);
  for (let frame = frames.at(-1); frame !== undefined; frame = frames.at(-1)) {
    const next = frame.members.next();
    if (next.done === true) {
      text += frame.closer;
      frames.pop();
      continue;
    }
    const [name, member] = next.value;
    text += (frame.empty ? "" : ",") + name;
    frame.empty = false;
    text += begin(member, frames);
  }
  return text;
}

class ValueParser {
  private readonly text: ByteString;
  private readonly frames: HalfRead[] = [];
  private at = 0;

  constructor(text: ByteString) {
    this.text = text;
  }

  parse(): JsonValue {
    for (;;) {
      let value = this.beginValue();
      if (value === undefined) continue;
      for (let frame = this.frames.at(-1); frame !== undefined; frame = this.frames.at(-1)) {
        store(frame, value);
        if (this.goOn(frame)) break;
        this.frames.pop();
        value = frame.value;
      }
      if (this.frames.length === 0) return value;
    }
  }

  /** A whole scalar or an empty container; undefined when a container has been entered. */
  private beginValue(): JsonValue | undefined {
    const first = this.peek();
    if (first === "{" || first === "[") return this.beginContainer(first);
    if (first === '"') return this.string();
    if (first !== undefined && /[-0-9]/.test(first)) return this.number();
    const word = WORDS.get(first ?? "");
    if (word === undefined) throw this.fault("looking for beginning of value");
    this.literal(word[0]);
    return word[1];
  }

  private beginContainer(opener: "{" | "["): JsonValue | undefined {
    if (this.frames.length === MAX_DEPTH) throw this.fault("exceeded max depth");
    this.at++;
    const value = opener === "{" ? new Map<ByteString, JsonValue>() : [];
    if (this.peek() === (opener === "{" ? "}" : "]")) {
      this.at++;
      return value;
    }
    this.frames.push({ value, key: opener === "{" ? this.key() : "" });
    return undefined;
  }

  /** After a value in a container: whether another follows (and its key is read) or it is closed. */
  private goOn(frame: HalfRead): boolean {
    const inObject = frame.value instanceof Map;
    const next = this.peek();
    if (next !== "," && next !== (inObject ? "}" : "]")) {
      throw this.fault(inObject ? "after object key:value pair" : "after array element");
    }
    this.at++;
    if (next === "," && inObject) frame.key = this.key();
    return next === ",";
  }

  private key(): ByteString {
    if (this.peek() !== '"') throw this.fault("looking for beginning of object key string");
    const key = this.string();
    if (this.peek() !== ":") throw this.fault("after object key");
    this.at++;
    return key;
  }

  private string(): ByteString {
    const start = this.at;
    this.at++;
    while (this.text[this.at] !== '"') {
      if (this.text[this.at] === "\\") this.escape();
      else if (/^[^\0-\x1f]/.test(this.text[this.at] ?? "")) this.at++;
      else throw this.fault("in string literal");
    }
    this.at++;
    return unquote(this.text.slice(start, this.at));
  }

  private escape(): void {
    this.at++;
    if (!/^["\\/bfnrtu]/.test(this.text[this.at] ?? "")) throw this.fault("in string escape code");
    const digits = this.text[this.at] === "u" ? 4 : 0;
    this.at++;
    for (let count = 0; count < digits; count++, this.at++) {
      if (/^[0-9a-fA-F]/.test(this.text[this.at] ?? "")) continue;
      throw this.fault("in \\u hexadecimal character escape");
    }
  }

  private number(): JsonNumber {
    const start = this.at;
    if (this.text[this.at] === "-") this.at++;
    if (this.text[this.at] === "0") this.at++;
    else this.digits("in numeric literal");
    if (this.text[this.at] === ".") {
      this.at++;
      this.digits("after decimal point in numeric literal");
    }
    if (/^[eE]/.test(this.text[this.at] ?? "")) {
      this.at++;
      if (/^[-+]/.test(this.text[this.at] ?? "")) this.at++;
      this.digits("in exponent of numeric literal");
    }
    return new JsonNumber(this.text.slice(start, this.at));
  }

  private digits(context: string): void {
    const start = this.at;
    while (/^[0-9]/.test(this.text[this.at] ?? "")) this.at++;
    if (this.at === start) throw this.fault(context);
  }

  private literal(word: string): void {
    for (const letter of word) {
      if (this.text[this.at] !== letter) throw this.fault(`in literal ${word} (expecting '${letter}')`);
      this.at++;
    }
  }

  /** The next byte that is no white space; undefined at the end. */
  private peek(): ByteString | undefined {
    while (/^[ \t\r\n]/.test(this.text[this.at] ?? "")) this.at++;
    return this.text[this.at];
  }

  private fault(context: string): JsonFault {
    return faultAt(this.at < this.text.length ? this.text.charCodeAt(this.at) : undefined, context);
  }
}

function store(frame: HalfRead, value: JsonValue): void {
  if (frame.value instanceof Map) frame.value.set(frame.key, value);
  else frame.value.push(value);
}

/** The whole text of a scalar; the opening of a container, which then is a frame more. */
function begin(value: JsonValue, frames: HalfPrinted[]): JsonText {
  if (typeof value === "string") return quote(value);
  if (value instanceof JsonNumber) return value.text;
  if (Array.isArray(value)) {
    frames.push({ members: elements(value), closer: "]", empty: true });
    return "[";
  }
  if (value instanceof Map) {
    frames.push({ members: sortedMembers(value), closer: "}", empty: true });
    return "{";
  }
  return String(value);
}

function* elements(values: readonly JsonValue[]): Generator<readonly [JsonText, JsonValue]> {
  for (const value of values) yield ["", value];
}

function* sortedMembers(map: ReadonlyMap<ByteString, JsonValue>): Generator<readonly [JsonText, JsonValue]> {
  // The units of a byte string are its bytes, so the order of strings is the order of bytes.
  for (const key of [...map.keys()].sort()) yield [`${quote(key)}:`, map.get(key)!];
}
