// `telemetry/metrics`: counters and latencies, served as `/__stats` on a port of their own.
// [krakend-metrics metrics.go, gin/metrics.go, router.go, proxy.go]
import { byteLiteral, type Code, code, indent, join, runtimeOf } from "../../codegen/code.js";
import { parseDuration } from "../../config/duration.js";
import { Late } from "../../config/late.js";
import { defineMessages } from "../../diagnostics/messages.js";
import type { Gateway } from "../../model/model.js";
import { at } from "../../source/located.js";
import { defineFeature, type EmitSite, type Site } from "../kit.js";

const exports = runtimeOf<typeof import("./runtime.js")>("gwc/metrics");

interface Config {
  readonly collection_time?: string;
  readonly listen_address?: string | Late;
  readonly proxy_disabled?: boolean;
  readonly router_disabled?: boolean;
  readonly backend_disabled?: boolean;
  readonly endpoint_disabled?: boolean;
}

interface Plan {
  readonly collectionMs: number;
  /** Undefined: collected, but not served. */
  readonly address: string | Late | undefined;
  readonly router: boolean;
  readonly proxy: boolean;
  readonly backend: boolean;
}

const messages = defineMessages({
  "metrics/bad-duration": {
    severity: "warning",
    sentence: "`collection_time` is no duration, so a minute counts",
    hint: "write a duration such as `60s`",
    krakend: "collects every minute",
    explain: "Histograms show one period of this length; then they begin anew.",
  },
  "metrics/no-period": {
    severity: "error",
    sentence: "`collection_time` is `{value}`, but a period must be longer than nothing",
    hint: "write a duration such as `60s`",
    krakend: "`panic: non-positive interval for NewTicker`, and does not start",
    explain: "Histograms show one period of this length; then they begin anew.",
  },
  "metrics/bad-address": {
    severity: "error",
    sentence: "`{address}` is no address to listen on",
    hint: "write a port after a colon, with or without a host: `:8090`, `127.0.0.1:8090`",
    krakend: "logs an error and serves without statistics",
    compat: "serves without statistics",
    explain: "`/__stats` is served on a port of its own.",
    bad: '{ "telemetry/metrics": { "listen_address": "8090" } }',
    good: '{ "telemetry/metrics": { "listen_address": ":8090" } }',
  },
});

const flag = { type: "boolean" } as const;
const schema = {
  type: "object",
  properties: {
    collection_time: { type: "string", fatal: true, atBuild: "periods are calculated when building" },
    listen_address: { type: "string", atStart: "host and port" },
    proxy_disabled: flag,
    router_disabled: flag,
    backend_disabled: flag,
    endpoint_disabled: flag,
  },
};

const common = {
  room: "metrics",
  namespace: "telemetry/metrics",
  schema,
  lenient: "member",
  leniency: "takes the value as absent",
} as const;

const MINUTE_MS = 60_000;

export const metrics = defineFeature<Config, Plan>({
  ...common,
  stages: ["service"],
  messages: messages.messages,
  check(config, site, report) {
    const span = (key: string) => at(site.block, key)?.span ?? site.keySpan;
    const period = parseDuration(config.collection_time ?? "");
    if (typeof period === "number" && period <= 0)
      report(
        messages.say("metrics/no-period", span("collection_time"), { value: config.collection_time ?? "" }),
      );
    else if (config.collection_time !== undefined && typeof period === "string")
      report(messages.say("metrics/bad-duration", span("collection_time")));
    const address = config.listen_address ?? "";
    if (address !== "" && !isAddress(address))
      report(messages.say("metrics/bad-address", span("listen_address"), { address: String(address) }));
  },
  plan(config) {
    const address = config.listen_address || ":8090";
    return {
      collectionMs: periodOf(config) ?? MINUTE_MS,
      address: config.endpoint_disabled === true || !isAddress(address) ? undefined : address,
      router: config.router_disabled !== true,
      proxy: config.proxy_disabled !== true,
      backend: config.backend_disabled !== true,
    };
  },
  settings: () => ({ service: { numbersRoutes: true } }),
  ports: ({ address }) => (address === undefined ? [] : [{ name: "stats", address, path: "/__stats" }]),
  emit(plan, site) {
    const { gateway } = site;
    if (gateway === undefined) return {};
    const names = namesOf(gateway);
    const list = (items: readonly string[]): Code => code`[${join(items.map(byteLiteral), ", ")}]`;
    const options = [
      code`address: ${plan.address}`,
      code`collectionMs: ${plan.collectionMs}`,
      code`endpoints: ${list(plan.router ? names.endpoints : [])}`,
      code`routes: [${plan.router ? names.routes : []}]`,
      code`pipes: ${list(plan.proxy ? names.endpoints : [])}`,
      code`backends: ${list(plan.backend ? names.backends : [])}`,
    ];
    return {
      start: [code`${exports.startMetrics}({\n${indent(join(options, ",\n"))},\n});`],
      observe: plan.router ? [code`${exports.countReply}(x, status, bytes, durationMs);`] : [],
      stop: [code`${exports.stopMetrics}();`],
    };
  },
});

/** Around a route: counts it before anything can refuse it. */
export const metricsOfEndpoint = defineFeature<Config, true>({
  ...common,
  stages: ["endpoint"],
  spreads: true,
  plan: (_config, site) => (planOf(site)?.router === true ? true : undefined),
  emit: () => ({ before: [code`${exports.countConnection}();`] }),
});

/** Around the backends together. */
export const metricsOfPipe = defineFeature<Config, true>({
  ...common,
  stages: ["proxy"],
  spreads: true,
  plan: (_config, site) => (planOf(site)?.proxy === true ? true : undefined),
  emit(_plan, site) {
    const { gateway, endpoint } = site;
    const number = gateway === undefined ? -1 : namesOf(gateway).endpoints.indexOf(nameOf(endpoint?.label));
    return timed(site, exports.countPipe, number);
  },
});

/** Around one backend. */
export const metricsOfBackend = defineFeature<Config, true>({
  ...common,
  stages: ["backend"],
  spreads: true,
  plan: (_config, site) => (planOf(site)?.backend === true ? true : undefined),
  emit(_plan, site) {
    const { gateway, backend } = site;
    const number = gateway === undefined ? -1 : namesOf(gateway).backends.indexOf(backend?.patternText ?? "");
    return timed(site, exports.countBackend, number);
  },
});

function timed(site: EmitSite, count: Code, number: number): { before: Code[]; after: Code[] } {
  const started = site.name(`${site.subject}Started`);
  return {
    before: [code`const ${started} = performance.now();`],
    after: [code`${count}(${number}, outcome, ${started});`],
  };
}

function planOf(site: Site): Plan | undefined {
  return site.service as Plan | undefined;
}

interface MetricNames {
  /** Of endpoints, whatever their method: KrakenD's metrics have no method. */
  readonly endpoints: readonly string[];
  /** The name of each route, as its place in `endpoints`. */
  readonly routes: readonly number[];
  readonly backends: readonly string[];
}

const known = new WeakMap<Gateway, MetricNames>();

function namesOf(gateway: Gateway): MetricNames {
  const before = known.get(gateway);
  if (before !== undefined) return before;
  const all = gateway.endpoints.map(({ label }) => nameOf(label));
  const endpoints = [...new Set(all)];
  const backends = gateway.endpoints.flatMap((each) => each.backends.map(({ patternText }) => patternText));
  const places = new Map(endpoints.map((name, index) => [name, index]));
  const names = {
    endpoints,
    routes: all.map((name) => places.get(name) ?? 0),
    backends: [...new Set(backends)],
  };
  known.set(gateway, names);
  return names;
}

/** `[ENDPOINT: /users/:id]` -> `/users/:id`. */
function nameOf(label: string | undefined): string {
  return label?.slice("[ENDPOINT: ".length, -1) ?? "";
}

function periodOf(config: Config): number | undefined {
  const ms = parseDuration(config.collection_time ?? "");
  return typeof ms === "string" || ms <= 0 ? undefined : ms;
}

function isAddress(address: string | Late): boolean {
  if (address instanceof Late) return true;
  const port = /^(?:[^:]*|\[[0-9A-Fa-f:.%]+\]):(\d+)$/.exec(address)?.[1];
  return port !== undefined && Number(port) <= 65_535;
}
