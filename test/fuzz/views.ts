// What is compared: the client's side of an answer, and the backends' side of the calls behind it.
import type { SeenCall } from "../../fixtures/oracle/backend.mjs";
import { canonicalJson } from "../reference/json.js";

/** Headers of an answer that tell something. */
const CLIENT_HEADERS = new Set([
  "content-type",
  "cache-control",
  "x-krakend-completed",
  "location",
  "allow",
  "set-cookie",
  "x-up",
]);
/** Headers of a call that belong to the connection, or to the version of the gateway. */
const NOT_COMPARED = new Set([
  "host",
  "connection",
  "content-length",
  "transfer-encoding",
  "accept-encoding",
  "user-agent",
  "x-forwarded-via",
  "keep-alive",
]);

/** An answer as its client sees it; the body as bytes, one to a unit. */
export interface Seen {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
}

/** One step as both sides saw it, ready to be compared as text. */
export interface StepView {
  readonly client: string;
  readonly upstream: string;
}

export function clientView({ status, headers, body }: Seen): string {
  const told = headers
    .map(([name, value]): [string, string] => [name.toLowerCase(), value])
    .filter(([name]) => CLIENT_HEADERS.has(name))
    .sort(([a, left], [b, right]) => (a < b || (a === b && left < right) ? -1 : 1));
  const text = canonicalJson(body) ?? body;
  return [status, ...told.map(([name, value]) => `${name}: ${value}`), "", text].join("\n");
}

export function upstreamView(calls: readonly SeenCall[]): string {
  return calls.map(callView).sort().join("\n---\n");
}

function callView(call: SeenCall): string {
  const [path, query = ""] = call.url.split("?", 2);
  const headers = call.headers
    .map(([name, value]) => [name.toLowerCase(), value] as const)
    .filter(([name]) => !NOT_COMPARED.has(name))
    .map(
      ([name, value]) => `${name}: ${name === "x-forwarded-host" ? value.replace(/:\d+$/, ":PORT") : value}`,
    );
  const pairs = query
    .split("&")
    .filter((pair) => pair !== "")
    .sort();
  return [
    `${call.method} ${path}?${pairs.join("&")}`,
    ...headers.sort(),
    "",
    canonicalJson(call.body) ?? call.body,
  ].join("\n");
}
