// Layers that measure and trace: the whole request, all backends together, one backend. The HTTP call
// is in runtime-call.ts. [krakend-otel http/server, lura/proxy.go]
import { type Exchange, type FlatHeaders, Place } from "../../runtime/exchange.js";
import type { Keyed } from "../../runtime/json/members.js";
import type { Members } from "../../runtime/json/text.js";
import type { Outcome } from "../../runtime/outcome.js";
import type { Row } from "../../runtime/series.js";
import { statusText } from "../../runtime/side-server.js";
import { spanId } from "../../runtime/trace-ids.js";
import { backendAttributes } from "./runtime-call.js";
import type { HeaderReport } from "./runtime-headers.js";
import { type AttributeValues, Which } from "./runtime-instruments.js";
import {
  addValues,
  type FixedAttributes,
  fixedAttributes,
  SpanKind,
  type SpanValue,
} from "./runtime-otlp.js";
import { readContext } from "./runtime-propagation.js";
import type { LayerFacts, Options, Statics } from "./runtime-report.js";
import { begin, inSeconds, observe, options, reporter } from "./runtime-state.js";
import { isSampled, requestSpan, Trace, traceOf } from "./runtime-trace.js";

export { closeCall, keepHeaders, openCall } from "./runtime-call.js";
export { HeaderReport, passedHeaders } from "./runtime-headers.js";
export { connectionTimes } from "./runtime-times.js";

let skipped: ReadonlySet<string>;

export function startOpenTelemetry(given: Options): void {
  skipped = new Set(given.skipPaths);
  begin(given);
}

/** What waits is sent. */
export function stopOpenTelemetry(): Promise<void> {
  return reporter.close();
}

// ---- the whole request ----

/** Before anything else looks at the request. */
export function openRequest(x: Exchange): void {
  const parent = options.propagates ? readContext(x) : undefined;
  // Most requests are not sampled, and ask no more.
  if (!isSampled(parent, options.sampleRate) || skipped.has(x.path)) return;
  const trace = new Trace(parent);
  x.trace = trace;
  if (options.global.traces !== undefined) options.global.headers?.keepReply(x, trace);
}

interface RequestRows {
  readonly duration: Row;
  readonly size: Row;
}

/** By the number of the route. */
const fixedOfRequests: FixedAttributes[] = [];
const requests = new Map<number, RequestRows>();
const METHODS = "GET HEAD POST PUT DELETE CONNECT OPTIONS TRACE PATCH".split(" ");
const MOST_STATUSES = 1000;

export function closeRequest(x: Exchange, status: number, bytes: number, durationMs: number): void {
  const { metrics, traces, headers } = options.global;
  const trace = traces === undefined ? undefined : traceOf(x);
  if ((metrics === undefined && trace === undefined) || skipped.has(x.path)) return;
  if (metrics !== undefined) {
    const rows = requestRows(x, status, metrics);
    observe(Which.serverDuration, rows.duration, inSeconds(durationMs));
    observe(Which.serverSize, rows.size, bytes);
  }
  if (trace === undefined) return;
  const endpoint = options.endpoints[(x.place ?? 0) - 1];
  const route = endpoint?.route ?? statusText(status);
  const place = endpoint === undefined ? 0 : (x.place ?? 0);
  fixedOfRequests[place] ??= fixedAttributes({
    ...Object.fromEntries([...(traces ?? []), ...(endpoint?.traceAttributes ?? [])]),
    "krakend.stage": "global",
  });
  const reply = { status, bytes, durationMs, route };
  reporter.span(requestSpan(x, trace, reply, fixedOfRequests[place], headers));
}

function requestRows(x: Exchange, status: number, statics: Statics): RequestRows {
  const place = Math.max(x.place ?? Place.none, Place.none);
  const method = METHODS.indexOf(x.method);
  const key = (place * (METHODS.length + 1) + method + 1) * MOST_STATUSES + status;
  const known = requests.get(key);
  if (known !== undefined) return known;
  const endpoint = options.endpoints[place - 1];
  const labels = reporter.labels({
    ...Object.fromEntries([...statics, ...(endpoint?.metricAttributes ?? [])]),
    "http.request.method": METHODS[method] ?? "_OTHER",
    "url.scheme": "http",
    "http.route": endpoint?.route ?? statusText(status),
    "http.response.status_code": status,
  });
  const made = {
    duration: reporter.row(Which.serverDuration, labels),
    size: reporter.row(Which.serverSize, labels),
  };
  requests.set(key, made);
  return made;
}

// ---- backends together and one by one ----

interface Verdict {
  readonly complete: boolean;
  readonly error: boolean;
  readonly canceled: boolean;
}

/** What an outcome says of itself. A failure because the client left is no error. */
function verdict({ complete, error }: Outcome<Members | Keyed>): Verdict {
  if (error === undefined) return { complete, error: false, canceled: false };
  const parts = error.parts.length === 0 ? [error] : error.parts;
  const canceled = parts.some(({ kind }) => kind === "canceled");
  return { complete, canceled, error: parts.some(({ kind }) => kind !== "canceled") };
}

/** Of a place there are eight. */
const proxyRows: (Row | undefined)[][] = [];
const backendRows: (Row | undefined)[][] = [];

const fixedOfProxies: FixedAttributes[] = [];
const fixedOfBackends: FixedAttributes[] = [];

/** The row for an outcome. */
function verdictRow(
  which: number,
  place: number,
  said: Verdict,
  attributes: (place: number) => AttributeValues,
): Row {
  const all = which === Which.proxyDuration ? proxyRows : backendRows;
  all[place] ??= [];
  const rows = all[place];
  const flags = (said.complete ? 1 : 0) + (said.error ? 2 : 0) + (said.canceled ? 4 : 0);
  rows[flags] ??= reporter.row(which, reporter.labels({ ...attributes(place), ...said }));
  return rows[flags];
}

/** When it was; 0 where nobody wants to know. */
export function openProxy(x: Exchange, place: number): number {
  const proxy = options.endpoints[place]!.proxy!;
  const trace = tracedBy(proxy, x);
  if (trace !== undefined) trace.proxyId = spanId();
  return trace !== undefined || proxy.metrics !== undefined ? performance.now() : 0;
}

function tracedBy(layer: LayerFacts, x: Exchange): Trace | undefined {
  return layer.traces === undefined ? undefined : traceOf(x);
}

function proxyAttributes(place: number): AttributeValues {
  const { method, route, proxy } = options.endpoints[place]!;
  return { ...Object.fromEntries(proxy?.metrics ?? []), "http.request.method": method, "http.route": route };
}

export function closeProxy(
  x: Exchange,
  place: number,
  openedAt: number,
  outcome: Outcome<Members | Keyed>,
): void {
  if (openedAt === 0) return;
  const { method, route, proxy, sent } = options.endpoints[place]!;
  const { metrics, traces, headers } = proxy!;
  const said = verdict(outcome);
  const now = performance.now();
  if (metrics !== undefined) {
    const row = verdictRow(Which.proxyDuration, place, said, proxyAttributes);
    observe(Which.proxyDuration, row, inSeconds(now - openedAt));
  }
  const trace = tracedBy(proxy!, x);
  if (trace === undefined) return;
  const own = { spanId: trace.proxyId, parentId: trace.spanId, name: route, openedAt, now };
  fixedOfProxies[place] ??= fixedAttributes({
    ...Object.fromEntries(traces ?? []),
    "http.request.method": method,
    "http.route": route,
    "krakend.stage": "proxy",
  });
  stageSpan(trace, own, outcome, said, fixedOfProxies[place], headerValues(headers, sent?.(x), outcome));
}

/** When it was; 0 where nobody wants to know. */
export function openBackend(x: Exchange, place: number): number {
  const stage = options.backends[place]!.stage!;
  const trace = tracedBy(stage, x);
  if (trace !== undefined) trace.backendIds.set(place, spanId());
  return trace !== undefined || stage.metrics !== undefined ? performance.now() : 0;
}

export function closeBackend(
  x: Exchange,
  place: number,
  openedAt: number,
  outcome: Outcome<Members | Keyed>,
): void {
  if (openedAt === 0) return;
  const facts = options.backends[place]!;
  const { metrics, traces, headers } = facts.stage!;
  const said = verdict(outcome);
  const now = performance.now();
  if (metrics !== undefined) {
    const row = verdictRow(Which.backendDuration, place, said, stageAttributes);
    observe(Which.backendDuration, row, inSeconds(now - openedAt));
  }
  const trace = tracedBy(facts.stage!, x);
  if (trace === undefined) return;
  const id = trace.backendIds.get(place) ?? spanId();
  const own = { spanId: id, parentId: trace.proxyId, name: facts.route, openedAt, now };
  fixedOfBackends[place] ??= fixedAttributes({
    ...backendAttributes(facts, traces ?? []),
    "krakend.stage": "backend",
  });
  stageSpan(
    trace,
    own,
    outcome,
    said,
    fixedOfBackends[place],
    headerValues(headers, trace.sentHeaders.get(place), outcome),
  );
}

function stageAttributes(place: number): AttributeValues {
  const facts = options.backends[place]!;
  return backendAttributes(facts, facts.stage?.metrics ?? []);
}

interface StageSpan {
  readonly spanId: string;
  readonly parentId: string;
  readonly name: string;
  readonly openedAt: number;
  readonly now: number;
}

function stageSpan(
  trace: Trace,
  { spanId, parentId, name, openedAt, now }: StageSpan,
  { error, answer }: Outcome<Members | Keyed>,
  said: Verdict,
  fixed: FixedAttributes,
  attributes: SpanValue[],
): void {
  // Quirk: 500 for any failure, and 0 where the answer was decoded.
  attributes.push("http.response.status_code", error === undefined ? (answer?.status ?? 0) : 500);
  if (said.error) attributes.push("error", error?.message ?? "");
  if (said.canceled) attributes.push("canceled", true);
  attributes.push("complete", said.complete);
  reporter.span({
    traceId: trace.traceId,
    spanId,
    parentId,
    state: trace.state,
    name,
    kind: SpanKind.internal,
    startedAt: openedAt,
    endedAt: now,
    failed: said.error,
    fixed,
    attributes,
    events: undefined,
  });
}

/** Headers of a stage, where they are reported. */
function headerValues(
  report: HeaderReport | undefined,
  sent: FlatHeaders | undefined,
  { answer }: Outcome<Members | Keyed>,
): SpanValue[] {
  const values: SpanValue[] = [];
  if (report === undefined) return values;
  addValues(values, report.ofRequest(sent ?? []));
  addValues(values, report.ofAnswer(answer?.headers ?? []));
  return values;
}
