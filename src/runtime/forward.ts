// Which headers of the client reach a backend [lura router/gin/endpoint.go NewRequest].
import type { Exchange, FlatHeaders } from "./exchange.js";

/** What the gateway says it is to backends that are not told who the client is. */
export const USER_AGENT = "KrakenD Version 2.13.8";

/**
 * Headers that KrakenD's server never hands on, and those that the gateway sets itself. A
 * connection's own headers are dropped too: an intermediary must not forward them [RFC 9110 7.6.1].
 */
const NOT_FORWARDED = new Set([
  "host",
  "trailer",
  "transfer-encoding",
  "content-length",
  "connection",
  "keep-alive",
  "proxy-connection",
  "upgrade",
  "user-agent",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-via",
]);

/** Appends every value of one request header. `lower` is the name in lower case. */
export function forward(x: Exchange, headers: string[], name: string, lower: string): void {
  x.copyHeader(headers, name, lower);
}

/**
 * The same for Cache-Control. Quirk: `Pragma: no-cache` takes its place, as Go's server has it
 * [Go net/http fixPragmaCacheControl].
 */
export function forwardCacheControl(x: Exchange, headers: string[]): void {
  if (x.header("pragma") === "no-cache") headers.push("Cache-Control", "no-cache");
  else forward(x, headers, "Cache-Control", "cache-control");
}

/** Appends the whole header of the client, without what belongs to its connection. */
export function forwardAll(x: Exchange, headers: string[]): void {
  const raw = x.rawHeaders;
  const named = x
    .header("connection")
    ?.toLowerCase()
    .split(",")
    .map((name) => name.trim());
  const isPragma = x.header("pragma") === "no-cache";
  if (isPragma) headers.push("Cache-Control", "no-cache");
  for (let index = 0; index < raw.length; index += 2) {
    const lower = raw[index]!.toLowerCase();
    if (NOT_FORWARDED.has(lower) || named?.includes(lower)) continue;
    if (isPragma && lower === "cache-control") continue;
    headers.push(raw[index]!, raw[index + 1]!);
  }
}

/**
 * Appends the client's User-Agent and, with `via`, says that the gateway is in between. An empty
 * one counts as sent: then none goes upstream.
 */
export function forwardUserAgent(x: Exchange, headers: string[], via: boolean): void {
  const client = x.header("user-agent");
  if (client === undefined) {
    headers.push("User-Agent", USER_AGENT);
    return;
  }
  if (client !== "") headers.push("User-Agent", client);
  if (via) headers.push("X-Forwarded-Via", USER_AGENT);
}

/** The value of a header in a flat list; the name in lower case. */
export function headerOf(headers: FlatHeaders, lower: string): string | undefined {
  for (let index = 0; index < headers.length; index += 2) {
    if (headers[index]!.toLowerCase() === lower) return headers[index + 1];
  }
  return undefined;
}
