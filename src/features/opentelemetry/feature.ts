// `telemetry/opentelemetry`: metrics for Prometheus and OTLP, traces for OTLP. [krakend-otel]
import {
  byteLiteral,
  type Code,
  code,
  identifier,
  indent,
  join,
  lines,
  runtimeOf,
  template,
} from "../../codegen/code.js";
import { Late } from "../../config/late.js";
import { defineMessages } from "../../diagnostics/messages.js";
import type { Backend, Endpoint, Gateway } from "../../model/model.js";
import { at } from "../../source/located.js";
import { defineFeature, type EmitSite, type Site } from "../kit.js";
import {
  type Attributes,
  type BackendPlan,
  backendOf,
  type Layer,
  layerOf,
  type Plan,
  type Prometheus,
  planOf,
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
  "opentelemetry/no-headers": {
    severity: "warning",
    sentence: "gwc does not report headers in traces",
    hint: "delete `report_headers`",
    krakend: "adds the headers of requests and answers to spans",
    explain: "Spans say method, address, route, status and sizes, but no headers.",
  },
});

const common = {
  room: "opentelemetry",
  namespace: "telemetry/opentelemetry",
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
    const { global, proxy, backend } = config.layers ?? {};
    if ([global, proxy, backend?.traces].some((each) => each?.report_headers === true))
      report(messages.say("opentelemetry/no-headers", span("layers")));
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
export const opentelemetryOfProxy = defineFeature<Config, Layer>({
  ...common,
  stages: ["proxy"],
  spreads: true,
  schema: endpointSchema,
  plan(config, site) {
    const service = serviceOf(site);
    const layer = config?.proxy === undefined ? service?.proxy : layerOf(config.proxy);
    return exported(layer, service, site);
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
  emit: (_plan, site) => timed(site, exports.openBackend, exports.closeBackend, backendNumber(site)),
});

/** Around the HTTP call of a backend. */
export const opentelemetryOfClient = defineFeature<Config, Layer & { readonly detailed: boolean }>({
  ...common,
  stages: ["client"],
  spreads: true,
  schema: backendSchema,
  plan(config, site) {
    const { client } = backendPlan(config, site);
    const layer = exported(client, serviceOf(site), site);
    return layer === undefined ? undefined : { ...layer, detailed: client.detailed };
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
  });
  const detailed = own.metrics === undefined ? service.client.detailed : replaced.client.detailed;
  return {
    stage: pick(replaced.stage, service.stage),
    client: { ...pick(replaced.client, service.client), detailed },
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
  return gateway === undefined || backend === undefined ? -1 : backendsOf(gateway).indexOf(backend);
}

function backendsOf(gateway: Gateway): readonly Backend[] {
  return gateway.endpoints.flatMap((endpoint) => endpoint.backends);
}

function repeatedName(config: Config): string | undefined {
  const { otlp = [], prometheus = [] } = config.exporters ?? {};
  const names = [...otlp, ...prometheus].flatMap(({ name }) => (name === undefined ? [] : [name]));
  return names.find((name, index) => names.indexOf(name) !== index);
}

// ---- what the runtime needs to know ----

function optionsOf(plan: Plan, gateway: Gateway): readonly Code[] {
  const names = new Map(plan.service);
  const service: Attributes = [
    ["service.name", names.get("service.name") || gateway.name || "KrakenD"],
    ["service.version", names.get("service.version") || "2.13.8"],
    ...plan.service.filter(([name]) => !name.startsWith("service.")),
  ];
  return [
    code`service: ${pairsCode(service)}`,
    code`sampleRate: ${plan.sampleRate}`,
    code`skipPaths: [${join(
      plan.skipPaths.map((path) => byteLiteral(utf8(path))),
      ", ",
    )}]`,
    code`propagates: ${plan.propagates}`,
    code`newNames: ${plan.newNames}`,
    code`global: ${layerCode(plan.global, plan)}`,
    code`otlp: ${listCode(plan.otlp.map(recordCode))}`,
    code`prometheus: ${listCode(plan.prometheus.map(prometheusCode))}`,
    code`endpoints: ${listCode(gateway.endpoints.map((each) => endpointCode(each, plan)))}`,
    code`backends: ${listCode(gateway.endpoints.flatMap((each) => each.backends.map((backend) => backendCode(each, backend))))}`,
  ];
}

function endpointCode(endpoint: Endpoint, plan: Plan): Code {
  const own = planAt<{ global: Layer }>(endpoint.rooms, opentelemetryOfEndpoint)?.global ?? layerOf({});
  const proxy = planAt<Layer>(endpoint.rooms, opentelemetryOfProxy);
  const parts = [
    code`method: ${endpoint.method}`,
    code`route: ${byteLiteral(routeOf(endpoint))}`,
    ...(own.metricAttributes.length === 0
      ? []
      : [code`metricAttributes: ${pairsCode(own.metricAttributes)}`]),
    ...(own.traceAttributes.length === 0 ? [] : [code`traceAttributes: ${pairsCode(own.traceAttributes)}`]),
    ...(proxy === undefined ? [] : [code`proxy: ${layerCode(proxy, plan)}`]),
  ];
  return code`{ ${join(parts, ", ")} }`;
}

function backendCode(endpoint: Endpoint, backend: Backend): Code {
  const stage = planAt<Layer>(backend.rooms, opentelemetryOfBackend);
  const client = planAt<Layer & { detailed: boolean }>(backend.rooms, opentelemetryOfClient);
  const path = backend.patternText.replace(/\{\{\.(.*?)\}\}/g, ":$1");
  const [host] = backend.hosts;
  const [, name = "", port] =
    /^[a-z]+:\/\/(?:[^@/]*@)?([^:/]*|\[[^\]]*\])(:\d+)?/i.exec(typeof host === "string" ? host : "") ?? [];
  const parts = [
    code`method: ${backend.method}`,
    code`route: ${byteLiteral(lowered(path))}`,
    code`endpointMethod: ${endpoint.method}`,
    code`endpointRoute: ${byteLiteral(routeOf(endpoint))}`,
    code`host: ${byteLiteral(name)}`,
    // Quirk: 80 where the host names a port, whichever, and 0 where it does not.
    code`port: ${port === undefined ? 0 : 80}`,
    ...(stage === undefined ? [] : [code`stage: ${layerCode(stage)}`]),
    ...(client === undefined ? [] : [code`client: ${layerCode(client)}`, code`detailed: ${client.detailed}`]),
  ];
  return code`{ ${join(parts, ", ")} }`;
}

function planAt<P>(rooms: Endpoint["rooms"], feature: unknown): P | undefined {
  return rooms.find((each) => each.feature === feature)?.plan as P | undefined;
}

function layerCode(layer: Layer, plan?: Plan): Code {
  const metrics = layer.metrics && plan?.exportsMetrics !== false;
  const traces = layer.traces && plan?.exportsTraces !== false;
  const parts = [
    code`metrics: ${metrics ? pairsCode(layer.metricAttributes) : code`undefined`}`,
    code`traces: ${traces ? pairsCode(layer.traceAttributes) : code`undefined`}`,
  ];
  return code`{ ${join(parts, ", ")} }`;
}

/** As far as it is known when building; a port that is not known is none. */
function nominal(value: string | number | Late): string {
  return value instanceof Late ? (value.nominal ?? "") : String(value);
}

function prometheusCode({ host, port, ...rest }: Prometheus): Code {
  const isKnown = !(host instanceof Late || port instanceof Late);
  const part = (value: string | number | Late): string | Code =>
    value instanceof Late ? code`${value}` : String(value);
  const address = isKnown ? code`${`${host}:${port}`}` : template([part(host), ":", part(port)]);
  const parts = Object.entries(rest).map(([key, value]) => code`${identifier(key)}: ${value}`);
  return code`{ ${join([code`address: ${address}`, ...parts], ", ")} }`;
}

function recordCode(record: object): Code {
  const parts = Object.entries(record).map(
    ([key, value]) => code`${identifier(key)}: ${value as string | number | boolean | Late}`,
  );
  return code`{ ${join(parts, ", ")} }`;
}

function pairsCode(pairs: Attributes): Code {
  return code`[${join(
    pairs.map(([name, value]) => code`[${byteLiteral(utf8(name))}, ${byteLiteral(utf8(value))}]`),
    ", ",
  )}]`;
}

function listCode(items: readonly Code[]): Code {
  return items.length === 0 ? code`[]` : code`[\n${indent(lines(items.map((each) => code`${each},`)))}\n]`;
}

/** `[ENDPOINT: /users/:id]` -> `/users/:id`. */
function routeOf({ label }: Endpoint): string {
  return label.slice("[ENDPOINT: ".length, -1);
}

function utf8<Text extends string | Late>(value: Text): Text | string {
  return value instanceof Late ? value : Buffer.from(value, "utf8").toString("latin1");
}

function lowered(bytes: string): string {
  return utf8(Buffer.from(bytes, "latin1").toString("utf8").toLowerCase());
}
