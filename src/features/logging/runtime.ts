// Lines of the application's log in the shapes of go-logging. [op/go-logging format.go, krakend-gologging log.go]
import { hostname } from "node:os";
import { basename } from "node:path";
import type { ByteString } from "../../runtime/bytes.js";
import { fromUtf8, quote, utf8 } from "../../runtime/json/text.js";
import { LEVELS, type Level, type Logger, setLogger } from "../../runtime/log.js";

export type { Level } from "../../runtime/log.js";
export { gelfLogger, startGelf } from "./runtime-gelf.js";
export { syslog } from "./runtime-syslog.js";

/** Escapes before a level on a terminal; INFO has none. */
export const COLOUR: Readonly<Record<Level, string>> = {
  CRITICAL: "\x1b[35m",
  ERROR: "\x1b[31m",
  WARNING: "\x1b[33m",
  NOTICE: "\x1b[32m",
  INFO: "",
  DEBUG: "\x1b[36m",
};

export const BOLD: Readonly<Record<Level, string>> = {
  CRITICAL: "\x1b[35;1m",
  ERROR: "\x1b[31;1m",
  WARNING: "\x1b[33;1m",
  NOTICE: "\x1b[32;1m",
  INFO: "",
  DEBUG: "\x1b[36;1m",
};

/** From now on messages of this level and the more important ones go to all of these. */
export function logTo(least: Level, ...loggers: readonly Logger[]): void {
  const most = LEVELS.indexOf(least);
  setLogger((level, text) => {
    if (LEVELS.indexOf(level) <= most) for (const logger of loggers) logger(level, text);
  });
}

export const program: ByteString = utf8(basename(process.argv[1] ?? "gateway"));

let written = 0;

/** The number of a message, from 1. */
export function nextNumber(): number {
  written += 1;
  return written;
}

/** At most so many characters, padded on the left, for a negative width on the right. */
export function fitted(value: string | number, most: number | undefined, width: number): ByteString {
  const whole = fromUtf8(String(value));
  const cut = most === undefined ? whole : [...whole].slice(0, most).join("");
  return utf8(width < 0 ? cut.padEnd(-width) : cut.padStart(width));
}

/** A text inside the quotes of a JSON string. */
export function jsonText(text: ByteString): ByteString {
  return quote(text).slice(1, -1);
}

/** A message as Logstash takes it, keys sorted. [krakend-logstash logger.go] */
export function logstashText(level: Level, text: ByteString, module: ByteString): ByteString {
  const members = [
    `"@timestamp":"${timeText("", "2006", "-", "01", "-", "02", "T", "15", ":", "04", ":", "05", "", ".000000", "", "-07:00", "")}"`,
    '"@version":1',
    `"host":${quote(utf8(hostname()))}`,
    `"level":"${level}"`,
    `"message":${quote(text)}`,
    `"module":${quote(module)}`,
  ];
  return `{${members.join()}}`;
}

/** The present in local time by a layout: texts and parts in turn, a text first. */
export function timeText(...layout: readonly string[]): ByteString {
  const now = new Date();
  let text = "";
  for (let index = 0; index < layout.length; index += 1) {
    text += index % 2 === 0 ? layout[index]! : partText(now, layout[index]!);
  }
  return text;
}

const MONTHS = "January February March April May June July August September October November December".split(
  " ",
);
const DAYS = "Sunday Monday Tuesday Wednesday Thursday Friday Saturday".split(" ");

const padded = (value: number, width = 2, fill = "0"): string => String(value).padStart(width, fill);

const CALENDAR: Readonly<Record<string, (now: Date) => string>> = {
  January: (now) => MONTHS[now.getMonth()]!,
  Jan: (now) => MONTHS[now.getMonth()]!.slice(0, 3),
  "1": (now) => String(now.getMonth() + 1),
  "01": (now) => padded(now.getMonth() + 1),
  Monday: (now) => DAYS[now.getDay()]!,
  Mon: (now) => DAYS[now.getDay()]!.slice(0, 3),
  "2": (now) => String(now.getDate()),
  _2: (now) => padded(now.getDate(), 2, " "),
  "02": (now) => padded(now.getDate()),
  __2: (now) => padded(dayOfYear(now), 3, " "),
  "002": (now) => padded(dayOfYear(now), 3),
  "15": (now) => padded(now.getHours()),
  "3": (now) => String(now.getHours() % 12 || 12),
  "03": (now) => padded(now.getHours() % 12 || 12),
  "4": (now) => String(now.getMinutes()),
  "04": (now) => padded(now.getMinutes()),
  "5": (now) => String(now.getSeconds()),
  "05": (now) => padded(now.getSeconds()),
  "2006": (now) => padded(now.getFullYear(), 4),
  "06": (now) => padded(now.getFullYear() % 100),
  PM: (now) => (now.getHours() < 12 ? "AM" : "PM"),
  pm: (now) => (now.getHours() < 12 ? "am" : "pm"),
  MST: (now) => /\(([A-Z]{3,5})\)/.exec(String(now))?.[1] ?? zone(now, "-07"),
};

function partText(now: Date, part: string): string {
  const calendar = Object.hasOwn(CALENDAR, part) ? CALENDAR[part] : undefined;
  if (calendar !== undefined) return calendar(now);
  if (/^[.,]/.test(part)) return fraction(now, part);
  return part.startsWith("Z") && now.getTimezoneOffset() === 0 ? "Z" : zone(now, part);
}

function dayOfYear(now: Date): number {
  const day = Date.UTC(now.getFullYear(), now.getMonth(), now.getDate());
  return Math.round((day - Date.UTC(now.getFullYear(), 0, 0)) / 86_400_000);
}

/** Zeros stay with `.000`, and go at the end with `.999`. */
function fraction(now: Date, part: string): string {
  const digits = padded(now.getMilliseconds(), 3)
    .padEnd(9, "0")
    .slice(0, part.length - 1);
  if (part[1] === "0") return part[0] + digits;
  const short = digits.replace(/0+$/, "");
  return short === "" ? "" : part[0] + short;
}

/** The distance from UTC, with as many parts and colons as the layout has. */
function zone(now: Date, part: string): string {
  const minutes = -now.getTimezoneOffset();
  const hours = `${minutes < 0 ? "-" : "+"}${padded(Math.floor(Math.abs(minutes) / 60))}`;
  const separator = part.includes(":") ? ":" : "";
  const parts = part.replace(/\D/g, "").length / 2;
  const rest = [padded(Math.abs(minutes) % 60), "00"].slice(0, parts - 1);
  return [hours, ...rest].join(separator);
}

/** Messages become documents for Logstash on their way to a logger. */
export function asLogstash(module: ByteString, next: Logger): Logger {
  return (level, text) => next(level, logstashText(level, text, module));
}
