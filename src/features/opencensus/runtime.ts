// The views of OpenCensus: what they count, and their page for Prometheus.
// [opencensus plugin/ochttp/stats.go, client_stats.go; krakend-opencensus router/gin/endpoint.go]
import type { Server } from "node:http";
import type { ByteString } from "../../runtime/bytes.js";
import { counted } from "../../runtime/counted-stream.js";
import { type Exchange, Place } from "../../runtime/exchange.js";
import { utf8 } from "../../runtime/json/text.js";
import { goFamilies, processFamilies } from "../../runtime/process-metrics.js";
import type { Answer } from "../../runtime/received-answer.js";
import { type Family, labelsText, observeBelow, type Row, SeriesSet } from "../../runtime/series.js";
import { serveAside } from "../../runtime/side-server.js";
import { thread } from "../../runtime/thread.js";
import { spanId, traceId } from "../../runtime/trace-ids.js";
import type { Call } from "../../runtime/upstream.js";
import type { StreamedAnswer } from "../../runtime/upstream-answer.js";
import { UpstreamError } from "../../runtime/upstream-error.js";
import { isSuccess } from "../../runtime/upstream-status.js";

type Tag = "host" | "path" | "method" | "status";

export interface OpenCensusOptions {
  /** 0: any. */
  readonly port: number;
  readonly namespace: string;
  /** Labels that every view has. */
  readonly tags: readonly Tag[];
  /** In the order of their numbers. */
  readonly routes: readonly {
    readonly path: ByteString;
    readonly aggregation: "pattern" | "lastparam" | "off";
  }[];
  readonly clients: readonly {
    readonly method: string;
    readonly host: ByteString;
    readonly path: ByteString;
  }[];
  /** From 0 to 1. */
  readonly sampleRate: number;
}

const SIZE = [
  1024, 2048, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864, 268435456, 1073741824,
  4294967296,
];
const LATENCY = [
  1, 2, 3, 4, 5, 6, 8, 10, 13, 16, 20, 25, 30, 40, 50, 65, 80, 100, 130, 160, 200, 250, 300, 400, 500, 650,
  800, 1000, 2000, 5000, 10000, 20000, 50000, 100000,
];

const CLIENT = "http/client/";
const SERVER = "http/server/";
const BY = "by HTTP method and response status";

const VIEWS: readonly (readonly [name: string, help: string, bounds?: readonly number[]])[] = [
  [`${CLIENT}sent_bytes`, `Total bytes sent in request body (not including headers), ${BY}`, SIZE],
  [
    `${CLIENT}received_bytes`,
    `Total bytes received in response bodies (not including headers but including error responses with bodies), ${BY}`,
    SIZE,
  ],
  [`${CLIENT}roundtrip_latency`, `End-to-end latency, ${BY}`, LATENCY],
  [`${CLIENT}completed_count`, `Count of completed requests, ${BY}`],
  [`${SERVER}request_count`, "Count of HTTP requests started"],
  [`${SERVER}request_bytes`, "Size distribution of HTTP request body", SIZE],
  [`${SERVER}response_bytes`, "Size distribution of HTTP response body", SIZE],
  [`${SERVER}latency`, "Latency distribution of HTTP requests", LATENCY],
  [`${SERVER}request_count_by_method`, "Server request count by HTTP method"],
  [`${SERVER}response_count_by_status_code`, "Server response count by status code"],
];

function familiesOf(namespace: string): readonly Family[] {
  const before = namespace === "" ? "" : `${namespace}_`;
  return VIEWS.map(([name, help, bounds]) => ({
    name: `${before}opencensus_io_${name.replaceAll("/", "_")}`,
    help,
    ...(bounds === undefined ? {} : { bounds }),
  }));
}

let series: SeriesSet;
let options: OpenCensusOptions;
let sampleRate = 0;
let server: Server | undefined;

/** Headers for backends, and nothing else. */
export function startTracing(rate: number): void {
  sampleRate = rate;
}

export function startOpenCensus(given: OpenCensusOptions): void {
  options = given;
  series = new SeriesSet("opencensus", familiesOf(given.namespace));
  startTracing(given.sampleRate);
  if (!thread.leads) return;
  const failed = (fault: Error): void => {
    process.stderr.write(
      `[SERVICE: Opencensus] The Prometheus exporter failed to listen and serve: ${fault.message}\n`,
    );
    process.exit(1);
  };
  server = serveAside({
    address: `:${given.port}`,
    failed,
    reply: async ({ path }) => {
      if (path !== "/metrics")
        return {
          status: 404,
          headers: { "Content-Type": "text/plain; charset=utf-8" },
          body: "404 page not found\n",
        };
      const body = await series.page([...goFamilies(), ...processFamilies()]);
      return { status: 200, headers: { "Content-Type": PAGE_TYPE }, body };
    },
  });
}

const PAGE_TYPE = "text/plain; version=0.0.4; charset=utf-8; escaping=underscores";

export function stopOpenCensus(): void {
  server?.close();
  series.close();
}

// ---- requests of clients ----

interface ServedRows {
  readonly started: Row;
  readonly startedByMethod: Row;
  readonly requestBytes: Row;
  readonly responseBytes: Row;
  readonly latency: Row;
  readonly byStatus: Row;
}

const served = new Map<string, ServedRows>();

/** A reply was sent: of a route, or that there is none. */
export function countServed(x: Exchange, status: number, bytes: number, durationMs: number): void {
  const place = x.place ?? Place.none;
  const isMiss = place === Place.none && (status === 404 || status === 405);
  if (place <= 0 && !isMiss) return;
  const path = options.tags.includes("path") ? pathLabel(x, place, status) : "";
  const host = options.tags.includes("host") ? x.host : "";
  const rows = rowsFor(x.method, String(status), path, host);
  rows.started[0]! += 1;
  rows.startedByMethod[0]! += 1;
  rows.byStatus[0]! += 1;
  observeBelow(rows.requestBytes, SIZE, requestBytes(x));
  observeBelow(rows.responseBytes, SIZE, bytes === 0 && x.failure?.kind !== "layer" ? -1 : bytes);
  observeBelow(rows.latency, LATENCY, durationMs);
}

/** Clients choose methods, hosts and paths: beyond so many different ones they count as `other`. */
const MOST_SERVED = 10_000;

function rowsFor(method: string, status: string, path: ByteString, host: ByteString): ServedRows {
  const key = `${status} ${method} ${path} ${host}`;
  const known = served.get(key);
  if (known !== undefined) return known;
  if (served.size >= MOST_SERVED && host !== "other") return rowsFor("other", status, "other", "other");
  const made = servedRows(method, status, path, host);
  served.set(key, made);
  return made;
}

function requestBytes(x: Exchange): number {
  return x.hasBody ? Number(x.header("content-length") ?? 0) : 0;
}

function pathLabel(x: Exchange, place: number, status: number): ByteString {
  const route = options.routes[place - 1];
  if (route === undefined) return status === 405 ? "nomethod" : "noroute";
  if (route.aggregation === "off") return x.path;
  const last = route.path.slice(route.path.lastIndexOf("/") + 1);
  if (route.aggregation === "pattern" || !last.startsWith("{")) return route.path;
  return x.path.slice(0, x.path.lastIndexOf("/") + 1).toLowerCase() + last;
}

function servedRows(method: string, status: string, path: ByteString, host: ByteString): ServedRows {
  const values: Readonly<Record<Tag, ByteString>> = { host, path, method, status };
  const labels = (status: ByteString, ...own: readonly Tag[]): ByteString =>
    labelsText(
      Object.fromEntries(
        [...new Set([...options.tags, ...own])].map((tag) => [
          `http_${tag}`,
          tag === "status" ? status : values[tag],
        ]),
      ),
    );
  // Quirk: when a request is counted its status is not known yet.
  return {
    started: series.row(4, labels("")),
    startedByMethod: series.row(8, labels("", "method")),
    requestBytes: series.row(5, labels(status)),
    responseBytes: series.row(6, labels(status)),
    latency: series.row(7, labels(status)),
    byStatus: series.row(9, labels(status, "status")),
  };
}

// ---- calls of backends ----

/** Tells the backend where the call stands in a trace; returns when it was sent. */
export function traceCall(x: Exchange, call: Call): number {
  x.trace ??= {
    traceId: traceOf(x.header("x-b3-traceid")) ?? traceId(),
    spanId: spanId(),
    sampled: sampleRate > 0 && Math.random() < sampleRate,
    state: "",
  };
  const { traceId: id, sampled } = x.trace;
  call.headers.push("X-B3-TraceId", id, "X-B3-SpanId", spanId(), "X-B3-Sampled", sampled ? "1" : "0");
  return performance.now();
}

/** Of 64 bits or 128, the shorter one padded. [opencensus plugin/ochttp/propagation/b3] */
function traceOf(header: ByteString | undefined): string | undefined {
  if (header === undefined || !/^(?:[0-9a-f]{16}){1,2}$/i.test(header) || /^0+$/.test(header))
    return undefined;
  return header.toLowerCase().padStart(32, "0");
}

interface CallRows {
  readonly sent: Row;
  readonly received: Row;
  readonly latency: Row;
  readonly completed: Row;
}

const calls: (CallRows | undefined)[][] = [];

type Result = Answer | StreamedAnswer | UpstreamError;

/** What a call came to, whatever its status. */
export function countCall<Outcome extends Result>(client: number, sentAt: number, answer: Outcome): Outcome {
  if (answer instanceof UpstreamError) {
    count(client, 500, 0, performance.now() - sentAt);
    return answer;
  }
  if ("pipe" in answer)
    return counted(answer, (bytes) =>
      count(client, answer.status, bytes, performance.now() - sentAt),
    ) as Outcome;
  count(client, answer.status, answer.body.length, performance.now() - sentAt);
  return answer;
}

/** The same, but for answers that are refused for their status. */
export function countGoodCall<Outcome extends Result>(
  client: number,
  sentAt: number,
  answer: Outcome,
): Outcome {
  if (!(answer instanceof UpstreamError) && !("pipe" in answer) && !isSuccess(answer)) return answer;
  return countCall(client, sentAt, answer);
}

function count(client: number, status: number, bytes: number, durationMs: number): void {
  const rows = callRows(client, status);
  rows.completed[0]! += 1;
  observeBelow(rows.sent, SIZE, 0);
  observeBelow(rows.received, SIZE, bytes);
  observeBelow(rows.latency, LATENCY, durationMs);
}

function callRows(client: number, status: number): CallRows {
  calls[client] ??= [];
  const byStatus = calls[client];
  const known = byStatus[status];
  if (known !== undefined) return known;
  const { method, host, path } = options.clients[client]!;
  const values: Readonly<Record<Tag, ByteString>> = { host, path, method, status: utf8(String(status)) };
  const tags = [...new Set<Tag>([...options.tags, "method", "status"])];
  const labels = labelsText(Object.fromEntries(tags.map((tag) => [`http_client_${tag}`, values[tag]])));
  const made = {
    sent: series.row(0, labels),
    received: series.row(1, labels),
    latency: series.row(2, labels),
    completed: series.row(3, labels),
  };
  byStatus[status] = made;
  return made;
}
