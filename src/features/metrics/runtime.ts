// Counting, and the statistics page on its own port. [krakend-metrics metrics.go, gin/metrics.go]
import type { Server } from "node:http";
import type { Exchange } from "../../runtime/exchange.js";
import type { Keyed } from "../../runtime/json/members.js";
import type { Members } from "../../runtime/json/text.js";
import { logDebug, logError } from "../../runtime/log.js";
import type { Outcome } from "../../runtime/outcome.js";
import { type SideReply, type SideRequest, serveAside } from "../../runtime/side-server.js";
import { thread } from "../../runtime/thread.js";
import { Collection, type MetricNames } from "./runtime-collect.js";
import { type Period, statsDocument, statsForPrometheus } from "./runtime-page.js";
import { readProcess, watchCollector } from "./runtime-process.js";

export interface MetricsOptions extends MetricNames {
  /** Where the page is served; undefined: nowhere. */
  readonly address: string | undefined;
  /** Length of the periods that histograms show. */
  readonly collectionMs: number;
}

let collection: Collection;
let stop = (): void => {};

/** Before the first request. */
export function startMetrics(options: MetricsOptions): void {
  collection = new Collection(options);
  const endings = [
    everyPeriod(options.collectionMs),
    ...(thread.leads && options.address !== undefined ? [serve(options.address), watchCollector()] : []),
  ];
  stop = () => {
    for (const end of endings) end();
    collection.close();
  };
}

export function stopMetrics(): void {
  stop();
}

/** A request reached a route. */
export function countConnection(): void {
  collection.connect();
}

/** A reply was sent. */
export function countReply(x: Exchange, status: number, bytes: number, durationMs: number): void {
  collection.reply(x, status, bytes, durationMs);
}

/** What all backends of a route came to; `startedAt` on the clock of performance.now(). */
export function countPipe(index: number, outcome: Outcome<Members | Keyed>, startedAt: number): void {
  collection.pipe(index, outcome, startedAt);
}

/** What one backend came to. */
export function countBackend(index: number, outcome: Outcome<Members | Keyed>, startedAt: number): void {
  collection.backend(index, outcome, startedAt);
}

// ---- periods ----

interface Mark {
  before: number;
  last: number;
}

const marks = { connected: { before: 0, last: 0 }, disconnected: { before: 0, last: 0 } };

function everyPeriod(ms: number): () => void {
  const timer = setInterval(
    () => {
      collection.endPeriod();
      if (thread.leads) void collection.read().then(endPeriod);
    },
    Math.min(ms, 2 ** 31 - 1),
  );
  timer.unref();
  return () => clearInterval(timer);
}

function endPeriod(reading: { readonly connected: number; readonly disconnected: number }): void {
  for (const direction of ["connected", "disconnected"] as const) {
    const mark: Mark = marks[direction];
    mark.last = reading[direction] - mark.before;
    mark.before = reading[direction];
  }
}

function periodOf(total: number, { before, last }: Mark): Period {
  return { now: total - before, before, last };
}

// ---- the page ----

function serve(address: string): () => void {
  const failed = (fault: Error): void => logError(`[SERVICE: Stats] ${fault.message}`);
  const server: Server = serveAside({ address, reply, failed });
  server.on("listening", () =>
    logDebug(`[SERVICE: Stats] The endpoint /__stats is now available on ${address}`),
  );
  return () => server.close();
}

const TEXT = { "Content-Type": "text/plain" };

async function reply({ method, path, accept }: SideRequest): Promise<SideReply> {
  if (path === "/__stats/") {
    const body = method === "GET" ? '<a href="/__stats">Moved Permanently</a>.\n\n' : "";
    const headers = {
      Location: "/__stats",
      ...(method === "GET" ? { "Content-Type": "text/html; charset=utf-8" } : {}),
    };
    return method === "GET" ? { status: 301, headers, body } : { status: 307, headers, body };
  }
  if (path !== "/__stats") return { status: 404, headers: TEXT, body: "404 page not found" };
  if (method !== "GET")
    return { status: 405, headers: { ...TEXT, Allow: "GET" }, body: "405 method not allowed" };
  const reading = await collection.read();
  if (/openmetrics-text|text\/plain/.test(accept)) {
    const headers = { "Content-Type": "text/plain; version=0.0.4; charset=utf-8" };
    return { status: 200, headers, body: statsForPrometheus(collection.names, reading) };
  }
  const periods = {
    connected: periodOf(reading.connected, marks.connected),
    disconnected: periodOf(reading.disconnected, marks.disconnected),
  };
  const body = statsDocument(collection.names, reading, periods, readProcess());
  return { status: 200, headers: { "Content-Type": "application/json; charset=utf-8" }, body };
}
