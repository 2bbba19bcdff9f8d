// Answers that send a request elsewhere are followed, as Go's client does it [Go net/http client.go].
// Nothing here runs for other answers.
import type { ByteString } from "./bytes.js";
import { Origin } from "./http1/origin.js";
import { unsendable } from "./http1/request-text.js";
import { strangerOf } from "./origins.js";
import type { Call, Transaction } from "./transaction.js";
import type { UpstreamError } from "./upstream-error.js";
import { requestError } from "./upstream-fault.js";
import { type Place, resolveReference } from "./url-reference.js";

/** Requests that are made for one call. */
const MOST_REQUESTS = 10;

/** How a request came to be made that nobody asked for in so many words. */
export interface Trail {
  /** What was asked for, and of whom. */
  readonly first: Call;
  readonly firstSite: string;
  /** Requests before this one. */
  readonly count: number;
  /** Its secrets were left behind when it went to another host, for good. */
  readonly stripped: boolean;
  /** Its body was left behind, for good. */
  readonly bodiless: boolean;
}

export interface Hop {
  readonly call: Call;
  readonly origin: Origin;
  readonly trail: Trail;
}

/** Where an answer sends its request, or why that fails; undefined: the answer is the result itself. */
export function nextHop(
  transaction: Transaction,
  status: number,
  location: ByteString | undefined,
): Hop | UpstreamError | undefined {
  const { origin, call } = transaction;
  const trail = transaction.trail ?? beginning(transaction);
  const { first } = trail;
  const keepsBody = status === 307 || status === 308;
  if (!keepsBody && status !== 301 && status !== 302 && status !== 303) return undefined;
  // A body that was sent on while it arrived is not there any more.
  if (keepsBody && first.body !== undefined && first.resendsBody !== true) return undefined;
  if (location === undefined || location === "") return undefined;
  const verb = first.method;
  const here = placeOf(origin, call.target as ByteString);
  const there = resolveReference(here, location);
  if (typeof there === "string") {
    const parse = `parse ${JSON.stringify(location)}: ${there}`;
    const reason = `failed to parse Location header ${JSON.stringify(location)}: ${parse}`;
    return requestError(verb, transaction.url, reason);
  }
  const count = trail.count + 1;
  if (count >= MOST_REQUESTS) return requestError(verb, location, `stopped after ${MOST_REQUESTS} redirects`);
  const stripped = trail.stripped || !isSameOrBelow(hostnameOf(there), hostnameOf(trail.firstSite));
  const next = { ...trail, count, stripped, bodiless: trail.bodiless || !keepsBody };
  return hopTo(there, transaction, next);
}

function beginning({ call, origin }: Transaction): Trail {
  return { first: call, firstSite: origin.site, count: 0, stripped: false, bodiless: false };
}

/** The place of a request. A host may have a path, a query even. */
function placeOf({ site, prefix, credentials }: Origin, target: ByteString): Place {
  const [scheme = "", authority = ""] = site.split("://");
  const [, path = "", query = ""] = /^([^?]*)(.*)$/s.exec(prefix + target) ?? [];
  return { scheme, user: credentials, authority, path, query };
}

function hopTo(there: Place, from: Transaction, trail: Trail): Hop | UpstreamError {
  const { first, bodiless } = trail;
  const site = `${there.scheme}://${there.authority}`;
  const target = `${there.path || "/"}${there.query}`;
  const host = there.user === undefined ? site : site.replace("//", () => `//${there.user}@`);
  const hasHost = there.authority.replace(/:\d*$/, "") !== "";
  const isWeb = there.scheme === "http" || there.scheme === "https";
  const origin =
    isWeb && !hasHost ? { host, reason: "http: no Host in request URL" } : strangerOf(host, from.origin);
  const url = `${origin instanceof Origin ? origin.host : site}${there.path}${there.query}`;
  if (!(origin instanceof Origin)) return requestError(first.method, url, origin.reason);
  const headers = headersFor(trail, refererOf(from, there.scheme));
  const reason = unsendable(target, headers);
  if (reason !== undefined) return requestError(first.method, url, reason);
  const asked = from.method;
  const method = bodiless && asked !== "GET" && asked !== "HEAD" ? "GET" : asked;
  const body = bodiless ? undefined : first.body;
  const { deadline } = first;
  return { call: { method, target, headers, body, deadline, resendsBody: true }, origin, trail };
}

const SECRETS = new Set([
  "authorization",
  "www-authenticate",
  "cookie",
  "cookie2",
  "proxy-authorization",
  "proxy-authenticate",
]);

const OF_BODIES = new Set(["content-encoding", "content-language", "content-location", "content-type"]);

/** The headers of the first request, without what does not go along. */
function headersFor({ first, stripped, bodiless }: Trail, referer: string | undefined): string[] {
  const given = [...fixedHeaders(first.fixed ?? ""), ...first.headers];
  const headers: string[] = [];
  let isNamed = false;
  for (let index = 0; index < given.length; index += 2) {
    const lower = given[index]!.toLowerCase();
    if (stripped && SECRETS.has(lower)) continue;
    if (bodiless && OF_BODIES.has(lower)) continue;
    isNamed ||= lower === "referer" && given[index + 1] !== "";
    if (lower === "referer" && given[index + 1] === "" && referer !== undefined) continue;
    headers.push(given[index]!, given[index + 1]!);
  }
  if (!isNamed && referer !== undefined) headers.push("Referer", referer);
  return headers;
}

/** Lines of a head as names and values in turn. */
function fixedHeaders(lines: ByteString): readonly string[] {
  return lines.split("\r\n").flatMap((line) => {
    const colon = line.indexOf(":");
    return colon < 0 ? [] : [line.slice(0, colon), line.slice(colon + 1).trim()];
  });
}

/** A secure place is not told to an insecure one [RFC 9110 10.1.3]. */
function refererOf({ origin, call }: Transaction, scheme: string): string | undefined {
  if (scheme === "http" && origin.site.startsWith("https:")) return undefined;
  return `${origin.site}${origin.prefix}${call.target as ByteString}`;
}

function hostnameOf(place: Place | string): string {
  const authority = typeof place === "string" ? (place.split("://")[1] ?? "") : place.authority;
  return authority.replace(/:\d*$/, "").toLowerCase();
}

/** The host is the other one, or a name below it. */
function isSameOrBelow(host: string, parent: string): boolean {
  if (host === parent) return true;
  return !host.startsWith("[") && host.endsWith(`.${parent}`);
}
