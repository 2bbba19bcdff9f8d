// Plans -> what the runtime is told of layers, endpoints and backends.
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
import type { Backend, Endpoint, Gateway } from "../../model/model.js";
import type { Stage } from "../kit.js";
import {
  type Attributes,
  type ClientLayer,
  type Layer,
  layerOf,
  NAMESPACE,
  type Plan,
  type Prometheus,
  type ProxyPlan,
  tellsHeaders,
} from "./plan.js";

const exports = runtimeOf<typeof import("./runtime.js")>("gwc/opentelemetry");

/** What the runtime needs to know. */
export function optionsOf(plan: Plan, gateway: Gateway): readonly Code[] {
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
    ...(gateway.endpoints.some(isDetailed) ? [code`times: ${exports.connectionTimes}()`] : []),
    code`backends: ${listCode(gateway.endpoints.flatMap((each) => each.backends.map((backend) => backendCode(each, backend))))}`,
  ];
}

function endpointCode(endpoint: Endpoint, plan: Plan): Code {
  const own = planAt<{ global: Layer }>(endpoint.rooms, "endpoint")?.global ?? layerOf({});
  const proxy = planAt<ProxyPlan>(endpoint.rooms, "proxy");
  const parts = [
    code`method: ${endpoint.method}`,
    code`route: ${byteLiteral(routeOf(endpoint))}`,
    ...(own.metricAttributes.length === 0
      ? []
      : [code`metricAttributes: ${pairsCode(own.metricAttributes)}`]),
    ...(own.traceAttributes.length === 0 ? [] : [code`traceAttributes: ${pairsCode(own.traceAttributes)}`]),
    ...(proxy === undefined ? [] : [code`proxy: ${layerCode(proxy, plan)}`]),
    ...(proxy === undefined || !tellsHeaders(proxy)
      ? []
      : [code`sent: ${exports.passedHeaders}(${namesCode(proxy.inputHeaders)})`]),
  ];
  return code`{ ${join(parts, ", ")} }`;
}

function backendCode(endpoint: Endpoint, backend: Backend): Code {
  const stage = planAt<Layer>(backend.rooms, "backend");
  const client = clientOf(backend);
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
    ...(client === undefined ? [] : [code`client: ${layerCode(client, undefined, clientFlags(client))}`]),
  ];
  return code`{ ${join(parts, ", ")} }`;
}

function clientOf({ rooms }: Backend): ClientLayer | undefined {
  return planAt<ClientLayer>(rooms, "client");
}

/** What else the layer of the call reports, as far as anybody gets it. */
function clientFlags({ metrics, traces, reads, details }: ClientLayer): readonly Code[] {
  const flags = {
    readsMetrics: metrics && reads.metrics,
    readsTraces: traces && reads.traces,
    detailsMetrics: metrics && details.metrics,
    detailsTraces: traces && details.traces,
  };
  return Object.entries(flags).flatMap(([name, isOn]) => (isOn ? [code`${identifier(name)}: true`] : []));
}

function isDetailed({ backends }: Endpoint): boolean {
  return backends.some((backend) => {
    const client = clientOf(backend);
    if (client === undefined) return false;
    return (client.metrics && client.details.metrics) || (client.traces && client.details.traces);
  });
}

/** What the room was planned as at a place. */
function planAt<P>(rooms: Endpoint["rooms"], stage: Stage): P | undefined {
  const room = rooms.find(({ site }) => site.namespace === NAMESPACE && site.stage === stage);
  return room?.plan as P | undefined;
}

function layerCode(layer: Layer, plan?: Plan, more: readonly Code[] = []): Code {
  const metrics = layer.metrics && plan?.exportsMetrics !== false;
  const traces = layer.traces && plan?.exportsTraces !== false;
  const parts = [
    code`metrics: ${metrics ? pairsCode(layer.metricAttributes) : code`undefined`}`,
    code`traces: ${traces ? pairsCode(layer.traceAttributes) : code`undefined`}`,
    ...(traces && layer.skipHeaders !== undefined
      ? [code`headers: new ${exports.HeaderReport}(${namesCode(layer.skipHeaders)})`]
      : []),
    ...more,
  ];
  return code`{ ${join(parts, ", ")} }`;
}

/** As far as it is known when building; a port that is not known is none. */
export function nominal(value: string | number | Late): string {
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

function namesCode(names: readonly string[]): Code {
  return join(
    names.map((name) => byteLiteral(utf8(name))),
    ", ",
  );
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
