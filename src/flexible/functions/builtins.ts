// The functions that every Go template has [Go text/template funcs.go].
import { show, sprint, sprintf, sprintln } from "../format.js";
import {
  byBytes,
  byteLength,
  byteSlice,
  GoError,
  GoInt,
  GoList,
  GoMap,
  int,
  isTrue,
  kindOf,
  type Maybe,
  typeOf,
  wellFormed,
} from "../values.js";
import { type FunctionTable, go, goMany } from "./kit.js";

export const builtins: FunctionTable = {
  // The evaluator knows that these two stop early.
  and: goMany(["value"], "value", () => undefined),
  or: goMany(["value"], "value", () => undefined),
  not: go(["value"], (value) => !isTrue(value)),
  len: go(["value"], length),
  index: goMany(["value"], "value", (value, ...steps) => {
    if (value === null || value === undefined) throw new GoError("index of untyped nil");
    return steps.reduce<Maybe>(indexed, value);
  }),
  slice: goMany(["value"], "value", sliced),
  print: goMany([], "any", (...values) => sprint(values)),
  printf: goMany(["string"], "any", (format, ...values) => sprintf(format, values)),
  println: goMany([], "any", (...values) => sprintln(values)),
  html: goMany([], "any", (...values) => escapeHtml(textOf(values))),
  js: goMany([], "any", (...values) => escapeJs(textOf(values))),
  urlquery: goMany([], "any", (...values) => escapeQuery(textOf(values))),
  call: goMany(["value"], "value", (value) => {
    throw new GoError(value == null ? "call of nil" : `non-function of type ${typeOf(value)}`);
  }),
  eq: goMany(["value"], "value", (first, ...others) => {
    if (others.length === 0) throw new GoError("missing argument for comparison");
    return others.some((each) => equal(first, each));
  }),
  ne: go(["value", "value"], (a, b) => !equal(a, b)),
  lt: go(["value", "value"], (a, b) => compare(a, b) < 0),
  le: go(["value", "value"], (a, b) => compare(a, b) <= 0),
  gt: go(["value", "value"], (a, b) => compare(a, b) > 0),
  ge: go(["value", "value"], (a, b) => compare(a, b) >= 0),
};

function length(value: Maybe): Maybe {
  if (typeof value === "string") return int(byteLength(value));
  if (value instanceof GoList) return int(value.items.length);
  if (value instanceof GoMap) return int(value.entries.size);
  throw new GoError(value == null ? "len of nil pointer" : `len of type ${typeOf(value)}`);
}

function indexed(value: Maybe, step: Maybe): Maybe {
  if (value === null || value === undefined) throw new GoError("index of untyped nil");
  if (value instanceof GoMap) {
    if (typeof step === "string") return value.entries.get(step);
    throw new GoError(
      step == null ? "value is nil; should be string" : `value has type ${typeOf(step)}; should be string`,
    );
  }
  if (value instanceof GoList) return value.items[position(step, value.items.length - 1)];
  if (typeof value === "string") {
    const bytes = Buffer.from(value);
    return new GoInt("uint8", bytes[position(step, bytes.length - 1)] ?? 0);
  }
  throw new GoError(`can't index item of type ${typeOf(value)}`);
}

function position(step: Maybe, last: number): number {
  if (!(step instanceof GoInt))
    throw new GoError(
      step == null
        ? "cannot index slice/array with nil"
        : `cannot index slice/array with type ${typeOf(step)}`,
    );
  const at = Number(step.value);
  if (at < 0 || at > last) throw new GoError(`index out of range: ${at}`);
  return at;
}

function sliced(value: Maybe, ...steps: Maybe[]): Maybe {
  if (value === null || value === undefined) throw new GoError("slice of untyped nil");
  if (steps.length > 3) throw new GoError(`too many slice indexes: ${steps.length}`);
  const size =
    typeof value === "string" ? byteLength(value) : value instanceof GoList ? value.items.length : -1;
  if (size < 0) throw new GoError(`can't slice item of type ${typeOf(value)}`);
  if (steps.length === 3 && typeof value === "string") throw new GoError("cannot 3-index slice a string");
  const [from = 0, to = size] = steps.map((step) => position(step, size));
  if (from > to) throw new GoError(`invalid slice index: ${from} > ${to}`);
  return value instanceof GoList
    ? new GoList(value.items.slice(from, to), value.element)
    : byteSlice(value as string, from, to);
}

/** The kinds that compare; kinds of integers do so with each other. */
function basicKind(value: Maybe): string {
  const kind = kindOf(value);
  return /^u?int/.test(kind) ? "int" : kind;
}

function isNil(value: Maybe): boolean {
  return value == null || ((value instanceof GoMap || value instanceof GoList) && value.isNil);
}

function equal(a: Maybe, b: Maybe): boolean {
  if (isNil(a) || isNil(b)) return isNil(a) && isNil(b);
  for (const each of [a, b])
    if (each instanceof GoMap || each instanceof GoList)
      throw new GoError(`non-comparable type ${show(each)}: ${typeOf(each)}`);
  if (basicKind(a) !== basicKind(b))
    throw new GoError(`incompatible types for comparison: ${typeOf(a)} and ${typeOf(b)}`);
  return a instanceof GoInt && b instanceof GoInt ? a.value === b.value : a === b;
}

function compare(a: Maybe, b: Maybe): number {
  for (const each of [a, b])
    if (!["int", "float64", "string"].includes(basicKind(each)))
      throw new GoError("invalid type for comparison");
  if (basicKind(a) !== basicKind(b))
    throw new GoError(`incompatible types for comparison: ${typeOf(a)} and ${typeOf(b)}`);
  if (a instanceof GoInt && b instanceof GoInt) return a.value < b.value ? -1 : a.value > b.value ? 1 : 0;
  return typeof a === "string" ? byBytes(a, b as string) : Number(a) - Number(b);
}

/** Null is written as an action writes it. */
function textOf(values: readonly Maybe[]): string {
  return sprint(values.map((each) => each ?? "<no value>"));
}

const HTML: Readonly<Record<string, string>> = {
  '"': "&#34;",
  "'": "&#39;",
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  "\u0000": "\ufffd",
};

export function escapeHtml(text: string): string {
  return text.replace(/["'&<>\u0000]/g, (each) => HTML[each] ?? each);
}

const JS: Readonly<Record<string, string>> = {
  "\\": "\\\\",
  "'": "\\'",
  '"': '\\"',
  "<": "\\u003C",
  ">": "\\u003E",
  "&": "\\u0026",
  "=": "\\u003D",
};

function escapeJs(text: string): string {
  return [...text]
    .map((each) => {
      const short = JS[each];
      if (short !== undefined) return short;
      const printable = each === " " || /[\p{L}\p{M}\p{N}\p{P}\p{S}]/u.test(each);
      const code = each.codePointAt(0) ?? 0;
      return printable ? each : `\\u${code.toString(16).toUpperCase().padStart(4, "0")}`;
    })
    .join("");
}

/** As net/url's QueryEscape: a space is a plus. */
export function escapeQuery(text: string): string {
  return encodeURIComponent(wellFormed(text))
    .replace(/[!'()*]/g, (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll("%20", "+");
}
