// Spans of sampled requests. A request that is not sampled has no trace, and nothing is done for it.
import type { Exchange, FlatHeaders, TraceContext } from "../../runtime/exchange.js";
import { spanId, traceId } from "../../runtime/trace-ids.js";
import { type FixedAttributes, type Span, SpanKind, type SpanValues } from "./runtime-otlp.js";
import { readContext } from "./runtime-propagation.js";

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

  /** What a span below another one has of the trace. */
  span(parentId: string): Pick<Span, "traceId" | "parentId" | "state"> {
    return { traceId: this.traceId, parentId, state: this.state };
  }
}

/**
 * Whether and how a request is traced; `rate` below 1 follows the client's decision where there is
 * one. Undefined: it is not.
 */
export function startTrace(x: Exchange, rate: number, propagates: boolean): Trace | undefined {
  const parent = propagates ? readContext(x) : undefined;
  const sampled = rate >= 1 || (parent === undefined ? Math.random() < rate : parent.sampled);
  if (!sampled) return undefined;
  const trace = new Trace(parent);
  x.trace = trace;
  return trace;
}

export function traceOf(x: Exchange): Trace | undefined {
  return x.trace instanceof Trace ? x.trace : undefined;
}

const MOST_WAITING = 2048;
const MOST_AT_ONCE = 512;
const DELAY_MS = 5000;

/** Spans that wait to be sent: more than fit are lost. [OpenTelemetry SDK, batch processor] */
export class SpanQueue {
  readonly #send: (spans: readonly Span[]) => Promise<void>;
  #spans: Span[] = [];
  readonly #timer: NodeJS.Timeout;

  constructor(send: (spans: readonly Span[]) => Promise<void>) {
    this.#send = send;
    this.#timer = setInterval(() => void this.flush(), DELAY_MS).unref();
  }

  add(span: Span): void {
    if (this.#spans.length >= MOST_WAITING) return;
    this.#spans.push(span);
    if (this.#spans.length === MOST_AT_ONCE) setImmediate(() => void this.flush());
  }

  async flush(): Promise<void> {
    const spans = this.#spans;
    this.#spans = [];
    for (let start = 0; start < spans.length; start += MOST_AT_ONCE)
      await this.#send(spans.slice(start, start + MOST_AT_ONCE));
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
  more: SpanValues,
): Span {
  const target = x.query === "" ? x.path : `${x.path}?${x.query}`;
  const agent = x.header("user-agent");
  const length = x.hasBody ? x.header("content-length") : "0";
  return {
    ...trace.span(trace.parentId),
    spanId: trace.spanId,
    name: x.path,
    kind: SpanKind.server,
    startedAt: x.startedAt,
    endedAt: x.startedAt + reply.durationMs,
    failed: false,
    fixed,
    attributes: {
      "url.full": target,
      "server.address": x.host,
      "http.request.method": x.method,
      ...(length === undefined ? {} : { "http.request.body.size": Number(length) }),
      ...(agent === undefined ? {} : { "user_agent.original": agent }),
      "client.address": x.clientIp,
      ...more,
      "http.route": reply.route,
      "http.response.status_code": reply.status,
      "http.response.body.size": reply.bytes,
    },
  };
}
