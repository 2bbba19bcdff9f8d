// Dates of feeds, which are written in many ways. [mmcdole/gofeed dateparser.go]

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const WEEKDAY = "(?:(?:sun|mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?)(?:day)?\\s?,?\\s*)?";
const MONTH = "([a-z]{3,9})\\.?";
const CLOCK = "(\\d\\d?):(\\d\\d?)(?::(\\d\\d?)(?:[.,](\\d+))?)?\\s?([ap]\\.?m\\.?)?";
const ZONE = "\\s*(z|ut|[a-z]{3,5}|(?:gmt|utc)?[+-]\\d\\d?:?(?:\\d\\d)?)?(?:\\s*\\(?[a-z]{3,5}\\)?)?";
const TIME = `(?:,?\\s*(?:at\\s)?${CLOCK}${ZONE})?`;

/** Where in a form year, month and day stand. */
type Order = "ymd" | "dmy" | "mdy";

/** The forms in the order in which they are tried. */
const FORMS: readonly (readonly [pattern: RegExp, order: Order])[] = [
  [form(`(\\d{4})-(\\d\\d?)-(\\d\\d?)(?:[t ]\\s*(?:at\\s)?${CLOCK}:?${ZONE})?`), "ymd"],
  [form(`${WEEKDAY}(\\d\\d?),?[\\s-]${MONTH}[\\s-](\\d{4}|\\d\\d)${TIME}`), "dmy"],
  [form(`${WEEKDAY}${MONTH}\\s(\\d\\d?),?\\s*(\\d{4})${TIME}`), "mdy"],
  [form(`(\\d{4})/(\\d\\d?)/(\\d\\d?)${TIME}`), "ymd"],
  [form(`(\\d\\d?)[./-](\\d\\d?)[./-](\\d{4})${TIME}`), "dmy"],
  [form(`(\\d\\d?)[./-](\\d\\d?)[./-](\\d{4})${TIME}`), "mdy"],
];
const UNIX = form(`${WEEKDAY}${MONTH}\\s+(\\d\\d?)\\s${CLOCK}${ZONE}\\s(\\d{4})`);

function form(pattern: string): RegExp {
  return new RegExp(`^${pattern}$`, "i");
}

/** A date as the feed gives it, with the offset of its zone in minutes. */
export interface FeedDate {
  /** ms since 1970, UTC. */
  readonly ms: number;
  readonly fraction: string;
  readonly offset: number;
}

/**
 * The date of a text; undefined if it is none. Quirk: the name of a zone counts as no offset at all
 * [Go time.Parse].
 */
export function feedDate(text: string): FeedDate | undefined {
  const written = text.trim();
  if (written.length > 100) return undefined;
  const unix = UNIX.exec(written);
  if (unix !== null) {
    const [, month, day, hour, minute, second, fraction, half, zone, year] = unix;
    return dateOf({ y: year, m: month, d: day }, [hour, minute, second, fraction, half, zone]);
  }
  for (const [pattern, order] of FORMS) {
    const found = pattern.exec(written);
    if (found === null) continue;
    const at = (part: "y" | "m" | "d"): string | undefined => found[order.indexOf(part) + 1];
    const date = dateOf({ y: at("y"), m: at("m"), d: at("d") }, found.slice(4));
    if (date !== undefined) return date;
  }
  return undefined;
}

interface Day {
  readonly y: string | undefined;
  readonly m: string | undefined;
  readonly d: string | undefined;
}

function dateOf(day: Day, clock: readonly (string | undefined)[]): FeedDate | undefined {
  const [hourText = "0", minute = "0", second = "0", fraction = "", half, zone] = clock;
  const year = day.y?.length === 2 ? Number(day.y) + (Number(day.y) >= 69 ? 1900 : 2000) : Number(day.y);
  const month = monthOf(day.m ?? "");
  const hour = hourOf(Number(hourText), half);
  const offset = offsetOf(zone);
  const ms = Date.UTC(year, month, Number(day.d), hour, Number(minute), Number(second));
  const back = new Date(ms);
  // What is out of range would silently become the next month, day or hour.
  const right = back.getUTCMonth() === month && back.getUTCDate() === Number(day.d);
  const inRange = hour < 24 && Number(minute) < 60 && Number(second) < 60 && offset !== undefined;
  return right && inRange ? { ms: ms - offset * 60_000, fraction, offset } : undefined;
}

function monthOf(text: string): number {
  if (/^\d/.test(text)) return Number(text) - 1;
  return MONTHS.indexOf(text.slice(0, 3).toLowerCase());
}

function hourOf(hour: number, half: string | undefined): number {
  if (half === undefined) return hour;
  return (hour % 12) + (half.toLowerCase().startsWith("p") ? 12 : 0);
}

function offsetOf(zone: string | undefined): number | undefined {
  const [, sign, hours, minutes = "00"] = /([+-])(\d\d?):?(\d\d)?$/.exec(zone ?? "") ?? [];
  if (sign === undefined) return 0;
  if (Number(hours) > 24 || Number(minutes) > 59) return undefined;
  return (Number(hours) * 60 + Number(minutes)) * (sign === "-" ? -1 : 1);
}

/** As Go prints a time: `utc` in UTC, else in the zone that was written [Go time.RFC3339Nano]. */
export function printDate({ ms, fraction, offset }: FeedDate, utc: boolean): string {
  const shown = utc ? 0 : offset;
  const clock = new Date(ms + shown * 60_000).toISOString().slice(0, 19);
  const digits = fraction.slice(0, 9).replace(/0+$/, "");
  return `${clock}${digits === "" ? "" : `.${digits}`}${zoneText(shown)}`;
}

function zoneText(offset: number): string {
  if (offset === 0) return "Z";
  const minutes = Math.abs(offset);
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${offset < 0 ? "-" : "+"}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
