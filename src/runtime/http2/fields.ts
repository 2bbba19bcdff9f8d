// Header fields as HTTP/2 has them: names in lower case, nothing that belongs to a connection [RFC 9113 8.2].
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http2";
import type { ByteString } from "../bytes.js";
import type { FlatHeaders } from "../exchange.js";
import { HOST, TOKEN } from "../http1/octets.js";

/** The head of a request. */
export interface RequestFields {
  readonly method: string;
  /** Path and query, as sent. */
  readonly target: ByteString;
  readonly host: ByteString;
  /** Name in lower case and value in turn. */
  readonly fields: FlatHeaders;
}

/** Takes the head of a request apart; undefined where it is none that a route could have. */
export function requestFields(headers: IncomingHttpHeaders, raw: FlatHeaders): RequestFields | undefined {
  const { ":method": method = "", ":path": target = "", ":authority": authority } = headers;
  const fields: string[] = [];
  const cookies: string[] = [];
  let host: ByteString | undefined = authority;
  for (let index = 0; index < raw.length; index += 2) {
    const name = raw[index]!;
    const value = raw[index + 1]!;
    if (name === "cookie") cookies.push(value);
    else if (name === "host") host ??= value;
    else if (!name.startsWith(":")) fields.push(name, value);
  }
  // One field may come in pieces [RFC 9113 8.2.3].
  if (cookies.length > 0) fields.push("cookie", cookies.join("; "));
  const isTarget = /^(?:\/[^\x00-\x20\x7f]*|\*)$/.test(target);
  if (!isTarget || !isToken(method) || !isHost(host ?? "")) return undefined;
  return { method, target, host: host ?? "", fields };
}

function isToken(text: string): boolean {
  return text !== "" && consistsOf(text, TOKEN);
}

function isHost(text: string): boolean {
  return consistsOf(text, HOST);
}

function consistsOf(text: string, bytes: Uint8Array): boolean {
  for (let index = 0; index < text.length; index += 1) {
    if (bytes[text.charCodeAt(index)] !== 1) return false;
  }
  return true;
}

/** `x-api-key` -> `X-Api-Key` [Go net/textproto CanonicalMIMEHeaderKey]. */
export function canonicalFields(fields: FlatHeaders): FlatHeaders {
  return fields.map((each, index) =>
    index % 2 === 0 ? each.replace(/(?:^|-)[a-z]/g, (start) => start.toUpperCase()) : each,
  );
}

/** What belongs to a connection of HTTP/1.1 [RFC 9113 8.2.2]. */
const OF_CONNECTION = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "transfer-encoding",
  "upgrade",
  "te",
  "http2-settings",
]);

/** Fields that node:http2 writes once; of several the first counts [Node http2 kSingleValueHeaders]. */
const SINGLE = new Set([
  "access-control-allow-credentials",
  "access-control-max-age",
  "access-control-request-method",
  "age",
  "authorization",
  "content-encoding",
  "content-language",
  "content-length",
  "content-location",
  "content-md5",
  "content-range",
  "content-type",
  "date",
  "dnt",
  "etag",
  "expires",
  "from",
  "host",
  "if-match",
  "if-modified-since",
  "if-none-match",
  "if-range",
  "if-unmodified-since",
  "last-modified",
  "location",
  "max-forwards",
  "proxy-authorization",
  "range",
  "referer",
  "retry-after",
  "tk",
  "upgrade-insecure-requests",
  "user-agent",
  "x-content-type-options",
]);

const LINE_BREAK = /[\r\n\0]+/g;

/** The head of a reply. What could not stand in it is left out, as it is in HTTP/1.1. */
export function replyFields(status: number, headers: FlatHeaders): OutgoingHttpHeaders {
  const fields: Record<string, string | string[] | number> = { ":status": status };
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index]!.toLowerCase();
    if (OF_CONNECTION.has(name) || !isToken(name)) continue;
    const value = headers[index + 1]!.replace(LINE_BREAK, " ").trim();
    const known = fields[name];
    if (known === undefined) fields[name] = value;
    else if (!SINGLE.has(name)) fields[name] = [...(Array.isArray(known) ? known : [String(known)]), value];
  }
  return fields;
}
