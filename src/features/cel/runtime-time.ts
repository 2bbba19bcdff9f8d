// Points of time as cel-go has them, in milliseconds. [cel-go common/types/timestamp.go]

const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:[.,](\d+))?(?:Z|([+-])(\d\d):(\d\d))$/;

const FIRST = Date.parse("0001-01-01T00:00:00Z");
const LAST = Date.parse("9999-12-31T23:59:59.999Z");

/** A text as a point of time; anything else as it is. Throws where the text is none. */
export function timeOf(value: unknown): unknown {
  if (typeof value !== "string") return value;
  const [, year, month, day, hour, minute, second, fraction = "", sign, hours = "0", minutes = "0"] =
    RFC3339.exec(value) ?? [];
  if (year === undefined) throw new Error("not a time of RFC 3339");
  const parts = [year, month, day, hour, minute, second].map(Number) as [number, number, number, ...number[]];
  const local = new Date(0);
  local.setUTCFullYear(parts[0], parts[1] - 1, parts[2]);
  local.setUTCHours(parts[3]!, parts[4], parts[5], Number(fraction.padEnd(3, "0").slice(0, 3)));
  // What is no day or hour has become another one.
  if (rfc3339(local).slice(0, 19) !== value.slice(0, 19) || Number(hours) > 24 || Number(minutes) > 60)
    throw new Error("no such time");
  const offset = (Number(hours) * 60 + Number(minutes)) * (sign === "-" ? 60_000 : -60_000);
  const time = local.getTime() + offset;
  if (time < FIRST || time > LAST) throw new Error("timestamp overflow");
  return new Date(time);
}

/** Zeros at the end of the fraction are left out. */
export function rfc3339(time: Date): string {
  return time.toISOString().replace(/\.?0+Z$/, "Z");
}

/** `now`: the local time. [krakend-cel proxy.go timeNow; layout 2006-01-02T15:04:05.999Z07:00] */
export function now(): string {
  const time = new Date();
  const behind = time.getTimezoneOffset();
  const local = rfc3339(new Date(time.getTime() - behind * 60_000));
  if (behind === 0) return local;
  const size = Math.abs(behind);
  const two = (number: number): string => String(Math.floor(number)).padStart(2, "0");
  return `${local.slice(0, -1)}${behind > 0 ? "-" : "+"}${two(size / 60)}:${two(size % 60)}`;
}

/** A point of time as UTC would have it if UTC were the zone. */
function shifted(time: Date, zone: string): Date {
  const offset = /^([+-]?)(\d{1,2}):(\d{1,2})$/.exec(zone);
  if (offset !== null) {
    const minutes = Number(offset[2]) * 60 + Number(offset[3]);
    return new Date(time.getTime() + (offset[1] === "-" ? -minutes : minutes) * 60_000);
  }
  // A name; throws where there is no such zone. Go's names of UTC are two.
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: zone === "" ? "UTC" : zone,
    hourCycle: "h23",
    era: "short",
    ...{ year: "numeric", month: "numeric", day: "numeric" },
    ...{ hour: "numeric", minute: "numeric", second: "numeric" },
  });
  const parts = Object.fromEntries(
    format.formatToParts(time).map(({ type, value }) => [type, Number(value)]),
  );
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  const local = new Date(0);
  local.setUTCFullYear(year, month - 1, day);
  local.setUTCHours(hour, minute, second, time.getUTCMilliseconds());
  return local;
}

const DAY_MS = 86_400_000;

function dayOfYear(time: Date): number {
  const start = new Date(time);
  start.setUTCMonth(0, 1);
  return Math.round((time.getTime() - start.getTime()) / DAY_MS);
}

const READ = {
  FullYear: (time: Date) => time.getUTCFullYear(),
  Month: (time: Date) => time.getUTCMonth(),
  DayOfYear: dayOfYear,
  DayOfMonth: (time: Date) => time.getUTCDate() - 1,
  Date: (time: Date) => time.getUTCDate(),
  DayOfWeek: (time: Date) => time.getUTCDay(),
  Hours: (time: Date) => time.getUTCHours(),
  Minutes: (time: Date) => time.getUTCMinutes(),
  Seconds: (time: Date) => time.getUTCSeconds(),
} as const;

export type TimePart = keyof typeof READ;

/** The parts of a point of time in a zone: a name (`Europe/Madrid`), or an offset (`+02:00`, `02:00`). */
export const partOf = Object.fromEntries(
  Object.entries(READ).map(([part, read]) => [
    part,
    (time: Date, zone: string): bigint => BigInt(read(shifted(time, zone))),
  ]),
) as Readonly<Record<TimePart, (time: Date, zone: string) => bigint>>;
