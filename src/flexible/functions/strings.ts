// Texts [sprig strings.go, goutils, xstrings].

import { show } from "../format.js";
import { goQuote } from "../go-quote.js";
import { byteLength, byteSlice, GoError, GoMap, type GoValue, strings as textList } from "../values.js";
import { toText, toTexts } from "./casts.js";
import { type FunctionTable, go, goMany, named } from "./kit.js";
import { camelCase, shuffle, snakeCase, swapCase, titleCase } from "./letter-case.js";
import { wrap } from "./wrap.js";

/** Go's unicode.IsSpace. */
const SPACE = "[\\t\\n\\v\\f\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]";
const AROUND = new RegExp(`^${SPACE}+|${SPACE}+$`, "g");
const SPACES = new RegExp(SPACE, "g");
const INITIAL = new RegExp(`(?:^|${SPACE})(?!${SPACE})(.)`, "gs");

export const strings: FunctionTable = {
  hello: go([], () => "Hello!"),
  trim: go(["string"], (text) => text.replace(AROUND, "")),
  ...named(
    "trimAll trimall",
    go(["string", "string"], (set, text) => trimSet(text, set, true, true)),
  ),
  trimPrefix: go(["string", "string"], (prefix, text) =>
    text.startsWith(prefix) ? text.slice(prefix.length) : text,
  ),
  trimSuffix: go(["string", "string"], (suffix, text) =>
    suffix !== "" && text.endsWith(suffix) ? text.slice(0, -suffix.length) : text,
  ),
  upper: go(["string"], (text) => [...text].map(upperRune).join("")),
  lower: go(["string"], (text) => [...text].map(lowerRune).join("")),
  title: go(["string"], titleCase),
  untitle: go(["string"], (text) =>
    text.replace(
      /(^|[\p{White_Space}])(\P{White_Space})/gu,
      (_, gap: string, letter: string) => gap + lowerRune(letter),
    ),
  ),
  swapcase: go(["string"], swapCase),
  snakecase: go(["string"], (text) => snakeCase(text, "_")),
  kebabcase: go(["string"], (text) => snakeCase(text, "-")),
  camelcase: go(["string"], camelCase),
  shuffle: go(["string"], shuffle),
  // Quirk: bytes are taken for letters, which spoils all but ASCII [goutils DeleteWhiteSpace].
  nospace: go(["string"], (text) => bytesOf(text).replace(SPACES, "")),
  initials: go(["string"], initials),
  repeat: go(["int", "string"], (count, text) => {
    if (count < 0) throw new GoError("strings: negative Repeat count");
    if (count * text.length > LONGEST) throw new GoError("strings: Repeat output length overflow");
    return text.repeat(count);
  }),
  substr: go(["int", "int", "string"], substring),
  trunc: go(["int", "string"], truncate),
  abbrev: go(["int", "string"], (width, text) => abbreviate(text, 0, width)),
  abbrevboth: go(["int", "int", "string"], (left, right, text) =>
    right < 4 || (left > 0 && right < 7) ? text : abbreviate(text, left, right),
  ),
  wrap: go(["int", "string"], (width, text) => wrap(text, width, "\n", false)),
  wrapWith: go(["int", "string", "string"], (width, separator, text) =>
    wrap(text, width, separator || "\n", true),
  ),
  contains: go(["string", "string"], (part, text) => text.includes(part)),
  hasPrefix: go(["string", "string"], (prefix, text) => text.startsWith(prefix)),
  hasSuffix: go(["string", "string"], (suffix, text) => text.endsWith(suffix)),
  quote: goMany([], "any", (...values) =>
    present(values)
      .map((each) => goQuote(toText(each)))
      .join(" "),
  ),
  squote: goMany([], "any", (...values) =>
    present(values)
      .map((each) => `'${show(each)}'`)
      .join(" "),
  ),
  cat: goMany([], "any", (...values) => present(values).map(show).join(" ")),
  indent: go(["int", "string"], indent),
  nindent: go(["int", "string"], (count, text) => `\n${indent(count, text)}`),
  replace: go(["string", "string", "string"], (old, fresh, text) => text.replaceAll(old, () => fresh)),
  plural: go(["string", "string", "int"], (one, many, count) => (count === 1 ? one : many)),
  toString: go(["any"], toText),
  toStrings: go(["any"], (value) => textList(toTexts(value))),
  join: go(["string", "any"], (separator, value) => toTexts(value).join(separator)),
  split: go(["string", "string"], (separator, text) => numbered(splitText(text, separator, -1))),
  splitn: go(["string", "int", "string"], (separator, count, text) =>
    numbered(splitText(text, separator, count)),
  ),
  splitList: go(["string", "string"], (separator, text) => textList(splitText(text, separator, -1))),
};

const LONGEST = 2 ** 28;

function present(values: readonly GoValue[]): readonly GoValue[] {
  return values.filter((each) => each !== null);
}

export function upperRune(letter: string): string {
  const upper = letter.toUpperCase();
  return [...upper].length === 1 ? upper : letter;
}

export function lowerRune(letter: string): string {
  const lower = letter.toLowerCase();
  return [...lower].length === 1 ? lower : letter;
}

function trimSet(text: string, set: string, left: boolean, right: boolean): string {
  const letters = [...text];
  const members = new Set(set);
  let start = 0;
  let end = letters.length;
  while (left && start < end && members.has(letters[start]!)) start++;
  while (right && end > start && members.has(letters[end - 1]!)) end--;
  return letters.slice(start, end).join("");
}

/** Each byte of a text as a letter. */
function bytesOf(text: string): string {
  return Buffer.from(text).toString("latin1");
}

/** Quirk: bytes are taken for letters here too [goutils Initials]. */
function initials(text: string): string {
  return [...bytesOf(text).matchAll(INITIAL)].map((match) => match[1]).join("");
}

/** Counts bytes, as Go does. */
function substring(start: number, end: number, text: string): string {
  const size = byteLength(text);
  const to = start >= 0 && (end < 0 || end > size) ? size : end;
  const from = Math.max(0, start);
  if (to < from || to > size) throw new GoError(`runtime error: slice bounds out of range [${from}:${to}]`);
  return byteSlice(text, from, to);
}

function truncate(count: number, text: string): string {
  const size = byteLength(text);
  if (count < 0) return size + count > 0 ? byteSlice(text, size + count) : text;
  return size > count ? byteSlice(text, 0, count) : text;
}

/** Puts `...` in the place of what goes beyond a width [goutils.AbbreviateFull]. */
function abbreviate(text: string, offset: number, width: number): string {
  if (width < 4) return text;
  const size = byteLength(text);
  if (size <= width) return text;
  let from = Math.min(offset, size);
  if (size - from < width - 3) from = size - (width - 3);
  if (from <= 4) return `${byteSlice(text, 0, width - 3)}...`;
  if (width < 7)
    throw new GoError("stringutils illegal argument: Minimum abbreviation width with offset is 7");
  if (from + (width - 3) < size) return `...${abbreviate(byteSlice(text, from), 0, width - 3)}`;
  return `...${byteSlice(text, size - (width - 3))}`;
}

function indent(count: number, text: string): string {
  if (count < 0) throw new GoError("strings: negative Repeat count");
  const pad = " ".repeat(count);
  return pad + text.replaceAll("\n", `\n${pad}`);
}

/** At most `count` parts, all of them for a negative count [Go strings.SplitN]. */
export function splitText(text: string, separator: string, count: number): readonly string[] {
  if (count === 0) return [];
  const parts = separator === "" ? [...text] : text.split(separator);
  if (count < 0 || parts.length <= count) return parts;
  return [...parts.slice(0, count - 1), parts.slice(count - 1).join(separator)];
}

function numbered(parts: readonly string[]): GoMap {
  return new GoMap(
    parts.map((part, index) => [`_${index}`, part]),
    "string",
  );
}
