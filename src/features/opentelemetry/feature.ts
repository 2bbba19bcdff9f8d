// `telemetry/opentelemetry`: metrics for Prometheus and OTLP, traces for OTLP. [krakend-otel]
import { type Code, code, indent, join, runtimeOf } from "../../codegen/code.js";
import { Late } from "../../config/late.js";
import { defineMessages } from "../../diagnostics/messages.js";
import { at, type Located } from "../../source/located.js";
import { defineFeature, type EmitSite, type Site } from "../kit.js";
import { nominal, optionsOf } from "./emit.js";
import {
  type BackendPlan,
  type Both,
  backendOf,
  type ClientLayer,
  type Layer,
  layerOf,
  NAMESPACE,
  type Plan,
  type ProxyPlan,
  planOf,
  tellsHeaders,
} from "./plan.js";
import { backendSchema, type Config, endpointSchema, serviceSchema } from "./schema.js";

const exports = runtimeOf<typeof import("./runtime.js")>("gwc/opentelemetry");

const messages = defineMessages({
  "opentelemetry/repeated-name": {
    severity: "error",
    sentence: "two exporters are called `{name}`",
    hint: "give each a name of its own",
    krakend: "`cannot register exporters`: logs an error and serves without OpenTelemetry",
    compat: "serves without OpenTelemetry",
    explain: "The names of exporters tell them apart in overrides.",
    bad: '{ "exporters": { "otlp": [{ "name": "a" }, { "name": "a" }] } }',
    good: '{ "exporters": { "otlp": [{ "name": "a" }, { "name": "b" }] } }',
  },
  "opentelemetry/samples-all": {
    severity: "warning",
    sentence: "a `trace_sample_rate` of {rate} traces every request",
    hint: 'to trace none, say `"disable_traces": true` at the exporters',
    krakend: "traces every request",
    explain: "Only rates between 0 and 1 select; KrakenD takes any other for 1, and so does gwc.",
  },
});

const common = {
  room: "opentelemetry",
  namespace: NAMESPACE,
  lenient: "block",
  leniency: "logs an error and serves without OpenTelemetry",
} as const;

export const opentelemetry = defineFeature<Config, Plan>({
  ...common,
  stages: ["server"],
  schema: serviceSchema,
  messages: messages.messages,
  check(config, site, report) {
    const repeated = repeatedName(config);
    const span = (key: string) => at(site.block, key)?.span ?? site.keySpan;
    if (repeated !== undefined)
      report(messages.say("opentelemetry/repeated-name", span("exporters"), { name: repeated }));
    const rate = config.trace_sample_rate;
    const traces = planOf(config, site.compat).exportsTraces;
    if (traces && rate !== undefined && (rate <= 0 || rate > 1))
      report(messages.say("opentelemetry/samples-all", span("trace_sample_rate"), { rate }));
  },
  plan(config, site) {
    const plan = planOf(config, site.compat);
    const isSilent = !plan.exportsMetrics && !plan.exportsTraces;
    return isSilent || repeatedName(config) !== undefined ? undefined : plan;
  },
  settings: () => ({ service: { numbersRoutes: true } }),
  ports: ({ prometheus }) =>
    prometheus.map(({ host, port }) => ({
      name: "prometheus",
      address:
        host instanceof Late && host.nominal === undefined ? host : `${nominal(host)}:${nominal(port)}`,
      path: "/metrics",
    })),
  emit(plan, { gateway }) {
    if (gateway === undefined) return {};
    return {
      start: [code`${exports.startOpenTelemetry}({\n${indent(join(optionsOf(plan, gateway), ",\n"))},\n});`],
      ...(plan.exportsTraces ? { before: [code`${exports.openRequest}(x);`] } : {}),
      observe: [code`${exports.closeRequest}(x, status, bytes, durationMs);`],
      stop: [code`await ${exports.stopOpenTelemetry}();`],
    };
  },
});

/** At an endpoint: more attributes for the global layer. */
export const opentelemetryOfEndpoint = defineFeature<Config, { readonly global: Layer }>({
  ...common,
  stages: ["endpoint"],
  spreads: true,
  schema: endpointSchema,
  plan: (config) => ({ global: layerOf(config?.global ?? {}) }),
});

/** Around the backends together. */
export const opentelemetryOfProxy = defineFeature<Config, ProxyPlan>({
  ...common,
  stages: ["proxy"],
  spreads: true,
  schema: endpointSchema,
  plan(config, site) {
    const service = serviceOf(site);
    const layer = exported(
      config?.proxy === undefined ? service?.proxy : layerOf(config.proxy),
      service,
      site,
    );
    const listed = at(site.owner, "input_headers");
    const inputHeaders = listed?.kind === "array" ? listed.items.flatMap(loweredText) : [];
    return layer === undefined ? undefined : { ...layer, inputHeaders };
  },
  emit: (_plan, site) => timed(site, exports.openProxy, exports.closeProxy, endpointNumber(site)),
});

/** Around one backend. */
export const opentelemetryOfBackend = defineFeature<Config, Layer>({
  ...common,
  stages: ["backend"],
  spreads: true,
  schema: backendSchema,
  plan: (config, site) => exported(backendPlan(config, site).stage, serviceOf(site), site),
  emit(plan, site) {
    const number = backendNumber(site);
    const keep = code`${exports.keepHeaders}(x, ${number}, call);`;
    return {
      ...timed(site, exports.openBackend, exports.closeBackend, number),
      ...(tellsHeaders(plan) ? { beforeCall: [keep] } : {}),
    };
  },
});

/** Around the HTTP call of a backend. */
export const opentelemetryOfClient = defineFeature<Config, ClientLayer>({
  ...common,
  stages: ["client"],
  spreads: true,
  schema: backendSchema,
  plan(config, site) {
    const { client } = backendPlan(config, site);
    const layer = exported(client, serviceOf(site), site);
    return layer === undefined ? undefined : { ...client, ...layer };
  },
  emit(_plan, site) {
    const number = backendNumber(site);
    const sent = site.name(`${site.subject}Call`);
    return {
      beforeCall: [code`const ${sent} = ${exports.openCall}(x, ${number}, call);`],
      watch: (answer) => code`${exports.closeCall}(x, ${number}, ${sent}, ${answer})`,
    };
  },
});

function serviceOf(site: Site): Plan | undefined {
  return site.service as Plan | undefined;
}

function backendPlan(config: Config | undefined, site: Site): BackendPlan {
  const service = serviceOf(site)?.backend ?? backendOf(undefined);
  const own = config?.backend;
  if (own === undefined) return service;
  const replaced = backendOf(own);
  // What the override leaves out stays as it is; KrakenD dies of it.
  const pick = (mine: Layer, theirs: Layer): Layer => ({
    metrics: own.metrics === undefined ? theirs.metrics : mine.metrics,
    metricAttributes: own.metrics === undefined ? theirs.metricAttributes : mine.metricAttributes,
    traces: own.traces === undefined ? theirs.traces : mine.traces,
    traceAttributes: own.traces === undefined ? theirs.traceAttributes : mine.traceAttributes,
    skipHeaders: own.traces === undefined ? theirs.skipHeaders : mine.skipHeaders,
  });
  const both = (key: "details" | "reads"): Both => ({
    metrics: (own.metrics === undefined ? service : replaced).client[key].metrics,
    traces: (own.traces === undefined ? service : replaced).client[key].traces,
  });
  return {
    stage: pick(replaced.stage, service.stage),
    client: { ...pick(replaced.client, service.client), details: both("details"), reads: both("reads") },
  };
}

/** The layer as far as anybody gets what it reports; undefined where nobody does. */
function exported(layer: Layer | undefined, service: Plan | undefined, site: Site): Layer | undefined {
  if (layer === undefined || service === undefined) return undefined;
  const path = site.label.replace(/^\[ENDPOINT: (.*)\]$/, "$1");
  if (site.stage === "proxy" && service.skipPaths.includes(path)) return undefined;
  const metrics = layer.metrics && service.exportsMetrics;
  const traces = layer.traces && service.exportsTraces;
  return metrics || traces ? { ...layer, metrics, traces } : undefined;
}

function timed(site: EmitSite, open: Code, close: Code, number: number): { before: Code[]; after: Code[] } {
  const opened = site.name(`${site.subject}Opened`);
  return {
    before: [code`const ${opened} = ${open}(x, ${number});`],
    after: [code`${close}(x, ${number}, ${opened}, outcome);`],
  };
}

function endpointNumber({ gateway, endpoint }: EmitSite): number {
  return gateway === undefined || endpoint === undefined ? -1 : gateway.endpoints.indexOf(endpoint);
}

function backendNumber({ gateway, backend }: EmitSite): number {
  return gateway === undefined || backend === undefined
    ? -1
    : gateway.endpoints.flatMap((endpoint) => endpoint.backends).indexOf(backend);
}

function repeatedName(config: Config): string | undefined {
  const { otlp = [], prometheus = [] } = config.exporters ?? {};
  const names = [...otlp, ...prometheus].flatMap(({ name }) => (name === undefined ? [] : [name]));
  return names.find((name, index) => names.indexOf(name) !== index);
}

function loweredText(item: Located): readonly string[] {
  return item.kind === "string" ? [item.value.toLowerCase()] : [];
}
