// Which headers and query strings of the client reach a backend.
// [lura router/gin/endpoint.go NewRequest; proxy/headers_filter.go; proxy/query_strings_filter.go]
import type { Report } from "../diagnostics/diagnostic.js";
import type { Located } from "../source/located.js";
import { messages } from "./messages.js";
import type { ForwardPlan, QueryPlan } from "./model.js";
import { spanAt, textsAt } from "./read.js";

const TOKEN = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;

/** Go's canonical form of a header name: `x-api-key` -> `X-Api-Key` [Go net/textproto]. */
export function canonicalHeader(name: string): string {
  if (!TOKEN.test(name)) return name;
  return name.toLowerCase().replace(/(?:^|-)[a-z]/g, (start) => start.toUpperCase());
}

/** Framing and routing of the upstream connection are the gateway's own; these names cannot be forwarded. */
const OWN = new Set([
  "Host",
  "Content-Length",
  "Transfer-Encoding",
  "Trailer",
  "Connection",
  "Keep-Alive",
  "Upgrade",
]);
const SET_BY_GATEWAY = new Set(["X-Forwarded-For", "X-Forwarded-Host", "User-Agent", "X-Forwarded-Via"]);

/** Without a backend: what the endpoint offers to all of them. */
export function forwardPlan(endpoint: Located, backend: Located | undefined, report: Report): ForwardPlan {
  const listed = textsAt(endpoint, "input_headers").map(canonicalHeader);
  const narrowed = backend === undefined ? [] : textsAt(backend, "input_headers").map(canonicalHeader);
  if (backend !== undefined) warnOfStar(backend, "input_headers", report);
  const keeps = (name: string): boolean => narrowed.length === 0 || narrowed.includes(name);
  const all = listed.includes("*");
  const passes = (name: string): boolean => (all || listed.includes(name)) && keeps(name);
  const clientAgent = all || listed.includes("User-Agent");
  return {
    client: all && narrowed.length === 0 ? "all" : clientHeaders(listed, all, narrowed).filter(isForwardable),
    userAgent: agentPlan(clientAgent, keeps),
    forwardedFor: keeps("X-Forwarded-For"),
    forwardedHost: keeps("X-Forwarded-Host"),
    bodyLength: passes("Content-Length"),
  };
}

/** Without any list the client's Content-Type goes along. */
function clientHeaders(
  listed: readonly string[],
  all: boolean,
  narrowed: readonly string[],
): readonly string[] {
  const offered = listed.length === 0 ? ["Content-Type"] : [...new Set(listed)];
  if (narrowed.length === 0) return offered;
  return [...new Set(narrowed)].filter((name) => all || offered.includes(name));
}

function isForwardable(name: string): boolean {
  return TOKEN.test(name) && name !== "*" && !OWN.has(name) && !SET_BY_GATEWAY.has(name);
}

function agentPlan(client: boolean, keeps: (name: string) => boolean): ForwardPlan["userAgent"] {
  if (!keeps("User-Agent")) return "none";
  if (!client) return "gateway";
  return keeps("X-Forwarded-Via") ? "client" : "client without via";
}

export function queryPlan(endpoint: Located, backend: Located | undefined, report: Report): QueryPlan {
  const listed = textsAt(endpoint, "input_query_strings");
  const narrowed = backend === undefined ? [] : textsAt(backend, "input_query_strings");
  if (backend !== undefined) warnOfStar(backend, "input_query_strings", report);
  const all = listed.includes("*");
  if (narrowed.length === 0) return all ? "all" : listed.length === 0 ? "none" : [...new Set(listed)];
  const both = [...new Set(narrowed)].filter((name) => all || listed.includes(name));
  return both.length === 0 ? "none" : both;
}

function warnOfStar(backend: Located, key: string, report: Report): void {
  if (textsAt(backend, key).includes("*"))
    report(messages.say("backend/star-list", spanAt(backend, key), { key }));
}
