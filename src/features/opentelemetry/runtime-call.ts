// The layer of the HTTP call. [krakend-otel http/client, io]
import { counted } from "../../runtime/counted-stream.js";
import type { Exchange } from "../../runtime/exchange.js";
import { headerOf } from "../../runtime/forward.js";
import type { Answer } from "../../runtime/received-answer.js";
import type { Row } from "../../runtime/series.js";
import { spanId } from "../../runtime/trace-ids.js";
import type { Call } from "../../runtime/upstream.js";
import type { StreamedAnswer } from "../../runtime/upstream-answer.js";
import { UpstreamError } from "../../runtime/upstream-error.js";
import { type AttributeValues, Which } from "./runtime-instruments.js";
import {
  addValues,
  Double,
  type FixedAttributes,
  fixedAttributes,
  SpanKind,
  type SpanValue,
} from "./runtime-otlp.js";
import { writeContext } from "./runtime-propagation.js";
import type { BackendFacts, ClientFacts, Statics } from "./runtime-report.js";
import { inSeconds, observe, options, reporter } from "./runtime-state.js";
import { CallTimes } from "./runtime-times.js";
import { type Trace, traceOf } from "./runtime-trace.js";

/** What is said of a backend whatever its layer. */
export function backendAttributes(facts: BackendFacts, statics: Statics): AttributeValues {
  return {
    ...Object.fromEntries(statics),
    "http.request.method": facts.method,
    "http.route": facts.route,
    "krakend.endpoint.route": facts.endpointRoute,
    "krakend.endpoint.method": facts.endpointMethod,
  };
}

/** Keeps the headers of a call for the span around its backend. */
export function keepHeaders(x: Exchange, place: number, { headers }: Call): void {
  traceOf(x)?.sentHeaders.set(place, [...headers]);
}

/** Tells the backend where the call stands in its trace; undefined where nobody wants to know more. */
export function openCall(x: Exchange, place: number, call: Call): CallTimes | undefined {
  const client = options.backends[place]!.client!;
  const trace = client.traces === undefined ? undefined : traceOf(x);
  if (trace === undefined && client.metrics === undefined) return undefined;
  if (trace !== undefined) {
    const id = spanId();
    trace.callIds.set(place, id);
    if (client.headers !== undefined) trace.callHeaders.set(place, [...call.headers]);
    writeContext({ traceId: trace.traceId, spanId: id, sampled: true, state: trace.state }, call.headers);
  }
  const isDetailed = client.detailsMetrics === true || client.detailsTraces === true;
  const times = isDetailed && options.times !== undefined ? options.times() : new CallTimes();
  const { body } = call;
  if (call.sized === true && body !== undefined && !(body instanceof UpstreamError))
    times.bytes = body.length ?? 0;
  call.watch = times;
  return times;
}

type Result = Answer | StreamedAnswer | UpstreamError;

/** What a call came to. */
export function closeCall<Some extends Result>(
  x: Exchange,
  place: number,
  times: CallTimes | undefined,
  answer: Some,
): Some {
  if (times === undefined) return answer;
  const now = performance.now();
  const facts = options.backends[place]!;
  const client = facts.client!;
  // What comes out of the cache has no head of its own.
  const headAt = answer instanceof UpstreamError || times.headAt === 0 ? now : times.headAt;
  if (client.metrics !== undefined) countCall(facts, client, place, times, answer, headAt - times.sentAt);
  const trace = client.traces === undefined ? undefined : traceOf(x);
  if (trace !== undefined) callSpan(trace, facts, client, place, times, answer, headAt);
  if (answer instanceof UpstreamError) return answer;
  if ("pipe" in answer) return watchRead(facts, client, place, trace, answer) as Some;
  endRead(facts, client, place, trace, answer.body.length, headAt, now);
  return answer;
}

// ---- numbers ----

interface CallRows {
  readonly started: () => Row;
  readonly failed: () => Row;
  readonly canceled: () => Row;
  readonly timedOut: () => Row;
  readonly requestSize: Row;
  readonly duration: Row;
  readonly responseSize: () => Row;
  readonly noLength: () => Row;
  /** Of the connection, the look-up and the handshake. */
  readonly parts: () => readonly [Row, Row, Row];
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
  const later = (which: number): (() => Row) => {
    let row: Row | undefined;
    return () => {
      row ??= reporter.row(which, labels);
      return row;
    };
  };
  const [connection, lookup, handshake] = [Which.connection, Which.lookup, Which.handshake].map(later);
  const made = {
    started: later(Which.started),
    failed: later(Which.failed),
    canceled: later(Which.canceled),
    timedOut: later(Which.timedOut),
    requestSize: reporter.row(Which.requestSize, labels),
    duration: reporter.row(Which.clientDuration, labels),
    responseSize: later(Which.responseSize),
    noLength: later(Which.noLength),
    parts: (): readonly [Row, Row, Row] => [connection!(), lookup!(), handshake!()],
  };
  callRowsOf.set(key, made);
  return made;
}

/** With the names of 1.27 some are there only with `detailed_connection`. */
function countCall(
  facts: BackendFacts,
  client: ClientFacts,
  place: number,
  times: CallTimes,
  answer: Result,
  ms: number,
): void {
  const failed = answer instanceof UpstreamError;
  const rows = callRows(facts, place, client.metrics!, failed ? 0 : answer.status);
  const countsAll = !options.newNames || client.detailsMetrics === true;
  if (countsAll) rows.started()[0]! += 1;
  observe(Which.clientDuration, rows.duration, inSeconds(ms));
  if (options.newNames) observe(Which.requestSize, rows.requestSize, times.bytes);
  else rows.requestSize[0]! += times.bytes;
  if (!failed) {
    const length = headerOf(answer.headers, "content-length");
    if (facts.method === "HEAD") {
      // Its length is that of something else.
    } else if (length !== undefined) observe(Which.responseSize, rows.responseSize(), Number(length));
    else if (countsAll) rows.noLength()[0]! += 1;
  } else if (countsAll) {
    if (answer.kind === "canceled") rows.canceled()[0]! += 1;
    else rows.failed()[0]! += 1;
    if (answer.kind === "timeout") rows.timedOut()[0]! += 1;
  }
  if (client.detailsMetrics === true) countParts(rows, times);
}

function countParts({ parts }: CallRows, times: CallTimes): void {
  const [connection, lookup, handshake] = parts();
  observe(Which.connection, connection, inSeconds(times.connectionMs));
  observe(Which.lookup, lookup, inSeconds(times.lookupMs));
  observe(Which.handshake, handshake, inSeconds(times.handshakeMs));
}

interface ReadRows {
  readonly size: Row;
  readonly sizes: Row;
  readonly time: Row;
  readonly times: Row;
}

const readRowsOf = new Map<number, ReadRows>();

function readRows(facts: BackendFacts, place: number, statics: Statics): ReadRows {
  const known = readRowsOf.get(place);
  if (known !== undefined) return known;
  const labels = reporter.labels(backendAttributes(facts, statics));
  const made = {
    size: reporter.row(Which.readSize, labels),
    sizes: reporter.row(Which.readSizes, labels),
    time: reporter.row(Which.readTime, labels),
    times: reporter.row(Which.readTimes, labels),
  };
  readRowsOf.set(place, made);
  return made;
}

// ---- the body ----

function watchRead(
  facts: BackendFacts,
  client: ClientFacts,
  place: number,
  trace: Trace | undefined,
  answer: StreamedAnswer,
): StreamedAnswer {
  if (client.readsMetrics !== true && client.readsTraces !== true) return answer;
  const openedAt = performance.now();
  return counted(answer, (bytes) => endRead(facts, client, place, trace, bytes, openedAt, performance.now()));
}

/** The whole body has been read, from `openedAt` to `now`. */
function endRead(
  facts: BackendFacts,
  client: ClientFacts,
  place: number,
  trace: Trace | undefined,
  bytes: number,
  openedAt: number,
  now: number,
): void {
  const seconds = inSeconds(now - openedAt);
  if (client.metrics !== undefined && client.readsMetrics === true) {
    const rows = readRows(facts, place, client.metrics);
    rows.size[0]! += bytes;
    observe(Which.readSizes, rows.sizes, bytes);
    rows.time[0]! += seconds;
    observe(Which.readTimes, rows.times, seconds);
  }
  if (trace === undefined || client.readsTraces !== true) return;
  reporter.span({
    traceId: trace.traceId,
    spanId: spanId(),
    parentId: trace.callIds.get(place) ?? trace.proxyId,
    state: trace.state,
    name: "http.client.response.read.tracker",
    kind: SpanKind.internal,
    startedAt: openedAt,
    endedAt: now,
    failed: false,
    fixed: fixedOf(facts, client, place),
    attributes: [
      "http.client.response.read.size",
      bytes,
      "http.client.response.read.time",
      new Double(seconds),
    ],
    events: undefined,
  });
}

// ---- the span ----

const fixed: FixedAttributes[] = [];

function fixedOf(facts: BackendFacts, { traces }: ClientFacts, place: number): FixedAttributes {
  fixed[place] ??= fixedAttributes({
    ...backendAttributes(facts, traces ?? []),
    "krakend.stage": "backend-request",
  });
  return fixed[place];
}

function callSpan(
  trace: Trace,
  facts: BackendFacts,
  client: ClientFacts,
  place: number,
  times: CallTimes,
  answer: Result,
  headAt: number,
): void {
  const failed = answer instanceof UpstreamError;
  const isDetailed = !failed && client.detailsTraces === true;
  const attributes: SpanValue[] = ["server.address", facts.host];
  if (client.headers !== undefined)
    addValues(attributes, client.headers.ofRequest(trace.callHeaders.get(place) ?? []));
  if (failed) attributes.push("error", answer.message);
  else {
    addAnswer(attributes, answer, client);
    attributes.push("response-duration", new Double(inSeconds(headAt - times.sentAt)));
  }
  if (isDetailed) addParts(attributes, times);
  reporter.span({
    traceId: trace.traceId,
    spanId: trace.callIds.get(place) ?? spanId(),
    parentId: trace.backendIds.get(place) ?? trace.proxyId,
    state: trace.state,
    name: facts.route,
    kind: SpanKind.client,
    startedAt: times.sentAt,
    endedAt: headAt,
    failed,
    fixed: fixedOf(facts, client, place),
    attributes,
    events: isDetailed ? [{ name: "first-byte-time", at: headAt }] : undefined,
  });
}

function addAnswer(attributes: SpanValue[], answer: Answer | StreamedAnswer, { headers }: ClientFacts): void {
  if ("url" in answer) attributes.push("url.full", answer.url);
  attributes.push("http.response.status_code", answer.status);
  attributes.push("http.response.body.size", Number(headerOf(answer.headers, "content-length") ?? -1));
  if (headers !== undefined) addValues(attributes, headers.ofAnswer(answer.headers));
}

function addParts(attributes: SpanValue[], { connectionMs, lookupMs, handshakeMs }: CallTimes): void {
  attributes.push("get-conn-duration", new Double(inSeconds(connectionMs)));
  attributes.push("dns-duration", new Double(inSeconds(lookupMs)));
  attributes.push("tls-duration", new Double(inSeconds(handshakeMs)));
}
