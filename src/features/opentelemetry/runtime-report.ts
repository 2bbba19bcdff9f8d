// Who gets what was measured: pages for Prometheus, messages for collectors.
import type { ByteString } from "../../runtime/bytes.js";
import type { Exchange, FlatHeaders } from "../../runtime/exchange.js";
import { goFamilies, processFamilies } from "../../runtime/process-metrics.js";
import { labelsText, type PrintedFamily, printedFamily, type Row, SeriesSet } from "../../runtime/series.js";
import { serveAside } from "../../runtime/side-server.js";
import { thread } from "../../runtime/thread.js";
import { CollectorClient } from "./runtime-export.js";
import type { HeaderReport } from "./runtime-headers.js";
import {
  type AttributeValues,
  attributesOf,
  type Instrument,
  instruments,
  labelsOf,
  SCOPE,
} from "./runtime-instruments.js";
import { metricsRequest, type Span, traceRequest } from "./runtime-otlp.js";
import type { CallTimes } from "./runtime-times.js";
import { SpanQueue } from "./runtime-trace.js";

/** Attributes that are always there. */
export type Statics = readonly (readonly [name: string, value: ByteString])[];

/** Undefined: does not report them. */
export interface LayerFacts {
  readonly metrics: Statics | undefined;
  readonly traces: Statics | undefined;
  /** Spans tell of headers. */
  readonly headers?: HeaderReport;
}

/** What else the layer of the HTTP call reports. */
export interface ClientFacts extends LayerFacts {
  readonly readsMetrics?: true;
  readonly readsTraces?: true;
  readonly detailsMetrics?: true;
  readonly detailsTraces?: true;
}

export interface EndpointFacts {
  readonly method: string;
  readonly route: ByteString;
  /** Of the whole request. */
  readonly metricAttributes?: Statics;
  readonly traceAttributes?: Statics;
  readonly proxy?: LayerFacts;
  /** What comes to the backends of the headers of a request; where they are reported. */
  readonly sent?: (x: Exchange) => FlatHeaders;
}

export interface BackendFacts {
  readonly method: string;
  readonly route: ByteString;
  readonly endpointMethod: string;
  readonly endpointRoute: ByteString;
  readonly host: ByteString;
  readonly port: number;
  readonly stage?: LayerFacts;
  readonly client?: ClientFacts;
}

export interface Options {
  readonly service: Statics;
  /** From 0 to 1; below 1 the client's decision comes first. */
  readonly sampleRate: number;
  readonly skipPaths: readonly ByteString[];
  readonly propagates: boolean;
  readonly newNames: boolean;
  readonly global: LayerFacts;
  readonly otlp: readonly {
    readonly host: string;
    readonly port: number;
    readonly http: boolean;
    readonly metrics: boolean;
    readonly traces: boolean;
    readonly periodMs: number;
  }[];
  readonly prometheus: readonly {
    readonly address: string;
    readonly process: boolean;
    readonly go: boolean;
  }[];
  /** Takes the times of the parts of a call; where they are reported. */
  readonly times?: () => CallTimes;
  readonly endpoints: readonly EndpointFacts[];
  readonly backends: readonly BackendFacts[];
}

export class Reporter {
  readonly instruments: readonly Instrument[];
  readonly #series: SeriesSet;
  readonly #resource: AttributeValues;
  readonly #statics: readonly string[];
  readonly #spans: SpanQueue;
  readonly #endings: (() => Promise<void> | void)[] = [];

  constructor(options: Options) {
    this.instruments = instruments(options.newNames);
    this.#series = new SeriesSet("opentelemetry", this.instruments);
    this.#resource = resourceOf(options.service);
    this.#statics = staticNames(options);
    const clients = options.otlp.map((each) => ({ ...each, client: new CollectorClient(each) }));
    const traced = clients.filter((each) => each.traces);
    this.#spans = new SpanQueue(async (spans) => {
      const message = traceRequest(this.#resource, spans);
      await Promise.all(traced.map(({ client }) => client.send("traces", message)));
    });
    if (thread.leads) {
      for (const each of options.prometheus) this.#serve(each);
      for (const { client, periodMs, metrics } of clients) if (metrics) this.#push(client, periodMs);
    }
    this.#endings.push(() => {
      for (const { client } of clients) client.close();
      this.#series.close();
    });
  }

  row(which: number, labels: ByteString): Row {
    return this.#series.row(which, labels);
  }

  labels(attributes: AttributeValues): ByteString {
    return labelsOf(attributes);
  }

  span(span: Span): void {
    this.#spans.add(span);
  }

  /** Sends what waits. */
  async close(): Promise<void> {
    await this.#spans.close();
    for (const end of this.#endings) await end();
  }

  #serve({ address, process: withProcess, go }: Options["prometheus"][number]): void {
    const failed = (fault: Error): void => {
      process.stderr.write(
        `[SERVICE: kotel] The Prometheus exporter failed to listen and serve: ${fault.message}\n`,
      );
    };
    const more = (): readonly PrintedFamily[] => [
      ...(go ? goFamilies() : []),
      ...(withProcess ? processFamilies() : []),
      ...infoFamilies(this.#resource),
    ];
    const server = serveAside({
      address,
      failed,
      reply: async ({ path }) => {
        if (path !== "/metrics") return { status: 404, headers: PLAIN, body: "404 page not found\n" };
        return { status: 200, headers: PAGE, body: await this.#series.page(more()) };
      },
    });
    this.#endings.push(() => void server.close());
  }

  #push(client: CollectorClient, periodMs: number): void {
    const startedAt = performance.now();
    const push = async (): Promise<void> => {
      const totals = await this.#series.totals();
      const points = totals.map(({ rows }, index) => ({
        instrument: this.instruments[index]!,
        points: [...rows].map(([labels, row]) => [attributesOf(labels, this.#statics), row] as const),
      }));
      if (points.every((each) => each.points.length === 0)) return;
      await client.send("metrics", metricsRequest(this.#resource, points, startedAt));
    };
    const timer = setInterval(() => void push(), Math.min(periodMs, 2 ** 31 - 1)).unref();
    this.#endings.push(() => {
      clearInterval(timer);
      return push();
    });
  }
}

const PLAIN = { "Content-Type": "text/plain; charset=utf-8" };
const PAGE = { "Content-Type": "text/plain; version=0.0.4; charset=utf-8; escaping=underscores" };

function infoFamilies(resource: AttributeValues): readonly PrintedFamily[] {
  const scope = labelsText({ otel_scope_name: SCOPE, otel_scope_version: "" });
  const target = labelsText(
    Object.fromEntries(
      Object.entries(resource).map(([name, value]) => [name.replace(/[^A-Za-z0-9_]/g, "_"), String(value)]),
    ),
  );
  return [
    printedFamily("otel_scope_info", "gauge", "Instrumentation Scope metadata", [
      `otel_scope_info{${scope}} 1`,
    ]),
    printedFamily("target_info", "gauge", "Target metadata", [`target_info{${target}} 1`]),
  ];
}

/** What the environment says goes on top, as every OpenTelemetry SDK reads it. */
function resourceOf(service: Statics): AttributeValues {
  const given = (process.env.OTEL_RESOURCE_ATTRIBUTES ?? "").split(",").flatMap((pair) => {
    const [name = "", value] = pair.split("=");
    return name.trim() === "" || value === undefined ? [] : [[name.trim(), value.trim()] as const];
  });
  return { ...Object.fromEntries(given), ...Object.fromEntries(service) };
}

function staticNames({ global, endpoints, backends }: Options): readonly string[] {
  const lists = [
    global.metrics,
    ...endpoints.flatMap((each) => [each.metricAttributes, each.proxy?.metrics]),
    ...backends.flatMap((each) => [each.stage?.metrics, each.client?.metrics]),
  ];
  return lists.flatMap((list) => (list ?? []).map(([name]) => name));
}
