// Dates and durations [sprig date.go].
import { showDuration } from "../format.js";
import { GoError, GoInt, type GoObject, type GoValue } from "../values.js";
import { type FunctionTable, go, named } from "./kit.js";
import { BILLION, GoTime, isZone, offsetAt, secondsOf } from "./time.js";
import { formatTime, readTime } from "./time-layout.js";

export const dates: FunctionTable = {
  now: go([], now),
  date: go(["string", "any"], (layout, date) => inZone(layout, date, "Local")),
  ...named("date_in_zone dateInZone", go(["string", "any", "string"], inZone)),
  htmlDate: go(["any"], (date) => inZone("2006-01-02", date, "Local")),
  htmlDateInZone: go(["any", "string"], (date, zone) => inZone("2006-01-02", date, zone)),
  // Quirk: a duration that is none changes nothing.
  ...named(
    "date_modify dateModify",
    go(["string", "object"], (text, date) => moved(date, parseDuration(text) ?? 0n)),
  ),
  ...named(
    "must_date_modify mustDateModify",
    go(["string", "object"], (text, date) => {
      const duration = parseDuration(text);
      if (duration === undefined) throw new GoError(`time: invalid duration ${JSON.stringify(text)}`);
      return moved(date, duration);
    }),
  ),
  toDate: go(["string", "string"], (layout, text) => {
    try {
      return parse(layout, text);
    } catch (fault) {
      if (fault instanceof GoError) return new GoTime(ZERO, "UTC");
      throw fault;
    }
  }),
  mustToDate: go(["string", "string"], parse),
  unixEpoch: go(["object"], (date) => String(timeOf(date).seconds)),
  ago: go(["any"], (date) => {
    const passed = now().nanoseconds - momentOf(date).nanoseconds;
    const half = passed < 0n ? -BILLION / 2n : BILLION / 2n;
    return showDuration(((passed + half) / BILLION) * BILLION);
  }),
  duration: go(["any"], (value) => showDuration(secondsIn(value) * BILLION)),
  durationRound: go(["any"], (value) => rounded(value)),
};

/** The first moment of year 1, which is Go's zero time. */
const ZERO = -62_135_596_800n * BILLION;

function now(): GoTime {
  return new GoTime(BigInt(Date.now()) * 1_000_000n);
}

/** Quirk: what is no date, a float64 too, is now [sprig date.go dateInZone]. */
function momentOf(value: GoValue): GoTime {
  if (value instanceof GoTime) return value;
  if (value instanceof GoInt && ["int", "int64", "int32"].includes(value.type))
    return new GoTime(value.value * BILLION);
  return now();
}

function inZone(layout: string, date: GoValue, zone: string): string {
  const moment = momentOf(date);
  // Quirk: an unknown zone is UTC.
  return formatTime(new GoTime(moment.nanoseconds, isZone(zone) ? zone : "UTC").fields, layout);
}

function timeOf(value: GoObject): GoTime {
  if (value instanceof GoTime) return value;
  throw new GoError(`wrong type for value; expected time.Time; got ${value.type}`);
}

function moved(date: GoObject, duration: bigint): GoTime {
  const time = timeOf(date);
  return new GoTime(time.nanoseconds + duration, time.zone);
}

function parse(layout: string, text: string): GoTime {
  const read = readTime(text, layout);
  const { year = 0, minute = 0, second = 0, nanosecond = 0, yearDay } = read;
  const { month = 1, day = 1 } = yearDay === undefined ? read : { month: 1, day: yearDay };
  const hour = hourOf(read.hour ?? 0, read.afternoon);
  if (yearDay === undefined && day > new Date(Date.UTC(year === 0 ? 2000 : year, month, 0)).getUTCDate())
    throw new GoError(`parsing time ${JSON.stringify(text)}: day out of range`);
  const wall = secondsOf(year, month, day, hour, minute, second);
  const zone =
    read.zoneName === "UTC"
      ? "UTC"
      : read.offset === undefined
        ? "Local"
        : read.offset === 0
          ? "UTC"
          : read.offset;
  const guess = wall - offsetAt(zone, wall);
  const seconds = wall - offsetAt(zone, guess);
  return new GoTime(BigInt(seconds) * BILLION + BigInt(nanosecond), zone);
}

function hourOf(hour: number, afternoon: boolean | undefined): number {
  if (afternoon === undefined) return hour;
  if (afternoon) return hour < 12 ? hour + 12 : hour;
  return hour === 12 ? 0 : hour;
}

/** Quirk: a text or an int64 counts, anything else is zero [sprig date.go duration]. */
function secondsIn(value: GoValue): bigint {
  if (typeof value === "string") return /^[+-]?\d+$/.test(value) ? BigInt(value.replace("+", "")) : 0n;
  return value instanceof GoInt && value.type === "int64" ? value.value : 0n;
}

const UNITS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  "\u00b5s": 1_000n,
  "\u03bcs": 1_000n,
  ms: 1_000_000n,
  s: BILLION,
  m: 60n * BILLION,
  h: 3600n * BILLION,
};

/** Nanoseconds of a text such as `-1h30m`; undefined if it is no duration [Go time.ParseDuration]. */
function parseDuration(text: string): bigint | undefined {
  if (/^[+-]?0$/.test(text)) return 0n;
  if (!/^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|\u00b5s|\u03bcs|ms|s|m|h))+$/.test(text)) return undefined;
  let total = 0n;
  for (const [, whole = "", fraction = "", unit = ""] of text.matchAll(
    /(\d*)\.?(\d*)(ns|us|\u00b5s|\u03bcs|ms|s|m|h)/g,
  )) {
    const size = UNITS[unit] ?? 0n;
    total += BigInt(whole || "0") * size + (BigInt(fraction || "0") * size) / 10n ** BigInt(fraction.length);
  }
  return text.startsWith("-") ? -total : total;
}

const DAY = 24n * 3600n * BILLION;
const SIZES: readonly (readonly [bigint, string])[] = [
  [365n * DAY, "y"],
  [30n * DAY, "mo"],
  [DAY, "d"],
  [3600n * BILLION, "h"],
  [60n * BILLION, "m"],
  [BILLION, "s"],
];

/** The largest unit that fits, without what is left. */
function rounded(value: GoValue): string {
  let duration = 0n;
  if (typeof value === "string") duration = parseDuration(value) ?? 0n;
  else if (value instanceof GoInt && value.type === "int64") duration = value.value;
  else if (value instanceof GoTime) duration = now().nanoseconds - value.nanoseconds;
  const size = duration < 0n ? -duration : duration;
  const unit = SIZES.find(([each]) => size > each);
  // Quirk: what lies ahead is written as what has passed.
  return unit === undefined ? "0s" : `${size / unit[0]}${unit[1]}`;
}
