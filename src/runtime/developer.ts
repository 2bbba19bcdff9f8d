// The developer's endpoints: `/__debug/*` and `/__echo/*`. [lura router/gin/debug.go, echo.go]
import type { ByteString } from "./bytes.js";
import { type Exchange, type FlatHeaders, Place } from "./exchange.js";
import { quote } from "./json/text.js";
import { logDebug } from "./log.js";
import { refuseParams } from "./params.js";
import { queryValues, wholeQuery } from "./query.js";
import { UpstreamError } from "./upstream-error.js";

const JSON_TYPE = ["Content-Type", "application/json; charset=utf-8"];
/** Nobody waits longer for a body, in ms; timeouts of the server come first where there are any. */
const LONGEST_WAIT = 24 * 3600 * 1000;

/** Logs all that there is to see of the request, and answers that it came. */
export async function serveDebug(x: Exchange, param: ByteString = ""): Promise<void> {
  x.place = Place.builtIn;
  if (refuseParams(x, param)) return;
  const body = await bodyOf(x);
  const say = (what: string, value: ByteString): void => logDebug(`[ENDPOINT: /__debug/*] ${what}: ${value}`);
  say("Method", x.method);
  say("URL", x.target);
  say("Query", goMap(queryValues(x.query)));
  say("Headers", goMap(headersOf(x.rawHeaders)));
  say("Body", body);
  x.send(200, JSON_TYPE, '{"message":"pong"}');
}

/** Answers with the request as the gateway saw it. */
export async function serveEcho(x: Exchange, param: ByteString = ""): Promise<void> {
  x.place = Place.builtIn;
  if (refuseParams(x, param)) return;
  const body = await bodyOf(x);
  const details = [
    `"fragment":""`,
    `"host":${quote(x.host)}`,
    `"path":${quote(x.path)}`,
    `"query":${quote(wholeQuery(x.query))}`,
    `"user":${quote(userOf(x.target))}`,
  ];
  const members = [
    `"req_uri":${quote(x.target)}`,
    `"req_uri_details":{${details.join()}}`,
    `"req_method":${quote(x.method)}`,
    `"req_querystring":${lists(queryValues(x.query))}`,
    `"req_body":${quote(body)}`,
    `"req_headers":${lists(headersOf(x.rawHeaders))}`,
  ];
  x.send(200, JSON_TYPE, `{${members.join()}}`);
}

/** Empty where it does not come to its end. */
async function bodyOf(x: Exchange): Promise<ByteString> {
  if (!x.hasBody) return "";
  const body = await x.readBody(x.startedAt + LONGEST_WAIT);
  if (body instanceof UpstreamError) return "";
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength).latin1Slice();
}

/** The user of a target that is a whole URL. */
function userOf(target: ByteString): ByteString {
  return /^[A-Za-z][A-Za-z0-9+.-]*:\/\/([^/?#@]*)@/.exec(target)?.[1] ?? "";
}

type Lists = ReadonlyMap<ByteString, readonly ByteString[]>;

/** Without what Go's server keeps apart from the header: the host and how the body is framed. */
function headersOf(raw: FlatHeaders): Lists {
  const found = new Map<ByteString, ByteString[]>();
  for (let index = 0; index < raw.length; index += 2) {
    const name = canonical(raw[index]!);
    if (name === "Host" || name === "Transfer-Encoding" || name === "Trailer") continue;
    found.set(name, [...(found.get(name) ?? []), raw[index + 1]!]);
  }
  return found;
}

/** `x-api-key` -> `X-Api-Key` [Go net/textproto CanonicalMIMEHeaderKey]. */
function canonical(name: ByteString): ByteString {
  return name.toLowerCase().replace(/(?:^|-)[a-z]/g, (start) => start.toUpperCase());
}

function sorted(values: Lists): readonly (readonly [ByteString, readonly ByteString[]])[] {
  return [...values].sort(([a], [b]) => (a < b ? -1 : 1));
}

function lists(values: Lists): ByteString {
  return `{${sorted(values)
    .map(([name, list]) => `${quote(name)}:[${list.map(quote).join()}]`)
    .join()}}`;
}

/** As Go prints a map of lists. */
function goMap(values: Lists): ByteString {
  return `map[${sorted(values)
    .map(([name, list]) => `${name}:[${list.join(" ")}]`)
    .join(" ")}]`;
}
