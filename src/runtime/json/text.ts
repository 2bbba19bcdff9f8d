// JSON strings and the texts inside them. Every text here is bytes, one to a unit.
import { QUOTE } from "./byte.js";
import { encodePoint, REPLACEMENT, replaceBadBytes } from "./utf8.js";

/** A string whose units are bytes (0..255), UTF-8 where it is text. */
export type ByteString = string;

/** The bytes of one JSON value. */
export type JsonText = string;

/** The members of an object, each with a comma before it: `,"a":1,"b":[]`; `""` for `{}`. */
export type Members = string;

const ABOVE_ASCII = /[^\x00-\x7f]/;
const TO_ESCAPE = /[\x00-\x1f"\\<>&]|\xe2\x80[\xa8\xa9]/;
const ALL_TO_ESCAPE = new RegExp(TO_ESCAPE, "g");
const ESCAPES = /\\(?:u([dD][89abAB]..)\\u([dD][c-fC-F]..)|u(....)|([^u]))/g;

const SHORT_ESCAPES = new Map([
  ['"', '\\"'],
  ["\\", "\\\\"],
  ["\b", "\\b"],
  ["\f", "\\f"],
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
  ["\xe2\x80\xa8", "\\u2028"],
  ["\xe2\x80\xa9", "\\u2029"],
]);

const UNESCAPED = new Map([
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
]);

/** A text as a JSON string, escaped as Go's encoder does; each byte that is not UTF-8 is `\ufffd`. */
export function quote(bytes: ByteString): JsonText {
  return `"${escapeText(bytes)}"`;
}

/** What stands between the quotes of `quote`: the one spelling of a key. */
export function escapeText(bytes: ByteString): ByteString {
  const escaped = TO_ESCAPE.test(bytes) ? bytes.replace(ALL_TO_ESCAPE, escapeOne) : bytes;
  return replaceBadBytes(escaped, "\\ufffd");
}

/** The text a valid JSON string stands for, as UTF-8 bytes; half a surrogate pair is U+FFFD. */
export function unquote(text: JsonText): ByteString {
  return unescapeText(text.slice(1, -1));
}

/** The same for what stands between the quotes. */
export function unescapeText(inner: ByteString): ByteString {
  const whole = replaceBadBytes(inner, REPLACEMENT);
  return whole.includes("\\") ? whole.replace(ESCAPES, unescapeOne) : whole;
}

/** An ordinary JS string as UTF-8 bytes. */
export function utf8(text: string): ByteString {
  return ABOVE_ASCII.test(text) ? Buffer.from(text, "utf8").toString("latin1") : text;
}

/** UTF-8 bytes as an ordinary JS string. */
export function fromUtf8(bytes: ByteString): string {
  return ABOVE_ASCII.test(bytes) ? Buffer.from(bytes, "latin1").toString("utf8") : bytes;
}

/** Whether a JSON value, without white space before it, is a string. */
export function isString(text: JsonText): boolean {
  return text.charCodeAt(0) === QUOTE;
}

function escapeOne(found: ByteString): ByteString {
  const code = found.charCodeAt(0).toString(16).padStart(4, "0");
  return SHORT_ESCAPES.get(found) ?? `\\u${code}`;
}

function unescapeOne(_found: string, high?: string, low?: string, unit?: string, plain?: string): ByteString {
  if (unit !== undefined) return encodePoint(Number.parseInt(unit, 16));
  if (plain !== undefined) return UNESCAPED.get(plain) ?? plain;
  return utf8(String.fromCharCode(Number.parseInt(high!, 16), Number.parseInt(low!, 16)));
}
