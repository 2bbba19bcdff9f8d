// JSON as KrakenD holds it: numbers are their text, objects are maps. Nothing clever: one function
// for each kind of value, recursive, on ordinary strings. [Go encoding/json]

/** A number as it was written. */
export class NumberText {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export type Value = null | boolean | string | NumberText | Value[] | Data;

/** An object. */
export type Data = Map<string, Value>;

/** An object that is nil: nothing of it is there, and JSON says so. */
export class NilData extends Map<string, Value> {}

/** Go's words for what is wrong. */
export class JsonError extends Error {}

/** Bytes, one to a unit, as text; what is not UTF-8 becomes U+FFFD. */
export function decodeUtf8(bytes: string): string {
  return Buffer.from(bytes, "latin1").toString("utf8");
}

/** Text as bytes, one to a unit. */
export function encodeUtf8(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}

/** The first value of some bytes; what follows it does not matter. */
export function parseJson(bytes: string): Value {
  const parser = new Parser(decodeUtf8(bytes));
  parser.blank();
  if (parser.at === parser.text.length) throw new JsonError("EOF");
  return parser.value();
}

/** The same document with sorted keys and without blanks; undefined if the bytes are something else. */
export function canonicalJson(bytes: string): string | undefined {
  try {
    const parser = new Parser(decodeUtf8(bytes));
    const value = parser.value();
    parser.blank();
    return parser.at === parser.text.length ? printJson(value) : undefined;
  } catch (error) {
    if (error instanceof JsonError) return undefined;
    throw error;
  }
}

class Parser {
  readonly text: string;
  at = 0;

  constructor(text: string) {
    this.text = text;
  }

  blank(): void {
    while (/^[ \t\r\n]/.test(this.text[this.at] ?? "")) this.at += 1;
  }

  value(): Value {
    this.blank();
    const first = this.text[this.at];
    if (first === "{") return this.object();
    if (first === "[") return this.list();
    if (first === '"') return this.string();
    for (const [word, meaning] of WORDS) if (this.take(word)) return meaning;
    const number = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?/.exec(this.text.slice(this.at))?.[0];
    if (number === undefined) throw this.unexpected("looking for beginning of value");
    this.at += number.length;
    return new NumberText(number);
  }

  private object(): Data {
    const data: Data = new Map();
    this.at += 1;
    this.blank();
    if (this.take("}")) return data;
    for (;;) {
      this.blank();
      if (this.text[this.at] !== '"') throw this.unexpected("looking for beginning of object key string");
      const key = this.string();
      this.blank();
      if (!this.take(":")) throw this.unexpected("after object key");
      data.set(key, this.value());
      this.blank();
      if (this.take("}")) return data;
      if (!this.take(",")) throw this.unexpected("after object key:value pair");
    }
  }

  private list(): Value[] {
    const items: Value[] = [];
    this.at += 1;
    this.blank();
    if (this.take("]")) return items;
    for (;;) {
      items.push(this.value());
      this.blank();
      if (this.take("]")) return items;
      if (!this.take(",")) throw this.unexpected("after array element");
    }
  }

  private string(): string {
    const found = /^"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/.exec(
      this.text.slice(this.at),
    )?.[0];
    if (found === undefined) throw new JsonError("unexpected EOF");
    this.at += found.length;
    return wellFormed(JSON.parse(found) as string);
  }

  private take(text: string): boolean {
    if (!this.text.startsWith(text, this.at)) return false;
    this.at += text.length;
    return true;
  }

  private unexpected(where: string): JsonError {
    const char = this.text[this.at];
    return new JsonError(char === undefined ? "unexpected EOF" : `invalid character '${char}' ${where}`);
  }
}

const WORDS: readonly (readonly [string, null | boolean])[] = [
  ["null", null],
  ["true", true],
  ["false", false],
];

/** As Go's encoder prints it: sorted keys, no blanks, `<`, `>`, `&` escaped. */
export function printJson(value: Value): string {
  if (value === null || typeof value === "boolean") return String(value);
  if (value instanceof NilData) return "null";
  if (typeof value === "string") return printString(value);
  if (value instanceof NumberText) return value.text;
  if (Array.isArray(value)) return `[${value.map(printJson).join(",")}]`;
  return `{${sortedKeys(value)
    .map((key) => `${printString(key)}:${printJson(value.get(key)!)}`)
    .join(",")}}`;
}

function printString(text: string): string {
  return JSON.stringify(text).replace(/[<>&\u2028\u2029\x7f]/g, (char) =>
    char === "\x7f" ? char : `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Keys in the order of their UTF-8 bytes. */
export function sortedKeys(data: Data): string[] {
  return [...data.keys()].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

/** What a configuration holds, whose numbers are doubles. */
export function fromConfig(value: unknown): Value {
  if (value === null || typeof value === "boolean" || typeof value === "string") return value;
  if (typeof value === "number") return new NumberText(JSON.stringify(value));
  if (Array.isArray(value)) return value.map(fromConfig);
  return new Map(Object.entries(value as object).map(([key, each]) => [key, fromConfig(each)]));
}

/** Half a surrogate pair is no character. */
function wellFormed(text: string): string {
  return Buffer.from(text, "utf8").toString("utf8");
}
