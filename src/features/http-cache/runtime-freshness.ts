// How long an answer may be used, by its headers and those of the request [RFC 9111].
import type { FlatHeaders } from "../../runtime/exchange.js";

/** Directives of Cache-Control, names in lower case; no value: `""`. */
export type Directives = ReadonlyMap<string, string>;

/**
 * All lines of Cache-Control. Names in any case and all lines count, as RFC 9111 5.2 has it, where
 * KrakenD reads the first line only, in lower case: it would overlook a `No-Store`.
 */
export function directivesOf(headers: FlatHeaders): Directives {
  const parts = valuesOf(headers, "cache-control");
  if (parts.length === 0) return NONE;
  const directives = new Map<string, string>();
  for (const part of parts) {
    const [name = "", value = ""] = part.split("=", 2);
    directives.set(name.trim().toLowerCase(), value.trim());
  }
  return directives;
}

const NONE: Directives = new Map();

/** The items of a header that is a list, from all its lines; `name` in lower case. */
export function valuesOf(headers: FlatHeaders, name: string): readonly string[] {
  const values: string[] = [];
  for (let index = 0; index < headers.length; index += 2) {
    if (headers[index]!.length !== name.length || headers[index]!.toLowerCase() !== name) continue;
    values.push(...headers[index + 1]!.split(",").map((each) => each.trim()));
  }
  return values.length === 0 ? values : values.filter((each) => each !== "");
}

/** What the headers of an answer say of how long it may be used; read once, when it is kept. */
export interface Said {
  readonly directives: Directives;
  /** Ms since 1970; undefined: there is none that can be read. */
  readonly date: number | undefined;
  readonly expires: number | undefined;
}

export function saidBy(headers: FlatHeaders): Said {
  return {
    directives: directivesOf(headers),
    date: dateOf(headers, "date"),
    expires: dateOf(headers, "expires"),
  };
}

/** fresh: use it. stale: ask whether it still holds. bypass: ask as if it were not there. */
export type Freshness = "fresh" | "stale" | "bypass";

/**
 * Whether a kept answer may be used at `now` (ms since 1970). Rules of a private cache: `private`,
 * `s-maxage` and `must-revalidate` mean nothing, `Age` neither. [krakend/httpcache getFreshness]
 */
export function freshnessOf(said: Said, request: Directives, now: number): Freshness {
  if (request.has("no-cache")) return "bypass";
  if (said.directives.has("no-cache")) return "stale";
  if (request.has("only-if-cached")) return "fresh";
  const { date } = said;
  if (date === undefined) return "stale";
  const slack = request.get("max-stale");
  if (slack === "") return "fresh";
  const age = now - date + (durationOf(request.get("min-fresh")) ?? 0) - (durationOf(slack) ?? 0);
  return lifetimeOf(said, request, date) > age ? "fresh" : "stale";
}

/** max-age of the request, else of the answer, else what Expires says, else nothing; ms. */
function lifetimeOf({ directives, expires }: Said, request: Directives, date: number): number {
  const maxAge = request.get("max-age") ?? directives.get("max-age");
  if (maxAge !== undefined) return durationOf(maxAge) ?? 0;
  return expires === undefined ? 0 : expires - date;
}

/** Whether an old answer is better than a failure: `stale-if-error` [RFC 5861]. */
export function mayReplaceFailure({ directives, date }: Said, request: Directives, now: number): boolean {
  const wanted = [directives.get("stale-if-error"), request.get("stale-if-error")];
  if (wanted.includes("")) return true;
  const limit = durationOf(wanted[1] ?? wanted[0]);
  return limit !== undefined && date !== undefined && limit > now - date;
}

/** Seconds as ms; undefined where there is no number. */
function durationOf(seconds: string | undefined): number | undefined {
  return seconds !== undefined && /^\d+(?:\.\d+)?$/.test(seconds) ? Number(seconds) * 1000 : undefined;
}

const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} (?:GMT|UTC)$/;

function dateOf(headers: FlatHeaders, name: string): number | undefined {
  for (let index = 0; index < headers.length; index += 2) {
    if (headers[index]!.toLowerCase() !== name) continue;
    const time = HTTP_DATE.test(headers[index + 1]!) ? Date.parse(headers[index + 1]!) : Number.NaN;
    return Number.isNaN(time) ? undefined : time;
  }
  return undefined;
}
