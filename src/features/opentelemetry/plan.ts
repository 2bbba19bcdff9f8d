// Config -> Plan: what is measured where, and who gets it. [krakend-otel config/lura.go, state/config.go]
import type { Late } from "../../config/late.js";
import type { Attribute, BackendLayer, BackendPart, Config, ProxyLayer } from "./schema.js";

export const NAMESPACE = "telemetry/opentelemetry";

/** Pairs of name and value. */
export type Attributes = readonly (readonly [name: string, value: string | Late])[];

export interface Otlp {
  readonly host: string | Late;
  readonly port: number | Late;
  readonly http: boolean;
  readonly metrics: boolean;
  readonly traces: boolean;
  readonly periodMs: number;
}

export interface Prometheus {
  /** Empty: all addresses. */
  readonly host: string | Late;
  readonly port: number | Late;
  readonly process: boolean;
  readonly go: boolean;
}

/** Which of the two a layer reports, with what it always says. */
export interface Layer {
  readonly metrics: boolean;
  readonly traces: boolean;
  readonly metricAttributes: Attributes;
  readonly traceAttributes: Attributes;
  /** Names in lower case that spans leave out of the headers they tell of; undefined: they tell of none. */
  readonly skipHeaders: readonly string[] | undefined;
}

/** The layer around the backends together. */
export interface ProxyPlan extends Layer {
  /** `input_headers` of the endpoint, in lower case. */
  readonly inputHeaders: readonly string[];
}

/** One thing for metrics and for traces. */
export interface Both {
  readonly metrics: boolean;
  readonly traces: boolean;
}

export interface ClientLayer extends Layer {
  readonly details: Both;
  readonly reads: Both;
}

export interface BackendPlan {
  readonly stage: Layer;
  readonly client: ClientLayer;
}

export interface Plan {
  readonly service: Attributes;
  /** From 0 to 1; 1: every request. */
  readonly sampleRate: number;
  readonly skipPaths: readonly string[];
  readonly otlp: readonly Otlp[];
  readonly prometheus: readonly Prometheus[];
  readonly exportsMetrics: boolean;
  readonly exportsTraces: boolean;
  readonly global: Layer;
  readonly propagates: boolean;
  /** Names of metrics as in the conventions 1.27. */
  readonly newNames: boolean;
  readonly proxy: Layer;
  readonly backend: BackendPlan;
}

const SKIPPED = ["/__health", "/__debug/", "/__echo/", "/__stats/"];
const SECOND = 1000;
const PERIOD_S = 30;

export function planOf(config: Config, compat: boolean): Plan {
  const { global = {}, proxy = {}, backend } = config.layers ?? {};
  const otlp = otlpOf(config);
  const prometheus = prometheusOf(config, compat);
  const rate = config.trace_sample_rate;
  const exportsMetrics = prometheus.length > 0 || otlp.some((each) => each.metrics);
  const exportsTraces = otlp.some((each) => each.traces);
  return {
    service: serviceOf(config),
    // Quirk: 0 is not between 0 and 1, so it samples everything.
    sampleRate: rate !== undefined && rate > 0 && rate < 1 ? rate : 1,
    skipPaths: (config.skip_paths?.length ?? 0) === 0 ? SKIPPED : config.skip_paths!,
    otlp,
    prometheus,
    exportsMetrics,
    exportsTraces,
    global: layerOf(global),
    propagates: global.disable_propagation !== true,
    newNames: global.semantic_convention === "1.27",
    proxy: layerOf(proxy),
    backend: backendOf(backend),
  };
}

function serviceOf({ service_name, service_version, deploy_env }: Config): Attributes {
  return [
    ["service.name", service_name ?? ""],
    ["service.version", service_version ?? ""],
    ...(deploy_env ? [["deployment.environment", deploy_env] as const] : []),
  ];
}

function otlpOf(config: Config): readonly Otlp[] {
  const period = config.metric_reporting_period || PERIOD_S;
  return (config.exporters?.otlp ?? []).map((each) => ({
    host: each.host || "localhost",
    port: each.port || 4317,
    http: each.use_http === true,
    metrics: each.disable_metrics !== true,
    traces: each.disable_traces !== true,
    periodMs: Math.max(1, each.custom_metric_reporting_period || period) * SECOND,
  }));
}

function prometheusOf(config: Config, compat: boolean): readonly Prometheus[] {
  return (config.exporters?.prometheus ?? [])
    .filter((each) => each.disable_metrics !== true)
    .map((each) => ({
      host: each.host || (compat ? "" : each.listen_ip) || "",
      port: each.port || 9090,
      process: each.process_metrics === true,
      go: each.go_metrics === true,
    }));
}

export function layerOf(layer: ProxyLayer): Layer {
  return {
    metrics: layer.disable_metrics !== true,
    traces: layer.disable_traces !== true,
    metricAttributes: pairsOf(layer.metrics_static_attributes),
    traceAttributes: pairsOf(layer.traces_static_attributes),
    skipHeaders: skippedBy(layer),
  };
}

/** A part that is absent is on as a whole; of one that is there, what it says. */
export function backendOf(layer: BackendLayer | undefined): BackendPlan {
  const all: BackendPart = { round_trip: true, read_payload: true, detailed_connection: true };
  const metrics = layer?.metrics ?? all;
  const traces = layer?.traces ?? all;
  const attributes = {
    metricAttributes: pairsOf(metrics.static_attributes),
    traceAttributes: pairsOf(traces.static_attributes),
    skipHeaders: skippedBy(traces),
  };
  const both = (key: "detailed_connection" | "read_payload"): Both => ({
    metrics: metrics[key] === true,
    traces: traces[key] === true,
  });
  const watches = (part: BackendPart): boolean => part.round_trip === true || part.read_payload === true;
  return {
    stage: { metrics: metrics.disable_stage !== true, traces: traces.disable_stage !== true, ...attributes },
    client: {
      metrics: watches(metrics),
      traces: watches(traces),
      details: both("detailed_connection"),
      reads: both("read_payload"),
      ...attributes,
    },
  };
}

function skippedBy({ report_headers, skip_headers }: ProxyLayer | BackendPart): Layer["skipHeaders"] {
  return report_headers === true ? (skip_headers ?? []).map((name) => name.toLowerCase()) : undefined;
}

/** Whether spans of the layer tell of headers. */
export function tellsHeaders({ traces, skipHeaders }: Layer): boolean {
  return traces && skipHeaders !== undefined;
}

export function pairsOf(attributes: readonly Attribute[] | undefined): Attributes {
  return (attributes ?? []).flatMap(({ key, value }) => (key ? [[key, value ?? ""] as const] : []));
}
