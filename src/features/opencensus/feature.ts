// `telemetry/opencensus`: the views of the OpenCensus library for Prometheus, and B3 headers for backends.
// [krakend-opencensus opencensus.go, router/gin/endpoint.go, transport.go]
import { byteLiteral, type Code, code, indent, join, lines, runtimeOf } from "../../codegen/code.js";
import { Late } from "../../config/late.js";
import { defineMessages } from "../../diagnostics/messages.js";
import type { Backend, Endpoint, Gateway, PatternPiece } from "../../model/model.js";
import { at } from "../../source/located.js";
import { defineFeature, type Site } from "../kit.js";

const exports = runtimeOf<typeof import("./runtime.js")>("gwc/opencensus");

interface Layers {
  readonly router?: boolean;
  readonly pipe?: boolean;
  readonly backend?: boolean;
}

interface Prometheus {
  readonly port?: number;
  readonly namespace?: string | Late;
  readonly tag_host?: boolean;
  readonly tag_path?: boolean;
  readonly tag_method?: boolean;
  readonly tag_statuscode?: boolean;
}

interface Config {
  readonly sample_rate?: number;
  readonly reporting_period?: number;
  readonly enabled_layers?: Layers;
  readonly exporters?: { readonly prometheus?: Prometheus };
  readonly path_aggregation?: string;
}

interface Plan {
  readonly sampleRate: number;
  readonly layers: Required<Layers>;
  readonly prometheus: Required<Prometheus> | undefined;
}

/** How the path of a request becomes a label. */
type Aggregation = "pattern" | "lastparam" | "off";

const messages = defineMessages({
  "opencensus/not-yet-exporter": {
    severity: "warning",
    sentence: "gwc does not have the exporter `{name}` of `telemetry/opencensus`, so nothing is sent there",
    hint: "use `prometheus` here, or `telemetry/opentelemetry` with `otlp`",
    krakend: "exports there",
    explain:
      "OpenCensus is deprecated. gwc exports its metrics to Prometheus; traces go through OpenTelemetry.",
  },
  "opencensus/no-port": {
    severity: "warning",
    sentence: "the exporter `prometheus` has no `port`, so nobody knows where to read it",
    hint: "give a port, such as 9091",
    krakend: "listens on a random port",
    explain: "Prometheus reads `/metrics` on a port of its own.",
  },
});

const flag = { type: "boolean" } as const;
const number = { type: "number" } as const;
const text = { type: "string" } as const;
const schema = {
  type: "object",
  properties: {
    sample_rate: number,
    reporting_period: number,
    path_aggregation: { ...text, atBuild: "it decides how paths become labels" },
    enabled_layers: { type: "object", properties: { router: flag, pipe: flag, backend: flag } },
    exporters: {
      type: "object",
      properties: {
        prometheus: {
          type: "object",
          properties: {
            port: number,
            namespace: { ...text, atStart: "metric name" },
            tag_host: flag,
            tag_path: flag,
            tag_method: flag,
            tag_statuscode: flag,
          },
        },
      },
    },
  },
};

const common = {
  room: "opencensus",
  namespace: "telemetry/opencensus",
  schema,
  lenient: "block",
  leniency: "logs a warning and serves without",
} as const;

export const opencensus = defineFeature<Config, Plan>({
  ...common,
  stages: ["service"],
  messages: messages.messages,
  check(config, site, report) {
    const exporters = at(site.block, "exporters");
    for (const { key, keySpan } of exporters?.kind === "object" ? exporters.members : []) {
      if (key === "prometheus" || /^[@$_#]/.test(key)) continue;
      report(messages.say("opencensus/not-yet-exporter", keySpan, { name: key }));
    }
    const { prometheus } = config.exporters ?? {};
    if (prometheus !== undefined && !prometheus.port)
      report(messages.say("opencensus/no-port", at(exporters!, "prometheus")?.span ?? site.keySpan));
  },
  plan({ sample_rate, enabled_layers: layers, exporters }) {
    const all = layers === undefined;
    const on = (layer: keyof Layers): boolean => all || layers[layer] === true;
    const { prometheus } = exporters ?? {};
    return {
      sampleRate: Math.min(1, Math.max(0, (sample_rate ?? 0) / 100)),
      layers: { router: on("router"), pipe: on("pipe"), backend: on("backend") },
      prometheus: prometheus === undefined ? undefined : withDefaults(prometheus),
    };
  },
  settings: (plan) =>
    plan.prometheus !== undefined && plan.layers.router ? { service: { numbersRoutes: true } } : {},
  ports: ({ prometheus }) =>
    prometheus?.port ? [{ name: "opencensus", address: `:${prometheus.port}`, path: "/metrics" }] : [],
  emit(plan, { gateway }) {
    const { prometheus, layers } = plan;
    if (gateway === undefined || prometheus === undefined)
      return { start: [code`${exports.startTracing}(${plan.sampleRate});`] };
    const options = [
      code`port: ${prometheus.port}`,
      code`namespace: ${byteLiteral(prefixOf(prometheus))}`,
      code`tags: [${tagsOf(prometheus)}]`,
      code`routes: ${routesCode(layers.router ? gateway.endpoints : [])}`,
      code`clients: ${clientsCode(layers.backend ? backendsOf(gateway) : [])}`,
      code`sampleRate: ${plan.sampleRate}`,
    ];
    return {
      start: [code`${exports.startOpenCensus}({\n${indent(join(options, ",\n"))},\n});`],
      observe: layers.router ? [code`${exports.countServed}(x, status, bytes, durationMs);`] : [],
      stop: [code`${exports.stopOpenCensus}();`],
    };
  },
});

/** Around the HTTP call of every backend. */
export const opencensusOfClient = defineFeature<Config, true>({
  ...common,
  stages: ["client"],
  spreads: true,
  plan: (_config, site) => (serviceOf(site)?.layers.backend === true ? true : undefined),
  emit(_plan, site) {
    const { gateway, backend, endpoint } = site;
    if (gateway === undefined || backend === undefined) return {};
    const plan = serviceOf(site);
    const sent = site.name(`${site.subject}Sent`);
    if (plan?.prometheus === undefined) return { beforeCall: [code`${exports.traceCall}(x, call);`] };
    const index = backendsOf(gateway).findIndex((each) => each.backend === backend);
    // Quirk: an answer that KrakenD refuses unread is in none of its views.
    const countsAll = endpoint?.output === "no-op" || site.beside?.includes("backend/http") === true;
    const close = countsAll ? exports.countCall : exports.countGoodCall;
    return {
      beforeCall: [code`const ${sent} = ${exports.traceCall}(x, call);`],
      watch: (answer) => code`${close}(${index}, ${sent}, ${answer})`,
    };
  },
});

/** At an endpoint the block says how its path becomes a label. */
export const opencensusOfEndpoint = defineFeature<Config, { readonly aggregation: Aggregation }>({
  ...common,
  stages: ["endpoint"],
  spreads: true,
  plan: (config) => ({ aggregation: aggregationOf(config) }),
  emit: () => ({}),
});

/** What the environment says is a name of that form already. */
function prefixOf({ namespace }: Required<Prometheus>): string | Late {
  return namespace instanceof Late ? namespace : namespace.replace(/[^A-Za-z0-9_]/g, "_");
}

function serviceOf(site: Site): Plan | undefined {
  return site.service as Plan | undefined;
}

function withDefaults(prometheus: Prometheus): Required<Prometheus> {
  const defaults = { tag_host: false, tag_path: false, tag_method: false, tag_statuscode: false };
  return { port: 0, namespace: "", ...defaults, ...prometheus };
}

function tagsOf({ tag_host, tag_path, tag_method, tag_statuscode }: Required<Prometheus>): readonly string[] {
  const tags = [tag_host && "host", tag_path && "path", tag_method && "method", tag_statuscode && "status"];
  return tags.filter((each) => each !== false);
}

function aggregationOf(config: Config | undefined): Aggregation {
  const written = config?.path_aggregation;
  return written === "lastparam" || written === "off" ? written : "pattern";
}

interface Client {
  readonly backend: Backend;
  readonly endpoint: Endpoint;
}

function backendsOf(gateway: Gateway): readonly Client[] {
  return gateway.endpoints.flatMap((endpoint) => endpoint.backends.map((backend) => ({ backend, endpoint })));
}

function listCode(items: readonly Code[]): Code {
  return items.length === 0 ? code`[]` : code`[\n${indent(lines(items.map((each) => code`${each},`)))}\n]`;
}

/** The label of each route: fixed text, or how it is made of the path. */
function routesCode(endpoints: readonly Endpoint[]): Code {
  return listCode(
    endpoints.map((endpoint) => {
      const room = endpoint.rooms.find((each) => each.feature === opencensusOfEndpoint);
      const { aggregation } = (room?.plan ?? { aggregation: "pattern" }) as { aggregation: Aggregation };
      const path = byteLiteral(lowered(endpoint.path));
      return code`{ path: ${path}, aggregation: ${aggregation} }`;
    }),
  );
}

function clientsCode(clients: readonly Client[]): Code {
  return listCode(
    clients.map(({ backend }) => {
      const path = backend.pattern.map(labelOf).join("");
      // A host that is known only when the gateway starts has no label.
      const [first] = backend.hosts;
      const host = (typeof first === "string" ? first : "")
        .replace(/^[a-z]+:\/\/(?:[^@/]*@)?/i, "")
        .replace(/\/.*$/, "");
      return code`{ method: ${backend.method}, host: ${byteLiteral(host)}, path: ${byteLiteral(lowerBytes(path))} }`;
    }),
  );
}

/** A piece of a pattern in a label: what the environment says stands there as it is written. */
function labelOf(piece: PatternPiece): string {
  if (piece.kind === "text") return piece.text;
  return piece.kind === "late" ? piece.late.toString() : `{${piece.name}}`;
}

function lowered(path: string): string {
  return Buffer.from(path.toLowerCase(), "utf8").toString("latin1");
}

function lowerBytes(path: string): string {
  return lowered(Buffer.from(path, "latin1").toString("utf8"));
}
