// Dates in Go's layouts, which write the reference time: Mon Jan 2 15:04:05 MST 2006 [Go time format.go].
import { GoError } from "../values.js";
import type { Fields } from "./time.js";

export const MONTHS =
  "January February March April May June July August September October November December".split(" ");
export const DAYS = "Sunday Monday Tuesday Wednesday Thursday Friday Saturday".split(" ");

const CHUNK =
  /January|Jan(?![a-z])|Monday|Mon(?![a-z])|MST|002|0[1-6]|2006|__2|_2(?!006)|15|[1-5]|PM|pm|-07:00:00|-070000|-07:00|-0700|-07|Z07:00:00|Z070000|Z07:00|Z0700|Z07|[.,](?:0+|9+)(?!\d)/g;

export function formatTime(fields: Fields, layout: string): string {
  return layout.replace(CHUNK, (chunk) => formatChunk(fields, chunk));
}

function formatChunk(fields: Fields, chunk: string): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  const hour = fields.hour % 12 === 0 ? 12 : fields.hour % 12;
  const simple: Readonly<Record<string, string>> = {
    January: MONTHS[fields.month - 1] ?? "",
    Jan: (MONTHS[fields.month - 1] ?? "").slice(0, 3),
    Monday: DAYS[fields.weekday] ?? "",
    Mon: (DAYS[fields.weekday] ?? "").slice(0, 3),
    MST: fields.zoneName,
    "002": String(fields.yearDay).padStart(3, "0"),
    __2: String(fields.yearDay).padStart(3, " "),
    "01": two(fields.month),
    "1": String(fields.month),
    "02": two(fields.day),
    _2: String(fields.day).padStart(2, " "),
    "2": String(fields.day),
    "03": two(hour),
    "3": String(hour),
    "04": two(fields.minute),
    "4": String(fields.minute),
    "05": two(fields.second),
    "5": String(fields.second),
    "06": two(((fields.year % 100) + 100) % 100),
    "2006": (fields.year < 0 ? "-" : "") + String(Math.abs(fields.year)).padStart(4, "0"),
    "15": two(fields.hour),
    PM: fields.hour >= 12 ? "PM" : "AM",
    pm: fields.hour >= 12 ? "pm" : "am",
  };
  const text = simple[chunk];
  if (text !== undefined) return text;
  return /^[.,]/.test(chunk) ? fraction(fields.nanosecond, chunk) : offset(fields.offset, chunk);
}

function fraction(nanosecond: number, chunk: string): string {
  const digits = String(nanosecond)
    .padStart(9, "0")
    .slice(0, chunk.length - 1);
  const kept = chunk[1] === "9" ? digits.replace(/0+$/, "") : digits.padEnd(chunk.length - 1, "0");
  return kept === "" ? "" : chunk.charAt(0) + kept;
}

function offset(seconds: number, chunk: string): string {
  if (chunk.startsWith("Z") && seconds === 0) return "Z";
  const size = Math.abs(seconds);
  const parts = [Math.floor(size / 3600), Math.floor((size % 3600) / 60), size % 60];
  const count = chunk.length <= 3 ? 1 : chunk.length <= 6 ? 2 : 3;
  const colon = chunk.includes(":") ? ":" : "";
  const digits = parts.slice(0, count).map((each) => String(each).padStart(2, "0"));
  return (seconds < 0 ? "-" : "+") + digits.join(colon);
}

/** What a text says of a date; parts that the layout does not name are absent. */
export interface Read {
  year?: number;
  month?: number;
  day?: number;
  yearDay?: number;
  hour?: number;
  minute?: number;
  second?: number;
  nanosecond?: number;
  afternoon?: boolean;
  /** Seconds east of Greenwich. */
  offset?: number;
  zoneName?: string;
}

/** Reads a text by a layout; throws GoError with Go's message. */
export function readTime(text: string, layout: string): Read {
  const read: Read = {};
  let at = 0;
  let before = 0;
  const fail = (chunk: string): never => {
    throw new GoError(
      `parsing time ${JSON.stringify(text)} as ${JSON.stringify(layout)}: cannot parse ${JSON.stringify(text.slice(at))} as ${JSON.stringify(chunk)}`,
    );
  };
  const literal = (expected: string): void => {
    if (!text.startsWith(expected, at)) fail(expected);
    at += expected.length;
  };
  for (const match of layout.matchAll(CHUNK)) {
    literal(layout.slice(before, match.index));
    before = match.index + match[0].length;
    at += readChunk(read, text.slice(at), match[0]) ?? fail(match[0]);
    // A fraction may follow the seconds also where the layout has none.
    const more =
      /^0?5$/.test(match[0]) && !/^[.,][09]/.test(layout.slice(before))
        ? /^[.,]\d+/.exec(text.slice(at))
        : null;
    if (more !== null) at += readChunk(read, more[0], ".9") ?? 0;
  }
  literal(layout.slice(before));
  if (at < text.length)
    throw new GoError(`parsing time ${JSON.stringify(text)}: extra text: ${JSON.stringify(text.slice(at))}`);
  return read;
}

type NumberPart = "year" | "month" | "day" | "yearDay" | "hour" | "minute" | "second";

/** How a chunk of digits looks, what it may be and what it says. */
const NUMBERS: Readonly<
  Record<string, readonly [pattern: RegExp, low: number, high: number, part: NumberPart]>
> = {
  "2006": [/^\d{4}/, 0, 9999, "year"],
  "06": [/^\d{2}/, 0, 99, "year"],
  "01": [/^\d{2}/, 1, 12, "month"],
  "1": [/^\d{1,2}/, 1, 12, "month"],
  "02": [/^\d{2}/, 1, 31, "day"],
  "2": [/^\d{1,2}/, 1, 31, "day"],
  _2: [/^ ?\d{1,2}/, 1, 31, "day"],
  "002": [/^[ \d]{2}\d/, 1, 366, "yearDay"],
  __2: [/^[ \d]{2}\d/, 1, 366, "yearDay"],
  "15": [/^\d{2}/, 0, 23, "hour"],
  "03": [/^\d{2}/, 0, 12, "hour"],
  "3": [/^\d{1,2}/, 0, 12, "hour"],
  "04": [/^\d{2}/, 0, 59, "minute"],
  "4": [/^\d{1,2}/, 0, 59, "minute"],
  "05": [/^\d{2}/, 0, 59, "second"],
  "5": [/^\d{1,2}/, 0, 59, "second"],
};

const shortened = (names: readonly string[]): readonly string[] => names.map((each) => each.slice(0, 3));

const NAMES: Readonly<Record<string, readonly string[]>> = {
  January: MONTHS,
  Jan: shortened(MONTHS),
  Monday: DAYS,
  Mon: shortened(DAYS),
};

/** Takes what a chunk stands for from the start of a text: how long it is, undefined if it is not there. */
function readChunk(read: Read, text: string, chunk: string): number | undefined {
  if (NUMBERS[chunk] !== undefined) return readNumber(read, text, chunk);
  if (NAMES[chunk] !== undefined) return readName(read, text, chunk);
  if (chunk === "MST") {
    const name = /^(?:[A-Z]{3,5}|[+-]\d{2,4})/.exec(text)?.[0];
    if (name !== undefined) read.zoneName = name;
    return name?.length;
  }
  if (chunk === "PM" || chunk === "pm") {
    if (!/^[AP]M/i.test(text)) return undefined;
    read.afternoon = /^P/i.test(text);
    return 2;
  }
  return /^[.,]/.test(chunk) ? readFraction(read, text, chunk) : readOffset(read, text, chunk);
}

function readNumber(read: Read, text: string, chunk: string): number | undefined {
  const [pattern, low, high, part] = NUMBERS[chunk]!;
  const digits = pattern.exec(text)?.[0];
  const value = Number(digits);
  if (digits === undefined || value < low || value > high) return undefined;
  // Years of two digits are those from 1969 to 2068.
  read[part] = chunk !== "06" ? value : value >= 69 ? 1900 + value : 2000 + value;
  return digits.length;
}

function readName(read: Read, text: string, chunk: string): number | undefined {
  const names = NAMES[chunk]!;
  const index = names.findIndex((each) => text.toLowerCase().startsWith(each.toLowerCase()));
  if (index < 0) return undefined;
  if (chunk.startsWith("J")) read.month = index + 1;
  return names[index]!.length;
}

function readFraction(read: Read, text: string, chunk: string): number | undefined {
  const match =
    chunk[1] === "0" ? new RegExp(`^[.,]\\d{${chunk.length - 1}}`).exec(text) : /^(?:[.,]\d+)?/.exec(text);
  if (match === null) return undefined;
  if (match[0] !== "") read.nanosecond = Number(match[0].slice(1, 10).padEnd(9, "0"));
  return match[0].length;
}

function readOffset(read: Read, text: string, chunk: string): number | undefined {
  if (chunk.startsWith("Z") && text.startsWith("Z")) {
    read.offset = 0;
    return 1;
  }
  const colon = chunk.includes(":") ? ":" : "";
  const count = chunk.length <= 3 ? 0 : chunk.length <= 6 ? 1 : 2;
  const match = new RegExp(`^([+-])(\\d{2})${`${colon}(\\d{2})`.repeat(count)}`).exec(text);
  if (match === null) return undefined;
  const size = Number(match[2]) * 3600 + Number(match[3] ?? 0) * 60 + Number(match[4] ?? 0);
  read.offset = match[1] === "-" ? -size : size;
  return match[0].length;
}
