// Layers that measure and trace: the whole request, all backends together, one backend, its HTTP call.
// [krakend-otel http/server, lura/proxy.go, http/client]

import { counted } from "../../runtime/counted-stream.js";
import { type Exchange, Place } from "../../runtime/exchange.js";
import { headerOf } from "../../runtime/forward.js";
import type { Keyed } from "../../runtime/json/members.js";
import type { Members } from "../../runtime/json/text.js";
import type { Outcome } from "../../runtime/outcome.js";
import { observeUpTo, type Row } from "../../runtime/series.js";
import { statusText } from "../../runtime/side-server.js";
import { spanId } from "../../runtime/trace-ids.js";
import type { Call } from "../../runtime/upstream.js";
import type { Answer, StreamedAnswer } from "../../runtime/upstream-answer.js";
import { UpstreamError } from "../../runtime/upstream-error.js";
import { type AttributeValues, Which } from "./runtime-instruments.js";
import { type Span, SpanKind } from "./runtime-otlp.js";
import { writeContext } from "./runtime-propagation.js";
import { type BackendFacts, type Options, Reporter, type Statics } from "./runtime-report.js";
import { requestSpan, startTrace, type Trace, traceOf } from "./runtime-trace.js";

let options: Options;
let reporter: Reporter;
let skipped: ReadonlySet<string>;

export function startOpenTelemetry(given: Options): void {
  options = given;
  skipped = new Set(given.skipPaths);
  reporter = new Reporter(given);
}

/** What waits is sent. */
export function stopOpenTelemetry(): Promise<void> {
  return reporter.close();
}

function inSeconds(ms: number): number {
  return ms / 1000;
}

function observe(which: number, row: Row, value: number): void {
  observeUpTo(row, reporter.instruments[which]!.bounds!, value);
}

// ---- the whole request ----

/** Before anything else looks at the request. */
export function openRequest(x: Exchange): void {
  if (!skipped.has(x.path)) startTrace(x, options.sampleRate, options.propagates);
}

interface RequestRows {
  readonly duration: Row;
  readonly size: Row;
}

const requests = new Map<string, RequestRows>();
const METHODS = new Set("GET HEAD POST PUT DELETE CONNECT OPTIONS TRACE PATCH".split(" "));

export function closeRequest(x: Exchange, status: number, bytes: number, durationMs: number): void {
  if (skipped.has(x.path)) return;
  const { metrics, traces } = options.global;
  if (metrics !== undefined) {
    const rows = requestRows(x, status, metrics);
    observe(Which.serverDuration, rows.duration, inSeconds(durationMs));
    observe(Which.serverSize, rows.size, bytes);
  }
  const trace = traceOf(x);
  if (trace === undefined || traces === undefined) return;
  const endpoint = options.endpoints[(x.place ?? 0) - 1];
  const more = Object.fromEntries([...traces, ...(endpoint?.traceAttributes ?? [])]);
  const route = endpoint?.route ?? statusText(status);
  reporter.span(requestSpan(x, trace, { status, bytes, durationMs, route }, more));
}

function requestRows(x: Exchange, status: number, statics: Statics): RequestRows {
  const place = Math.max(x.place ?? Place.none, Place.none);
  const method = METHODS.has(x.method) ? x.method : "_OTHER";
  const key = `${place} ${status} ${method}`;
  const known = requests.get(key);
  if (known !== undefined) return known;
  const endpoint = options.endpoints[place - 1];
  const labels = reporter.labels({
    ...Object.fromEntries([...statics, ...(endpoint?.metricAttributes ?? [])]),
    "http.request.method": method,
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

/** What an outcome says of itself. A failure because the client left is no error. */
function verdict({ complete, error }: Outcome<Members | Keyed>): {
  readonly complete: boolean;
  readonly error: boolean;
  readonly canceled: boolean;
} {
  if (error === undefined) return { complete, error: false, canceled: false };
  const parts = error.parts.length === 0 ? [error] : error.parts;
  const canceled = parts.some(({ kind }) => kind === "canceled");
  return { complete, canceled, error: parts.some(({ kind }) => kind !== "canceled") };
}

const verdictRows = new Map<number, (Row | undefined)[]>();

/** The row for an outcome: of a place there are eight. */
function verdictRow(
  which: number,
  place: number,
  said: ReturnType<typeof verdict>,
  attributes: () => AttributeValues,
): Row {
  const key = place * 2 + (which === Which.proxyDuration ? 0 : 1);
  let rows = verdictRows.get(key);
  if (rows === undefined) {
    rows = [];
    verdictRows.set(key, rows);
  }
  const flags = (said.complete ? 1 : 0) + (said.error ? 2 : 0) + (said.canceled ? 4 : 0);
  rows[flags] ??= reporter.row(which, reporter.labels({ ...attributes(), ...said }));
  return rows[flags];
}

/** Returns when it was. */
export function openProxy(x: Exchange, endpoint: number): number {
  const trace = traceOf(x);
  if (trace !== undefined && options.endpoints[endpoint]?.proxy?.traces !== undefined)
    trace.proxyId = spanId();
  return performance.now();
}

export function closeProxy(
  x: Exchange,
  place: number,
  openedAt: number,
  outcome: Outcome<Members | Keyed>,
): void {
  const { method, route, proxy } = options.endpoints[place]!;
  const attributes = (statics: Statics): AttributeValues => ({
    ...Object.fromEntries(statics),
    "http.request.method": method,
    "http.route": route,
  });
  const said = verdict(outcome);
  if (proxy?.metrics !== undefined) {
    const { metrics } = proxy;
    const row = verdictRow(Which.proxyDuration, place, said, () => attributes(metrics));
    observe(Which.proxyDuration, row, inSeconds(performance.now() - openedAt));
  }
  const trace = traceOf(x);
  if (trace === undefined || proxy?.traces === undefined) return;
  const own = { spanId: trace.proxyId, parentId: trace.spanId, name: route, openedAt };
  reporter.span(internalSpan(trace, own, outcome, { ...attributes(proxy.traces), "krakend.stage": "proxy" }));
}

export function openBackend(x: Exchange, backend: number): number {
  const trace = traceOf(x);
  if (trace !== undefined && options.backends[backend]?.stage?.traces !== undefined)
    trace.backendIds.set(backend, spanId());
  return performance.now();
}

export function closeBackend(
  x: Exchange,
  place: number,
  openedAt: number,
  outcome: Outcome<Members | Keyed>,
): void {
  const facts = options.backends[place]!;
  const { stage, route } = facts;
  const said = verdict(outcome);
  if (stage?.metrics !== undefined) {
    const { metrics } = stage;
    const row = verdictRow(Which.backendDuration, place, said, () => backendAttributes(facts, metrics));
    observe(Which.backendDuration, row, inSeconds(performance.now() - openedAt));
  }
  const trace = traceOf(x);
  if (trace === undefined || stage?.traces === undefined) return;
  const id = trace.backendIds.get(place) ?? spanId();
  const own = { spanId: id, parentId: trace.proxyId, name: route, openedAt };
  const attributes = { ...backendAttributes(facts, stage.traces), "krakend.stage": "backend" };
  reporter.span(internalSpan(trace, own, outcome, attributes));
}

function backendAttributes(facts: BackendFacts, statics: Statics): AttributeValues {
  return {
    ...Object.fromEntries(statics),
    "http.request.method": facts.method,
    "http.route": facts.route,
    "krakend.endpoint.route": facts.endpointRoute,
    "krakend.endpoint.method": facts.endpointMethod,
  };
}

function internalSpan(
  trace: Trace,
  own: {
    readonly spanId: string;
    readonly parentId: string;
    readonly name: string;
    readonly openedAt: number;
  },
  outcome: Outcome<Members | Keyed>,
  attributes: AttributeValues,
): Span {
  const said = verdict(outcome);
  const failure: AttributeValues =
    outcome.error === undefined ? {} : { "http.response.status_code": outcome.error.status || 500 };
  return {
    traceId: trace.traceId,
    spanId: own.spanId,
    parentId: own.parentId,
    state: trace.state,
    name: own.name,
    kind: SpanKind.internal,
    startedAt: own.openedAt,
    endedAt: performance.now(),
    failed: said.error,
    attributes: {
      ...attributes,
      ...failure,
      ...(said.error ? { error: outcome.error?.message ?? "" } : {}),
      ...(said.canceled ? { canceled: true } : {}),
      complete: said.complete,
    },
  };
}

// ---- the HTTP call ----

/** Tells the backend where the call stands in its trace; returns when it was sent. */
export function openCall(x: Exchange, place: number, call: Call): number {
  const trace = traceOf(x);
  if (trace !== undefined && options.backends[place]?.client?.traces !== undefined) {
    const id = spanId();
    trace.callIds.set(place, id);
    writeContext({ traceId: trace.traceId, spanId: id, sampled: true, state: trace.state }, call.headers);
  }
  return performance.now();
}

type Result = Answer | StreamedAnswer | UpstreamError;

/** What a call came to. */
export function closeCall<Some extends Result>(
  x: Exchange,
  place: number,
  sentAt: number,
  answer: Some,
): Some {
  const facts = options.backends[place]!;
  const { client } = facts;
  if (client?.metrics !== undefined)
    countCall(facts, place, client.metrics, answer, performance.now() - sentAt);
  const trace = traceOf(x);
  if (trace !== undefined && client?.traces !== undefined)
    reporter.span(callSpan(trace, facts, place, sentAt, answer));
  if (client?.metrics === undefined || answer instanceof UpstreamError) return answer;
  if (!("pipe" in answer)) {
    countRead(place, facts, client.metrics, answer.body.length);
    return answer;
  }
  const { metrics } = client;
  const openedAt = performance.now();
  const ended = (bytes: number): void =>
    countRead(place, facts, metrics, bytes, inSeconds(performance.now() - openedAt));
  return counted(answer, ended) as Some;
}

interface CallRows {
  readonly started: () => Row;
  readonly failed: () => Row;
  readonly canceled: () => Row;
  readonly timedOut: () => Row;
  readonly requestSize: Row;
  readonly duration: Row;
  readonly responseSize: () => Row;
  readonly noLength: () => Row;
}

const callRowsOf = new Map<number, CallRows>();
const MOST_STATUSES = 1000;

function callRows(facts: BackendFacts, place: number, statics: Statics, status: number): CallRows {
  const key = place * MOST_STATUSES + status;
  const known = callRowsOf.get(key);
  if (known !== undefined) return known;
  const labels = reporter.labels({
    ...backendAttributes(facts, statics),
    clientname: facts.route,
    "server.address": facts.host,
    "server.port": facts.port,
    "http.response.status_code": status,
  });
  const later = (which: number) => (): Row => reporter.row(which, labels);
  const made = {
    started: later(Which.started),
    failed: later(Which.failed),
    canceled: later(Which.canceled),
    timedOut: later(Which.timedOut),
    requestSize: reporter.row(Which.requestSize, labels),
    duration: reporter.row(Which.clientDuration, labels),
    responseSize: later(Which.responseSize),
    noLength: later(Which.noLength),
  };
  callRowsOf.set(key, made);
  return made;
}

/** With the names of 1.27 some are there only with `detailed_connection`. */
function countCall(facts: BackendFacts, place: number, statics: Statics, answer: Result, ms: number): void {
  const failed = answer instanceof UpstreamError;
  const rows = callRows(facts, place, statics, failed ? 0 : answer.status);
  const isDetailed = !options.newNames || facts.detailed === true;
  if (isDetailed) rows.started()[0]! += 1;
  observe(Which.clientDuration, rows.duration, inSeconds(ms));
  if (options.newNames) observe(Which.requestSize, rows.requestSize, 0);
  if (!failed) {
    const length = headerOf(answer.headers, "content-length");
    if (length !== undefined) observe(Which.responseSize, rows.responseSize(), Number(length));
    else if (isDetailed) rows.noLength()[0]! += 1;
  } else if (isDetailed) {
    if (answer.kind === "canceled") rows.canceled()[0]! += 1;
    else rows.failed()[0]! += 1;
    if (answer.kind === "timeout") rows.timedOut()[0]! += 1;
  }
}

interface ReadRows {
  readonly size: Row;
  readonly sizes: Row;
  readonly time: () => Row;
  readonly times: () => Row;
}

const readRowsOf = new Map<number, ReadRows>();

/** `seconds` is undefined where the body came with the answer, in one wait. */
function countRead(
  place: number,
  facts: BackendFacts,
  statics: Statics,
  bytes: number,
  seconds?: number,
): void {
  let rows = readRowsOf.get(place);
  if (rows === undefined) {
    const labels = reporter.labels(backendAttributes(facts, statics));
    rows = {
      size: reporter.row(Which.readSize, labels),
      sizes: reporter.row(Which.readSizes, labels),
      time: () => reporter.row(Which.readTime, labels),
      times: () => reporter.row(Which.readTimes, labels),
    };
    readRowsOf.set(place, rows);
  }
  rows.size[0]! += bytes;
  observe(Which.readSizes, rows.sizes, bytes);
  if (seconds === undefined) return;
  rows.time()[0]! += seconds;
  observe(Which.readTimes, rows.times(), seconds);
}

function callSpan(trace: Trace, facts: BackendFacts, place: number, sentAt: number, answer: Result): Span {
  const endedAt = performance.now();
  const failed = answer instanceof UpstreamError;
  const length = failed ? undefined : headerOf(answer.headers, "content-length");
  return {
    traceId: trace.traceId,
    spanId: trace.callIds.get(place) ?? spanId(),
    parentId: trace.backendIds.get(place) ?? trace.proxyId,
    state: trace.state,
    name: facts.route,
    kind: SpanKind.client,
    startedAt: sentAt,
    endedAt,
    failed,
    attributes: {
      ...backendAttributes(facts, facts.client?.traces ?? []),
      "krakend.stage": "backend-request",
      "server.address": facts.host,
      ...(failed || !("url" in answer) ? {} : { "url.full": answer.url }),
      ...(failed ? { error: answer.message } : { "http.response.status_code": answer.status }),
      ...(failed ? {} : { "http.response.body.size": Number(length ?? -1) }),
      "response-duration": inSeconds(endedAt - sentAt),
    },
  };
}
