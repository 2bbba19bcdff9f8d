// A moment in a place, as Go's time.Time.
import { GoInt, GoObject, type GoValue, int, int64 } from "../values.js";
import { formatTime } from "./time-layout.js";

/** A zone's name (`UTC`, `Local` or one of the IANA database) or a fixed offset in seconds. */
export type Zone = string | number;

export const BILLION = 1_000_000_000n;

export interface Fields {
  readonly year: number;
  /** From 1 on. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly nanosecond: number;
  readonly weekday: number;
  readonly yearDay: number;
  /** Seconds east of Greenwich. */
  readonly offset: number;
  readonly zoneName: string;
}

export class GoTime extends GoObject {
  readonly type: string = "time.Time";
  readonly kind = "struct";
  /** Since 1970. */
  readonly nanoseconds: bigint;
  readonly zone: Zone;

  constructor(nanoseconds: bigint, zone: Zone = "Local") {
    super();
    this.nanoseconds = nanoseconds;
    this.zone = zone;
  }

  get seconds(): bigint {
    return (this.nanoseconds - this.#fraction) / BILLION;
  }

  get #fraction(): bigint {
    return ((this.nanoseconds % BILLION) + BILLION) % BILLION;
  }

  get fields(): Fields {
    const seconds = Number(this.seconds);
    const offset = offsetAt(this.zone, seconds);
    const date = new Date((seconds + offset) * 1000);
    const year = date.getUTCFullYear();
    return {
      year,
      month: date.getUTCMonth() + 1,
      day: date.getUTCDate(),
      hour: date.getUTCHours(),
      minute: date.getUTCMinutes(),
      second: date.getUTCSeconds(),
      nanosecond: Number(this.#fraction),
      weekday: date.getUTCDay(),
      yearDay: Math.floor((date.getTime() - startOfYear(year)) / 86_400_000) + 1,
      offset,
      zoneName: nameAt(this.zone, seconds, offset),
    };
  }

  field(): undefined {
    return undefined;
  }

  method(name: string): ((args: readonly GoValue[]) => GoValue) | undefined {
    const fields = this.fields;
    const simple: Readonly<Record<string, GoValue>> = {
      Year: int(fields.year),
      Month: new GoInt("time.Month", fields.month),
      Day: int(fields.day),
      Hour: int(fields.hour),
      Minute: int(fields.minute),
      Second: int(fields.second),
      Nanosecond: int(fields.nanosecond),
      Weekday: new GoInt("time.Weekday", fields.weekday),
      YearDay: int(fields.yearDay),
      Unix: int64(this.seconds),
      UnixMilli: int64(this.nanoseconds / 1_000_000n),
      UnixNano: int64(this.nanoseconds),
      UTC: new GoTime(this.nanoseconds, "UTC"),
      Local: new GoTime(this.nanoseconds, "Local"),
      String: this.print(),
    };
    if (name === "Format") return ([layout]) => formatTime(fields, String(layout));
    const value = Object.hasOwn(simple, name) ? simple[name] : undefined;
    return value === undefined ? undefined : () => value;
  }

  print(): string {
    return formatTime(this.fields, "2006-01-02 15:04:05.999999999 -0700 MST");
  }

  json(): string {
    return JSON.stringify(formatTime(this.fields, "2006-01-02T15:04:05.999999999Z07:00"));
  }
}

/** Seconds since 1970 of a wall clock without an offset. */
export function secondsOf(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
): number {
  return Math.floor(exactUtc(year, month, day, hour, minute, second) / 1000);
}

function exactUtc(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second);
  return date.getTime();
}

function startOfYear(year: number): number {
  return exactUtc(year, 1, 1, 0, 0, 0);
}

/** Whether there is a zone of this name. */
export function isZone(name: string): boolean {
  if (name === "" || name === "UTC" || name === "Local") return true;
  try {
    new Intl.DateTimeFormat("en-US", { timeZone: name });
    return !/^[+-]/.test(name);
  } catch {
    return false;
  }
}

/** The offset of a zone at a moment, in seconds east of Greenwich. */
export function offsetAt(zone: Zone, seconds: number): number {
  if (typeof zone === "number") return zone;
  if (zone === "UTC" || zone === "") return 0;
  const date = new Date(seconds * 1000);
  if (zone === "Local") return -Math.round(date.getTimezoneOffset() * 60);
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    era: "short",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  const part = Object.fromEntries(format.formatToParts(date).map(({ type, value }) => [type, value]));
  const year = part.era === "BC" ? 1 - Number(part.year) : Number(part.year);
  const wall = exactUtc(
    year,
    Number(part.month),
    Number(part.day),
    Number(part.hour),
    Number(part.minute),
    Number(part.second),
  );
  return wall / 1000 - seconds;
}

/** Locales that know the short names of the zones of their part of the world. */
const LOCALES = ["en-US", "en-GB", "en-AU", "en-IN", "en-ZA", "en-NZ", "ja-JP"];

function nameAt(zone: Zone, seconds: number, offset: number): string {
  if (zone === "UTC" || zone === "" || (zone === "Local" && offset === 0 && isUtcHere())) return "UTC";
  if (typeof zone === "number") return offset === 0 ? "UTC" : signed(offset);
  const timeZone = zone === "Local" ? {} : { timeZone: zone };
  const names = LOCALES.map((locale) => {
    const format = new Intl.DateTimeFormat(locale, { ...timeZone, timeZoneName: "short" });
    return (
      format.formatToParts(new Date(seconds * 1000)).find(({ type }) => type === "timeZoneName")?.value ?? ""
    );
  });
  return names.find((each) => /^[A-Z]{2,5}$/.test(each)) ?? signed(offset);
}

function isUtcHere(): boolean {
  return /^(?:UTC|Etc\/UTC|Etc\/UCT|Etc\/Zulu)$/.test(new Intl.DateTimeFormat().resolvedOptions().timeZone);
}

/** `+02`, `-0330` */
function signed(offset: number): string {
  const size = Math.abs(offset);
  const hours = String(Math.floor(size / 3600)).padStart(2, "0");
  const minutes = Math.floor((size % 3600) / 60);
  return `${offset < 0 ? "-" : "+"}${hours}${minutes === 0 ? "" : String(minutes).padStart(2, "0")}`;
}
