// Messages on their way to a collector: over HTTP or as gRPC calls. [OTLP specification 1.x]
import { type ClientHttp2Session, connect } from "node:http2";
import type { Exchange } from "../../runtime/exchange.js";
import { logError } from "../../runtime/log.js";
import { Upstream } from "../../runtime/upstream.js";
import { UpstreamError } from "../../runtime/upstream-error.js";

export interface Collector {
  readonly host: string;
  readonly port: number;
  readonly http: boolean;
}

export type Signal = "traces" | "metrics";

const SERVICES: Readonly<Record<Signal, string>> = {
  traces: "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
  metrics: "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
};

const TIMEOUT_MS = 10_000;

/** No client waits for it, and so none leaves. */
const NOBODY = { onGone: () => () => {} } as unknown as Exchange;

/** Sends messages to one collector; what fails is logged and lost. */
export class CollectorClient {
  readonly #collector: Collector;
  readonly #upstream: Upstream;
  #session: ClientHttp2Session | undefined;

  constructor(collector: Collector) {
    this.#collector = collector;
    this.#upstream = new Upstream([this.#origin]);
  }

  async send(signal: Signal, message: Uint8Array): Promise<void> {
    try {
      await (this.#collector.http ? this.#post(signal, message) : this.#call(signal, message));
    } catch (fault) {
      logError(`[SERVICE: OpenTelemetry] ${signal} export: ${(fault as Error).message}`);
    }
  }

  close(): void {
    this.#session?.close();
  }

  /** The host may carry a scheme; without one it is not encrypted. */
  get #origin(): string {
    const { host, port } = this.#collector;
    return `${/^https?:\/\//.test(host) ? host : `http://${host}`}:${port}`;
  }

  async #post(signal: Signal, body: Uint8Array): Promise<void> {
    const answer = await this.#upstream.fetch(NOBODY, {
      method: "POST",
      target: `/v1/${signal}`,
      headers: ["Content-Type", "application/x-protobuf"],
      body,
      sized: true,
      deadline: performance.now() + TIMEOUT_MS,
    });
    if (answer instanceof UpstreamError) throw new Error(answer.message);
    if (answer.status < 200 || answer.status > 299) throw new Error(`the collector answers ${answer.status}`);
  }

  #call(signal: Signal, message: Uint8Array): Promise<void> {
    const session = this.#open();
    const head = Buffer.alloc(5);
    head.writeUInt32BE(message.length, 1);
    return new Promise((resolve, reject) => {
      const stream = session.request({
        ":method": "POST",
        ":path": SERVICES[signal],
        "content-type": "application/grpc",
        te: "trailers",
      });
      let status: string | undefined;
      const note = (headers: { readonly [name: string]: unknown }): void => {
        if (headers["grpc-status"] !== undefined) status = String(headers["grpc-status"]);
      };
      stream.on("response", note).on("trailers", note).on("error", reject).resume();
      stream.on("close", () =>
        status === "0"
          ? resolve()
          : reject(new Error(`the collector answers gRPC status ${status ?? "none"}`)),
      );
      stream.setTimeout(TIMEOUT_MS, () => stream.destroy(new Error("the collector does not answer")));
      stream.end(Buffer.concat([head, message]));
    });
  }

  #open(): ClientHttp2Session {
    const known = this.#session;
    if (known !== undefined && !known.closed && !known.destroyed) return known;
    const session = connect(this.#origin.replace(/^https:/, "http:"));
    session.on("error", () => session.destroy());
    session.unref();
    this.#session = session;
    return session;
  }
}
