// One endpoint, resolved. [lura config/config.go initEndpointDefaults, initBackendDefaults]
import type { Late } from "../config/late.js";
import { messages as configMessages } from "../config/messages.js";
import { at, type Located } from "../source/located.js";
import type { Span } from "../source/text.js";
import { attach, blocksOf, type Resolution } from "./attach.js";
import { type EndpointPlace, resolveBackend } from "./backend.js";
import { forwardPlan, queryPlan } from "./forward-plan.js";
import { messages } from "./messages.js";
import type { Attached, Backend, Endpoint, EndpointSettings, OutputEncoding } from "./model.js";
import {
  endpointParams,
  isReservedPath,
  routerParams,
  routerPattern,
  utf8Bytes,
  withSlash,
} from "./paths.js";
import { booleanAt, isFaulty, itemsAt, numberAt, spanAt, textAt, whereOf } from "./read.js";
import { cleanPattern } from "./route-tree.js";

/** An endpoint with the place of its path, for what is said about routes. */
export interface Resolved {
  readonly endpoint: Endpoint;
  readonly span: Span;
}

const METHODS: readonly string[] = ["GET", "POST", "PUT", "PATCH", "DELETE"];
const DEFAULT_TIMEOUT_MS = 2000;
/** Several backends must leave time to merge what they answered [lura proxy/merging.go]. */
const MERGED_SHARE = 0.85;

/** Undefined where the endpoint is refused or, under compat, left out. */
export function resolveEndpoint(resolution: Resolution, node: Located): Resolved | undefined {
  const { report } = resolution;
  if (isFaulty(node, "endpoint")) return undefined;
  const path = withSlash(textAt(node, "endpoint") ?? "");
  const written = textAt(node, "method") ?? "";
  const span = spanAt(node, "endpoint");
  const backends = itemsAt(node, "backend");
  if (isReservedPath(path)) {
    report(messages.say("endpoint/reserved-path", span, { path, method: written }));
    return undefined;
  }
  if (path.split("/").length > MOST_SEGMENTS) {
    report(messages.say("route/too-long", span, { what: "the path", most: MOST_SEGMENTS }));
    return undefined;
  }
  if (backends.length === 0) {
    if (!isFaulty(node, "backend"))
      report(messages.say("endpoint/no-backend", span, { path, method: written }));
    return undefined;
  }
  const method = (written || "GET").toUpperCase();
  const endpoint = build(resolution, node, { path, method, backends });
  // KrakenD leaves such an endpoint out only after it has checked all the rest of it.
  if (!METHODS.includes(method)) {
    report(messages.say("endpoint/unsupported-method", spanAt(node, "method"), { method }));
    return undefined;
  }
  if (endpoint.backends.length > 0) return { endpoint, span };
  report(messages.say("endpoint/only-shadows", spanAt(node, "backend"), { path }));
  // Nothing is built around it [lura proxy/shadow.go], but its route is there.
  return { endpoint: { ...endpoint, shadows: [], rooms: [] }, span };
}

/** Paths of more segments are a mistake, and would need more stack than there is. */
const MOST_SEGMENTS = 500;

interface Start {
  readonly path: string;
  readonly method: string;
  readonly backends: readonly Located[];
}

function build(resolution: Resolution, node: Located, { path, method, backends }: Start): Endpoint {
  const { root, file, report } = resolution;
  const disableRest = booleanAt(root, "disable_rest");
  const pattern = routerPattern(path, disableRest);
  const params = routerParams(cleanPattern(pattern));
  const label = `[ENDPOINT: ${pattern}]`;
  const output = outputEncoding(resolution, node);
  const lateTimeout = lateTimeoutOf(resolution, node, backends);
  const timeoutMs = lateTimeout === undefined ? timeoutOf(resolution, node) : Number.NaN;
  if (output === "no-op" && backends.length > 1) {
    const count = backends.length;
    report(messages.say("endpoint/no-op-with-several-backends", spanAt(node, "output_encoding"), { count }));
  }
  const rooms = attach(resolution, blocksOf(resolution, node, "endpoint"), {
    owner: node,
    label,
    params,
    backendCount: backends.filter((backend) => !isAside(resolution, backend)).length,
    output,
    timeoutMs,
    hosts: [],
  });
  const settings = endpointSettings(rooms);
  const inputs = endpointParams(path, disableRest);
  const place = { node, path, pattern, params, inputs, output, timeoutMs, method };
  const [regular, shadows] = resolveBackends(resolution, backends, place, settings);
  return {
    method,
    path,
    pattern: cleanPattern(utf8Bytes(pattern)),
    params: params.map((name) => ({ name: utf8Bytes(name) })),
    where: whereOf(spanAt(node, "endpoint"), file),
    label: utf8Bytes(label),
    timeoutMs,
    lateTimeout:
      lateTimeout === undefined
        ? undefined
        : { whole: lateTimeout, share: regular.length > 1 ? MERGED_SHARE : 1 },
    callTimeoutMs: regular.length > 1 ? timeoutMs * MERGED_SHARE : timeoutMs,
    cacheControl: cacheControl(numberAt(node, "cache_ttl") || numberAt(root, "cache_ttl") || 0),
    output,
    offers: {
      headers: forwardPlan(node, undefined, report),
      query: queryPlan(node, undefined, report),
    },
    settings,
    backends: regular,
    shadows: shadows.map((shadow) =>
      limited(shadow, shadows.length > 1 ? timeoutMs * MERGED_SHARE : Infinity),
    ),
    rooms,
  };
}

/**
 * The timeout where the environment says it. What is divided at build cannot wait so long: calls
 * aside, concurrent ones, and backends with timeouts of their own.
 */
function lateTimeoutOf(
  resolution: Resolution,
  node: Located,
  backends: readonly Located[],
): Late | undefined {
  const { root, late, report } = resolution;
  if (numberAt(node, "timeout")) return undefined;
  const written = [at(node, "timeout"), at(root, "timeout")].find((each) => each?.kind === "string");
  if (written === undefined) return undefined;
  const isDivided =
    (numberAt(node, "concurrent_calls") ?? 0) > 1 ||
    backends.some((each) => at(each, "timeout") !== undefined || isAside(resolution, each));
  if (!isDivided) return late.at(written, "duration");
  const reason = "the time is divided among backends with times of their own";
  report(configMessages.say("config/fixed-at-build", written.span, { reason }));
  return undefined;
}

function timeoutOf({ root, report }: Resolution, node: Located): number {
  const own = numberAt(node, "timeout") ?? 0;
  const timeoutMs = own || numberAt(root, "timeout") || DEFAULT_TIMEOUT_MS;
  if (timeoutMs > 0 && timeoutMs < 1) {
    const text = `${timeoutMs * 1e6} ns`;
    report(messages.say("endpoint/tiny-timeout", spanAt(own === 0 ? root : node, "timeout"), { text }));
  }
  if (timeoutMs < 0)
    report(messages.say("endpoint/negative-timeout", spanAt(own === 0 ? root : node, "timeout")));
  return timeoutMs;
}

/** Whether a backend is called aside [lura proxy/shadow.go isShadowBackend]. */
function isAside({ blocks }: Resolution, backend: Located): boolean {
  const proxy = blocks.find(at(backend, "extra_config"), "proxy");
  return proxy !== undefined && booleanAt(proxy, "shadow");
}

/** The regular backends and those that are called aside, each in order: two sequences, if any. */
function resolveBackends(
  resolution: Resolution,
  nodes: readonly Located[],
  place: Omit<EndpointPlace, "siblings" | "earlier">,
  { sequential }: EndpointSettings,
): readonly [readonly Backend[], readonly Backend[]] {
  const aside = nodes.filter((node) => isAside(resolution, node));
  const regular = nodes.filter((node) => !aside.includes(node));
  const resolved = new Map<Located, Backend>();
  // In the order of the configuration, as KrakenD checks them.
  for (const node of nodes) {
    const siblings = aside.includes(node) ? aside : regular;
    const earlier = sequential ? siblings.indexOf(node) : 0;
    resolved.set(node, resolveBackend(resolution, node, { ...place, siblings: siblings.length, earlier }));
  }
  return [regular.map((node) => resolved.get(node)!), aside.map((node) => resolved.get(node)!)];
}

/** Several shadows are merged too, within the time of the endpoint [lura proxy/merging.go]. */
function limited(shadow: Backend, mostMs: number): Backend {
  const asideMs = Math.min(shadow.settings.asideMs ?? 0, mostMs);
  return { ...shadow, settings: { ...shadow.settings, asideMs } };
}

/** Whole seconds; any lifetime but 0 is announced, even a negative one. */
function cacheControl(ttlMs: number): string | undefined {
  return ttlMs === 0 ? undefined : `public, max-age=${Math.trunc(ttlMs / 1000)}`;
}

function endpointSettings(rooms: readonly Attached[]): EndpointSettings {
  const defaults: EndpointSettings = { allOrNothing: false, sequential: false, propagated: [] };
  return Object.assign(defaults, ...rooms.map((room) => room.feature.settings?.(room.plan).endpoint));
}

const OUTPUTS: readonly string[] = ["json", "json-collection", "string", "xml", "yaml", "negotiate", "no-op"];

function outputEncoding(resolution: Resolution, node: Located): OutputEncoding {
  const { root, report } = resolution;
  const owner = textAt(node, "output_encoding") ? node : root;
  const value = textAt(owner, "output_encoding") || "json";
  const span = spanAt(owner, "output_encoding");
  if (isOutput(value)) return value;
  // The only backend's encoding decides where a renderer of that name exists.
  const [only, second] = itemsAt(node, "backend");
  const fallback = only === undefined || second !== undefined ? "json" : (textAt(only, "encoding") ?? "json");
  report(messages.say("endpoint/unknown-output", span, { value }));
  return isOutput(fallback) ? fallback : "json";
}

function isOutput(value: string): value is OutputEncoding {
  return OUTPUTS.includes(value);
}
