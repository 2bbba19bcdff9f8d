// Spans of sampled requests. A request that is not sampled has no trace, and nothing is done for it.
import type { Exchange, FlatHeaders, TraceContext } from "../../runtime/exchange.js";
import { spanId, traceId } from "../../runtime/trace-ids.js";
import type { HeaderReport } from "./runtime-headers.js";
import { addValues, type FixedAttributes, type Span, SpanKind, type SpanValue } from "./runtime-otlp.js";
import { SpanWriter } from "./runtime-span-writer.js";

/** A sampled request. Its own ids are those of the server's span. */
export class Trace implements TraceContext {
  readonly traceId: string;
  readonly spanId: string = spanId();
  readonly parentId: string;
  readonly sampled = true;
  readonly state: string;
  /** The span around all backends, and those around each of them by its number. */
  proxyId: string;
  readonly backendIds = new Map<number, string>();
  readonly callIds = new Map<number, string>();
  /** Where headers are reported: as backends got them, before and inside of their layers, and the client. */
  readonly sentHeaders = new Map<number, FlatHeaders>();
  readonly callHeaders = new Map<number, FlatHeaders>();
  replyHeaders: FlatHeaders | undefined = undefined;

  constructor(parent: TraceContext | undefined) {
    this.traceId = parent?.traceId ?? traceId();
    this.parentId = parent?.spanId ?? "";
    this.state = parent?.state ?? "";
    this.proxyId = this.spanId;
  }
}

/** Whether a request is traced; a rate below 1 follows the client's decision where there is one. */
export function isSampled(parent: TraceContext | undefined, rate: number): boolean {
  return rate >= 1 || (parent === undefined ? Math.random() < rate : parent.sampled);
}

export function traceOf(x: Exchange): Trace | undefined {
  return x.trace instanceof Trace ? x.trace : undefined;
}

const MOST_WAITING = 2048;
const MOST_AT_ONCE = 512;
const DELAY_MS = 5000;

/** Spans that wait to be sent: more than fit are lost. [OpenTelemetry SDK, batch processor] */
export class SpanQueue {
  readonly #send: (spans: Uint8Array) => Promise<void>;
  readonly #writer = new SpanWriter();
  /** Full batches that are being sent or wait for it. */
  #batches: Uint8Array[] = [];
  #sending = 0;
  readonly #timer: NodeJS.Timeout;

  /** `send` is given spans as fields of the message around them. */
  constructor(send: (spans: Uint8Array) => Promise<void>) {
    this.#send = send;
    this.#timer = setInterval(() => void this.flush(), DELAY_MS).unref();
  }

  add(span: Span): void {
    const waiting = this.#batches.length + this.#sending;
    if (waiting * MOST_AT_ONCE + this.#writer.count >= MOST_WAITING) return;
    this.#writer.add(span);
    if (this.#writer.count < MOST_AT_ONCE) return;
    this.#batches.push(this.#writer.take());
    setImmediate(() => void this.flush());
  }

  /** Sends all that there is, one message after the other. */
  async flush(): Promise<void> {
    if (this.#writer.count > 0) this.#batches.push(this.#writer.take());
    const batches = this.#batches;
    this.#batches = [];
    this.#sending += batches.length;
    for (const batch of batches) {
      await this.#send(batch);
      this.#sending -= 1;
    }
  }

  close(): Promise<void> {
    clearInterval(this.#timer);
    return this.flush();
  }
}

/** The span of the whole request. */
export function requestSpan(
  x: Exchange,
  trace: Trace,
  reply: {
    readonly status: number;
    readonly bytes: number;
    readonly durationMs: number;
    readonly route: string;
  },
  fixed: FixedAttributes,
  report: HeaderReport | undefined,
): Span {
  const length = x.hasBody ? x.header("content-length") : "0";
  const agent = x.header("user-agent");
  const attributes: SpanValue[] = [
    "url.full",
    x.query === "" ? x.path : `${x.path}?${x.query}`,
    "server.address",
    x.host,
    "http.request.method",
    x.method,
  ];
  if (length !== undefined) attributes.push("http.request.body.size", Number(length));
  if (agent !== undefined) attributes.push("user_agent.original", agent);
  attributes.push("client.address", x.clientIp);
  if (report !== undefined) {
    addValues(attributes, report.ofRequest(x.rawHeaders));
    addValues(attributes, report.ofAnswer(trace.replyHeaders ?? []));
  }
  attributes.push("http.route", reply.route, "http.response.status_code", reply.status);
  attributes.push("http.response.body.size", reply.bytes);
  return {
    traceId: trace.traceId,
    spanId: trace.spanId,
    parentId: trace.parentId,
    state: trace.state,
    name: x.path,
    kind: SpanKind.server,
    startedAt: x.startedAt,
    endedAt: x.startedAt + reply.durationMs,
    failed: false,
    fixed,
    attributes,
    events: undefined,
  };
}
