// The block of `telemetry/opentelemetry`, keys as in krakend.json. [krakend-otel config/config.go]

import type { Late } from "../../config/late.js";

export interface Attribute {
  readonly key?: string;
  readonly value?: string | Late;
}

export interface ProxyLayer {
  readonly disable_metrics?: boolean;
  readonly disable_traces?: boolean;
  readonly report_headers?: boolean;
  readonly skip_headers?: readonly string[];
  readonly metrics_static_attributes?: readonly Attribute[];
  readonly traces_static_attributes?: readonly Attribute[];
}

export interface GlobalLayer extends ProxyLayer {
  readonly disable_propagation?: boolean;
  readonly semantic_convention?: string;
}

export interface BackendPart {
  readonly disable_stage?: boolean;
  readonly round_trip?: boolean;
  readonly read_payload?: boolean;
  readonly detailed_connection?: boolean;
  readonly report_headers?: boolean;
  readonly skip_headers?: readonly string[];
  readonly static_attributes?: readonly Attribute[];
}

export interface BackendLayer {
  readonly metrics?: BackendPart;
  readonly traces?: BackendPart;
}

export interface OtlpExporter {
  readonly name?: string;
  readonly host?: string | Late;
  readonly port?: number | Late;
  readonly use_http?: boolean;
  readonly disable_metrics?: boolean;
  readonly disable_traces?: boolean;
  readonly custom_metric_reporting_period?: number;
}

export interface PrometheusExporter {
  readonly name?: string;
  readonly port?: number | Late;
  readonly host?: string | Late;
  readonly listen_ip?: string | Late;
  readonly process_metrics?: boolean;
  readonly go_metrics?: boolean;
  readonly disable_metrics?: boolean;
}

export interface Config {
  readonly service_name?: string | Late;
  readonly service_version?: string | Late;
  readonly deploy_env?: string | Late;
  readonly metric_reporting_period?: number;
  readonly trace_sample_rate?: number;
  readonly skip_paths?: readonly string[];
  readonly exporters?: {
    readonly otlp?: readonly OtlpExporter[];
    readonly prometheus?: readonly PrometheusExporter[];
  };
  readonly layers?: {
    readonly global?: GlobalLayer;
    readonly proxy?: ProxyLayer;
    readonly backend?: BackendLayer;
  };
  /** Of an endpoint. */
  readonly global?: GlobalLayer;
  readonly proxy?: ProxyLayer;
  /** Of a backend. */
  readonly backend?: BackendLayer;
}

const flag = { type: "boolean" } as const;
const text = { type: "string", atStart: "bytes" } as const;
const name = { type: "string", atBuild: "names are compared when building" } as const;
const host = { type: "string", atStart: "name" } as const;
const port = { type: "number", atStart: "port" } as const;
const number = { type: "number" } as const;
const paths = {
  type: "array",
  items: { type: "string", atBuild: "paths are compared when building" },
} as const;

function object(properties: Readonly<Record<string, unknown>>): object {
  return { type: "object", properties };
}

function list(items: object): object {
  return { type: "array", items };
}

const attributes = list(object({ key: name, value: text }));

const proxy = {
  disable_metrics: flag,
  disable_traces: flag,
  report_headers: flag,
  skip_headers: { type: "array", items: { type: "string", atBuild: "gwc reports no headers" } },
  metrics_static_attributes: attributes,
  traces_static_attributes: attributes,
};

const part = object({
  disable_stage: flag,
  round_trip: flag,
  read_payload: flag,
  detailed_connection: flag,
  report_headers: flag,
  skip_headers: { type: "array", items: { type: "string", atBuild: "gwc reports no headers" } },
  static_attributes: attributes,
});

const global = object({
  ...proxy,
  disable_propagation: flag,
  semantic_convention: { type: "string", atBuild: "it decides which metrics there are" },
});
const backend = object({ metrics: part, traces: part });

const otlp = object({
  name,
  host,
  port,
  use_http: flag,
  disable_metrics: flag,
  disable_traces: flag,
  custom_metric_reporting_period: number,
});

const prometheus = object({
  name,
  port,
  host,
  listen_ip: { type: "string", atStart: "address" },
  process_metrics: flag,
  go_metrics: flag,
  disable_metrics: flag,
});

export const serviceSchema: Readonly<Record<string, unknown>> = {
  type: "object",
  properties: {
    service_name: text,
    service_version: text,
    deploy_env: text,
    metric_reporting_period: number,
    trace_sample_rate: number,
    skip_paths: paths,
    exporters: object({ otlp: list(otlp), prometheus: list(prometheus) }),
    layers: object({ global, proxy: object(proxy), backend }),
  },
};

export const endpointSchema: Readonly<Record<string, unknown>> = {
  type: "object",
  properties: { global, proxy: object(proxy) },
};

export const backendSchema: Readonly<Record<string, unknown>> = { type: "object", properties: { backend } };
