// Reads one string of a JSON text, also one that is not written as JSON wants it.
import { type JsonFaults, quoted } from "./json-fault.js";
import type { LocatedString } from "./located.js";
import type { SourceText } from "./text.js";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LINE_FEED = 0x0a;

/** Closing partners of the quotes that other languages and word processors write. */
const FOREIGN_QUOTES: Readonly<Record<string, string>> = {
  "'": "'",
  "`": "`",
  "\u201c": "\u201d",
  "\u2018": "\u2019",
};

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

/** Whether a character opens a string in some other language than JSON. */
export function isForeignQuote(character: string): boolean {
  return Object.hasOwn(FOREIGN_QUOTES, character);
}

/**
 * The string whose opening quote stands at `start`; its span ends where reading goes on. Reports
 * what is wrong with it, in one fault if it has no proper end.
 */
export function readString(
  source: SourceText,
  start: number,
  isKey: boolean,
  faults: JsonFaults,
): LocatedString {
  const text = source.text;
  let plain = true;
  let at = start + 1;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      if (isWordCharacter(text, at + 1)) return readMisquoted(source, start, at, isKey, faults);
      const value = text.slice(start + 1, at);
      const span = source.span(start, at + 1);
      return { kind: "string", span, value: plain ? value : decode(value, start + 1, faults) };
    }
    if (code === LINE_FEED) break;
    if (code === BACKSLASH && text.charCodeAt(at + 1) !== LINE_FEED) at++;
    if (code === BACKSLASH || code < 0x20 || (code & 0xf800) === 0xd800) plain = false;
  }
  return readUnterminated(source, start, Math.min(at, text.length), isKey, faults);
}

/** A string in quotes of another language. */
export function readForeignString(
  source: SourceText,
  start: number,
  isKey: boolean,
  faults: JsonFaults,
): LocatedString {
  const text = source.text;
  const closing = FOREIGN_QUOTES[text.charAt(start)] ?? "'";
  let at = start + 1;
  while (at < text.length && text[at] !== closing && text[at] !== "\n") at += text[at] === "\\" ? 2 : 1;
  if (text[at] !== closing) return readUnterminated(source, start, lineEnd(text, start), isKey, faults);
  faults.report("bad-quotes", start, at + 1, `${quoted(text.slice(start, at + 1))} is not in double quotes`, {
    hint: 'write strings and keys in double quotes (`"`)',
  });
  const value = decode(text.slice(start + 1, at).replaceAll("\\'", "'"), start + 1, faults);
  return { kind: "string", span: source.span(start, at + 1), value };
}

/** A closing quote that a word follows: either a quote is missing before it or it wants a backslash. */
function readMisquoted(
  source: SourceText,
  start: number,
  quote: number,
  isKey: boolean,
  faults: JsonFaults,
): LocatedString {
  const text = source.text;
  const missingBefore = text.slice(start, quote).search(isKey ? /:[ \t]*$/ : /,[ \t]*$/);
  if (missingBefore > 0) return cutString(source, start, start + missingBefore, faults);
  const rest = /[^\n]*?"(?=[ \t\r]*(?:[,:\]}\n]|$))/y;
  rest.lastIndex = quote + 1;
  const end = rest.test(text) ? rest.lastIndex : quote + 1;
  if (end > quote + 1) {
    faults.report("bad-quotes", quote, quote + 1, "a double quote stands inside a string", {
      hint: 'write `\\"`, or close the string and go on with `,` or `:`',
    });
  }
  const value = decode(text.slice(start + 1, end - 1), start + 1, faults);
  return { kind: "string", span: source.span(start, end), value };
}

/** A string without an end on its line. What looks like the rest of the line is not part of it. */
function readUnterminated(
  source: SourceText,
  start: number,
  end: number,
  isKey: boolean,
  faults: JsonFaults,
): LocatedString {
  const text = source.text;
  const colon = isKey ? text.indexOf(":", start) : -1;
  if (colon > 0 && colon < end) return cutString(source, start, colon, faults);
  const cut = withoutLineRest(text, start + 1, end);
  const closed = /[^"]*"(?=\s*(?:[,\]}]|$))/y;
  closed.lastIndex = end;
  if (!/[,\]}]/.test(text.slice(cut, end)) && text.charCodeAt(start) === QUOTE && closed.test(text)) {
    faults.report("control-character", end, end + 1, "a line break stands inside a string", {
      hint: "write `\\n`",
    });
    const value = text.slice(start + 1, closed.lastIndex - 1);
    return { kind: "string", span: source.span(start, closed.lastIndex), value };
  }
  return cutString(source, start, cut, faults);
}

/** The end of a string without the commas and brackets behind it; `/users/{id}` keeps its bracket. */
function withoutLineRest(text: string, start: number, end: number): number {
  const inside = text.slice(start, end);
  const rest = inside.includes("{") || inside.includes("[") ? /[\s,]/ : /[\s,\]}]/;
  let cut = end;
  while (cut > start && rest.test(text.charAt(cut - 1))) cut--;
  return cut;
}

function cutString(source: SourceText, start: number, end: number, faults: JsonFaults): LocatedString {
  const value = source.text.slice(start + 1, end);
  faults.report("unterminated-string", start, end, "the string has no closing quote", {
    hint: 'close it with `"`',
  });
  return { kind: "string", span: source.span(start, end), value };
}

/** The text that the inside of a string stands for; reports what may not stand there. */
function decode(inside: string, offset: number, faults: JsonFaults): string {
  for (const { 0: run, index } of inside.matchAll(/[\u0000-\u001f]+/g)) {
    if (run.includes("\u0000")) reportNul(offset + index, faults);
    else reportControl(run, offset + index, faults);
  }
  const value = inside.replace(
    /\\(?:u([0-9a-fA-F]{4})|([\s\S]?))/g,
    (whole, hex: string | undefined, letter, at) => {
      if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
      const meant = ESCAPES[letter];
      if (meant === undefined && letter !== "") reportEscape(whole, offset + at, faults);
      return meant ?? letter;
    },
  );
  if (/\p{Surrogate}/u.test(value)) {
    const message = "the string holds half of a surrogate pair, which no UTF-8 text can hold";
    faults.report("lone-surrogate", offset - 1, offset + inside.length + 1, message, {
      hint: "write both halves of the pair, or the character itself",
    });
  }
  return value;
}

function reportControl(run: string, at: number, faults: JsonFaults): void {
  const name = `\\u${run.charCodeAt(0).toString(16).padStart(4, "0")}`;
  const short = { "\t": "\\t", "\r": "\\r", "\b": "\\b", "\f": "\\f" }[run.charAt(0)];
  const message = `the control character \`${name}\` stands inside a string`;
  faults.report("control-character", at, at + run.length, message, { hint: `write \`${short ?? name}\`` });
}

function reportEscape(sequence: string, at: number, faults: JsonFaults): void {
  const isHex = sequence === "\\u";
  const message = isHex
    ? "`\\u` stands without four hexadecimal digits"
    : `${quoted(sequence)} is not an escape of JSON`;
  const hint = isHex ? "write for example `\\u00e9`" : "write `\\\\` for a backslash";
  faults.report("bad-escape", at, at + sequence.length, message, { hint });
}

/** Reports the first NUL of a text; a text with many is one fault: it is no UTF-8 text. */
export function reportNul(at: number, faults: JsonFaults): void {
  if (faults.has("nul-byte")) return;
  faults.report("nul-byte", at, at + 1, "the text holds NUL bytes", { hint: "save the file as UTF-8" });
}

function isWordCharacter(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  if (!(code > 0x2c)) return false;
  return /[\p{L}\p{N}_.-]/u.test(text.charAt(at));
}

function lineEnd(text: string, at: number): number {
  const end = text.indexOf("\n", at);
  return end < 0 ? text.length : end;
}
