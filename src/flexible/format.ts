// What Go's fmt package prints: Sprint, Sprintln and Sprintf with all their verbs [Go fmt print.go].
import { formatBinary, formatFloat } from "./go-float.js";
import { goQuote } from "./go-quote.js";
import { GoInt, GoList, GoMap, GoObject, type GoValue, type Maybe, typeOf } from "./values.js";

interface Flags {
  readonly plus: boolean;
  readonly minus: boolean;
  readonly sharp: boolean;
  readonly space: boolean;
  readonly zero: boolean;
  readonly width: number | undefined;
  readonly precision: number | undefined;
}

const NONE: Flags = {
  plus: false,
  minus: false,
  sharp: false,
  space: false,
  zero: false,
  width: undefined,
  precision: undefined,
};

/** A value as `%v` prints it. */
export function show(value: Maybe): string {
  return formatAs("v", value, NONE);
}

/** Puts a space between two values when neither is a text. */
export function sprint(values: readonly Maybe[]): string {
  return values
    .map((value, index) => {
      const apart = index > 0 && typeof value !== "string" && typeof values[index - 1] !== "string";
      return (apart ? " " : "") + show(value);
    })
    .join("");
}

export function sprintln(values: readonly Maybe[]): string {
  return `${values.map(show).join(" ")}\n`;
}

const DIRECTIVE =
  /%([+\-# 0]*)(?:\[([^\]]*)\])?(\*|\d+)?(?:(\.)(?:\[([^\]]*)\])?(\*|\d+)?)?(?:\[([^\]]*)\])?(.|$)/gsu;

export function sprintf(format: string, values: readonly Maybe[]): string {
  const cursor = new Cursor(values);
  const text = format.replace(DIRECTIVE, (...match: (string | undefined)[]) => directive(match, cursor));
  const rest = cursor.rest();
  if (rest.length === 0) return text;
  const extra = rest.map((value) => (value == null ? "<nil>" : `${typeOf(value)}=${show(value)}`));
  return `${text}%!(EXTRA ${extra.join(", ")})`;
}

/** Hands out the values of a format, in order or by index. */
class Cursor {
  readonly #values: readonly Maybe[];
  #at = 0;
  #reordered = false;
  badIndex = false;

  constructor(values: readonly Maybe[]) {
    this.#values = values;
  }

  jump(index: string | undefined): void {
    if (index === undefined) return;
    this.#reordered = true;
    const at = /^\d+$/.test(index) ? Number(index) - 1 : -1;
    if (at < 0 || at >= this.#values.length) this.badIndex = true;
    else this.#at = at;
  }

  get ended(): boolean {
    return this.#at >= this.#values.length;
  }

  next(): Maybe {
    return this.#values[this.#at++];
  }

  /** Values that no verb asked for; none once a format picks its own order. */
  rest(): readonly Maybe[] {
    return this.#reordered ? [] : this.#values.slice(this.#at);
  }
}

function directive(match: readonly (string | undefined)[], cursor: Cursor): string {
  const [, marks = "", widthIndex, width, point, precisionIndex, precision, valueIndex, verb = ""] = match;
  cursor.badIndex = false;
  cursor.jump(widthIndex);
  let noise = "";
  const number = (text: string | undefined, name: string): number | undefined => {
    if (text !== "*") return text === undefined ? undefined : Number(text);
    const value = cursor.next();
    if (value instanceof GoInt && value.value > -1_000_000n && value.value < 1_000_000n)
      return Number(value.value);
    noise += `%!(BAD${name})`;
    return undefined;
  };
  const wide = number(width, "WIDTH");
  cursor.jump(precisionIndex);
  const given =
    point === undefined ? undefined : (number(precision, "PREC") ?? (precision === "*" ? undefined : 0));
  cursor.jump(valueIndex);
  return noise + (mishap(verb, cursor) ?? formatAs(verb, cursor.next(), flagsOf(marks, wide, given)));
}

/** What stands in the place of a verb that cannot have a value. */
function mishap(verb: string, cursor: Cursor): string | undefined {
  if (verb === "") return "%!(NOVERB)";
  if (verb === "%") return "%";
  if (cursor.badIndex) return `%!${verb}(BADINDEX)`;
  return cursor.ended ? `%!${verb}(MISSING)` : undefined;
}

function flagsOf(marks: string, width: number | undefined, precision: number | undefined): Flags {
  const minus = marks.includes("-") || (width !== undefined && width < 0);
  return {
    plus: marks.includes("+"),
    minus,
    sharp: marks.includes("#"),
    space: marks.includes(" "),
    zero: marks.includes("0") && !minus,
    width: width === undefined ? undefined : Math.abs(width),
    precision: precision !== undefined && precision < 0 ? undefined : precision,
  };
}

function formatAs(verb: string, value: Maybe, given: Flags): string {
  // `%+v` is about the fields of structs, not about signs.
  const flags = verb === "v" && given.plus ? { ...given, plus: false } : given;
  if (verb === "T") return padded(typeOf(value), flags);
  if (value === null || value === undefined)
    return verb === "v" ? padded("<nil>", flags) : `%!${verb}(<nil>)`;
  if (verb === "v" && flags.sharp) return padded(goSyntax(value), flags);
  if (value instanceof GoObject) return formatText(verb, value.print(), value, flags);
  if (value instanceof GoInt && /^time\./.test(value.type) && /[vsq]/.test(verb))
    return formatText(verb, showNamed(value), value, flags);
  if (typeof value === "boolean")
    return /[tv]/.test(verb) ? padded(String(value), flags) : badVerb(verb, value, flags);
  if (value instanceof GoInt) return formatInteger(verb, value, flags);
  if (typeof value === "number") return formatNumber(verb, value, flags);
  if (typeof value === "string") return formatText(verb, value, value, flags);
  if (value instanceof GoList) return formatList(verb, value, flags);
  const members = value.keys.map(
    (key) => `${formatAs(verb, key, flags)}:${formatInner(verb, value.entries.get(key), flags)}`,
  );
  return `map[${members.join(" ")}]`;
}

function formatList(verb: string, list: GoList, flags: Flags): string {
  if (list.element === "uint8" && /[sqxX]/.test(verb)) {
    const bytes = list.items.map((each) => Number((each as GoInt).value));
    return formatText(verb, Buffer.from(bytes).toString("utf8"), list, flags);
  }
  return `[${list.items.map((each) => formatInner(verb, each, flags)).join(" ")}]`;
}

/** Inside of lists and objects null is written so for every verb. */
function formatInner(verb: string, value: Maybe, flags: Flags): string {
  return value == null ? "<nil>" : formatAs(verb, value, flags);
}

function badVerb(verb: string, value: GoValue, flags: Flags): string {
  return `%!${verb}(${typeOf(value)}=${formatAs("v", value, flags)})`;
}

function formatText(verb: string, text: string, value: GoValue, flags: Flags): string {
  const cut = flags.precision === undefined ? text : [...text].slice(0, flags.precision).join("");
  if (verb === "v" || verb === "s") return padded(cut, flags);
  if (verb === "q") return padded(goQuote(cut, flags.sharp, flags.plus), flags);
  if (verb === "x" || verb === "X") {
    const bytes = Buffer.from(text).subarray(0, flags.precision);
    const hex = [...bytes].map((each) => each.toString(16).padStart(2, "0"));
    const prefix = flags.sharp ? "0x" : "";
    const joined = flags.space ? hex.map((each) => prefix + each).join(" ") : prefix + hex.join("");
    return padded(verb === "X" ? joined.toUpperCase() : joined, flags);
  }
  return badVerb(verb, value, flags);
}

const BASES: Readonly<Record<string, number>> = { v: 10, d: 10, b: 2, o: 8, O: 8, x: 16, X: 16 };

function formatInteger(verb: string, value: GoInt, flags: Flags): string {
  const number = value.value;
  if (verb === "c") return padded(String.fromCodePoint(character(number)), flags);
  if (verb === "q") return padded(quotedCharacter(character(number), flags.plus), flags);
  if (verb === "U") return padded(unicodeName(number, flags), { ...flags, zero: false });
  const base = BASES[verb];
  if (base === undefined) return badVerb(verb, value, flags);
  const size = (number < 0n ? -number : number).toString(base);
  const prefix = verb === "O" ? "0o" : flags.sharp ? ({ b: "0b", o: "0", x: "0x", X: "0X" }[verb] ?? "") : "";
  const digits = verb === "X" ? size.toUpperCase() : size;
  const sign = number < 0n ? "-" : flags.plus ? "+" : flags.space ? " " : "";
  if (flags.precision !== undefined) {
    if (flags.precision === 0 && number === 0n) return padded("", { ...flags, zero: false });
    return padded(sign + prefix + digits.padStart(flags.precision, "0"), { ...flags, zero: false });
  }
  const room = flags.zero ? (flags.width ?? 0) - sign.length : 0;
  return padded(sign + prefix + digits.padStart(room, "0"), { ...flags, zero: false });
}

function character(number: bigint): number {
  return number >= 0n && number <= 0x10ffffn && !(number >= 0xd800n && number < 0xe000n)
    ? Number(number)
    : 0xfffd;
}

function quotedCharacter(code: number, ascii: boolean): string {
  const text = String.fromCodePoint(code);
  if (text === "'") return "'\\''";
  if (text === '"') return "'\"'";
  return `'${goQuote(text, false, ascii).slice(1, -1)}'`;
}

function unicodeName(number: bigint, flags: Flags): string {
  const hex = number
    .toString(16)
    .toUpperCase()
    .padStart(Math.max(4, flags.precision ?? 0), "0");
  return `U+${hex}${flags.sharp ? ` '${String.fromCodePoint(character(number))}'` : ""}`;
}

function formatNumber(verb: string, value: number, flags: Flags): string {
  if (!/[vgGeEfFxXb]/.test(verb)) return badVerb(verb, value, flags);
  const precision = flags.precision ?? (/[eEfF]/.test(verb) ? 6 : undefined);
  const text = /[xXb]/.test(verb)
    ? formatBinary(value, verb)
    : formatFloat(value, verb === "v" ? "g" : verb, precision);
  const finite = Number.isFinite(value);
  const negative = text.startsWith("-");
  const size = negative || text.startsWith("+") ? text.slice(1) : text;
  const infinite = text.startsWith("+Inf") && !flags.space;
  const sign = negative ? "-" : flags.plus || infinite ? "+" : flags.space ? " " : "";
  if (flags.zero && finite) return sign + size.padStart((flags.width ?? 0) - sign.length, "0");
  return padded(sign + size, { ...flags, zero: false });
}

function padded(text: string, { width = 0, minus, zero }: Flags): string {
  const missing = width - [...text].length;
  if (missing <= 0) return text;
  return minus ? text + " ".repeat(missing) : (zero ? "0" : " ").repeat(missing) + text;
}

/** A value in Go's syntax: `%#v`. */
function goSyntax(value: Maybe): string {
  if (value === null || value === undefined) return "interface {}(nil)";
  if (typeof value === "string") return goQuote(value);
  if (typeof value === "number") return formatFloat(value, "g");
  if (value instanceof GoInt)
    return value.type.startsWith("uint") ? `0x${value.value.toString(16)}` : String(value.value);
  if (value instanceof GoList) return `${typeOf(value)}{${value.items.map(goSyntax).join(", ")}}`;
  if (value instanceof GoMap) {
    const members = value.keys.map((key) => `${goQuote(key)}:${goSyntax(value.entries.get(key))}`);
    return `${typeOf(value)}{${members.join(", ")}}`;
  }
  return value instanceof GoObject ? value.print() : String(value);
}

const MONTHS = "January February March April May June July August September October November December".split(
  " ",
);
const DAYS = "Sunday Monday Tuesday Wednesday Thursday Friday Saturday".split(" ");

function showNamed(value: GoInt): string {
  if (value.type === "time.Month") return MONTHS[Number(value.value) - 1] ?? "";
  return value.type === "time.Weekday" ? (DAYS[Number(value.value)] ?? "") : showDuration(value.value);
}

/** Nanoseconds as Go prints a duration: `1h30m0s`, `1.5s`, `2ms` [Go time Duration.String]. */
export function showDuration(nanoseconds: bigint): string {
  if (nanoseconds === 0n) return "0s";
  const sign = nanoseconds < 0n ? "-" : "";
  const size = nanoseconds < 0n ? -nanoseconds : nanoseconds;
  if (size < 1000n) return `${sign}${size}ns`;
  if (size < 1_000_000n) return `${sign}${fraction(size, 3)}\u00b5s`;
  if (size < 1_000_000_000n) return `${sign}${fraction(size, 6)}ms`;
  const seconds = fraction(size % 60_000_000_000n, 9);
  const minutes = size / 60_000_000_000n;
  if (minutes === 0n) return `${sign}${seconds}s`;
  const hours = minutes / 60n;
  return hours === 0n ? `${sign}${minutes}m${seconds}s` : `${sign}${hours}h${minutes % 60n}m${seconds}s`;
}

function fraction(size: bigint, places: number): string {
  const text = size.toString().padStart(places + 1, "0");
  const rest = text.slice(-places).replace(/0+$/, "");
  return text.slice(0, -places) + (rest === "" ? "" : `.${rest}`);
}
