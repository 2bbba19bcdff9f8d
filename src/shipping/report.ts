// What a build made, as data: the document of `gwc build --json`. The same input gives the same document
// on every machine: it holds no time and no path of this one.
import { createHash } from "node:crypto";
import { Late } from "../config/late.js";
import type { Attached, Backend, Endpoint, Gateway, PatternPiece } from "../model/model.js";
import { nominalPort, sidePorts, variablesOf, writtenFilesOf } from "../model/surroundings.js";
import { type Content, contentsOf, type RoomsInUse } from "./contents.js";

export interface BuildReport {
  /** Of this document: grows when a key changes its meaning or goes. */
  readonly format: 1;
  /** Version of gwc. */
  readonly gwc: string;
  readonly configuration: { readonly file: string; readonly sha256: string };
  readonly output: OutputReport;
  /** What stands around all routes, outermost first. */
  readonly pipeline: readonly Stone[];
  /** In the order of the configuration. */
  readonly routes: readonly RouteReport[];
  /** What the server file is made of; the bytes add up to those of the file. */
  readonly contents: readonly Content[];
  /** Variables that the server file reads when it starts, by their names. */
  readonly environment: readonly VariableReport[];
  readonly ports: readonly PortReport[];
  /** Files that the server reads when it starts, as they are written in the configuration. */
  readonly files: readonly string[];
}

export interface OutputReport {
  /** Without its folder. */
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** A feature at its place in a pipeline. */
export interface Stone {
  readonly namespace: string;
  readonly stage: string;
  /** `krakend.json:42`. */
  readonly where: string;
}

export interface RouteReport {
  readonly method: string;
  readonly path: string;
  readonly where: string;
  /** Null where the environment says it. */
  readonly timeoutMs: number | null;
  readonly output: string;
  readonly pipeline: readonly Stone[];
  readonly backends: readonly BackendReport[];
}

export interface BackendReport {
  readonly method: string;
  readonly hosts: readonly string[];
  readonly path: string;
  readonly encoding: string;
  /** An upper bound of its own; null: the time of the route. */
  readonly timeoutMs: number | null;
  /** Its answer does not count. */
  readonly shadow: boolean;
  /** What its answer goes through, in this order: `target`, `allow`, `deny`, `mapping`, `group`. */
  readonly shape: readonly string[];
  readonly pipeline: readonly Stone[];
}

export interface VariableReport {
  readonly name: string;
  readonly required: boolean;
  readonly defaults: readonly string[];
  /** What its value is a part of: `host`, `port`, `address`, `duration`, `text`. */
  readonly kinds: readonly string[];
  /** gwc: it counts in every gateway. */
  readonly namedBy: "configuration" | "gwc";
}

export interface PortReport {
  /** `gateway`, or the namespace of the feature that listens. */
  readonly name: string;
  /** Null where a variable without a default says it. */
  readonly port: number | null;
  /** Empty: all addresses. As written, where the environment says it. */
  readonly address: string;
  readonly protocol: "http" | "https";
  /** Where to ask whether the gateway is well, or for metrics; null: nowhere. */
  readonly path: string | null;
}

/** What a bundle says of itself. */
export interface Built {
  readonly code: string;
  readonly inputs: Readonly<Record<string, number>>;
  readonly imports: Readonly<Record<string, readonly string[]>>;
}

/** `file` is the name of the server file, without its folder. */
export function reportOf(gateway: Gateway, built: Built, file: string, gwc: string): BuildReport {
  return {
    format: 1,
    gwc,
    configuration: { file: gateway.file, sha256: gateway.sha256 },
    output: { file, bytes: Buffer.byteLength(built.code), sha256: sha256(built.code) },
    pipeline: gateway.rooms.map(stoneOf),
    routes: gateway.endpoints.map(routeOf),
    contents: contentsOf(built, roomsInUse(gateway)),
    environment: environmentOf(gateway),
    ports: portsOf(gateway),
    files: writtenFilesOf(gateway),
  };
}

export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function roomsInUse({ rooms, endpoints }: Gateway): RoomsInUse {
  const backends = endpoints.flatMap((each) => [...each.backends, ...each.shadows]);
  const used = new Map<string, Set<string>>();
  for (const each of [{ rooms }, ...endpoints, ...backends].flatMap((owner) => owner.rooms)) {
    const namespaces = used.get(each.feature.room) ?? new Set();
    used.set(each.feature.room, namespaces.add(stoneOf(each).namespace));
  }
  return used;
}

function stoneOf({ feature, stage, site }: Attached): Stone {
  const { namespace, where } = site;
  return {
    namespace: feature.option === undefined ? namespace : `${namespace}.${feature.option}`,
    stage,
    where,
  };
}

function routeOf(endpoint: Endpoint): RouteReport {
  const { method, path, where, output } = endpoint;
  return {
    method,
    path,
    where,
    timeoutMs: endpoint.lateTimeout === undefined ? endpoint.timeoutMs : null,
    output,
    pipeline: endpoint.rooms.map(stoneOf),
    backends: [
      ...endpoint.backends.map((each) => backendOf(each, false)),
      ...endpoint.shadows.map((each) => backendOf(each, true)),
    ],
  };
}

function backendOf(backend: Backend, shadow: boolean): BackendReport {
  const { target, allow, deny, mapping, group } = backend.shape;
  const shape = {
    target: target.length > 0,
    allow: allow !== undefined,
    deny: deny !== undefined,
    mapping: mapping.size > 0,
    group: group !== undefined,
  };
  return {
    method: backend.method,
    hosts: backend.hosts.map(String),
    path: backend.pattern.map(patternText).join(""),
    encoding: backend.decode,
    timeoutMs: backend.timeoutMs ?? null,
    shadow,
    shape: Object.entries(shape).flatMap(([name, used]) => (used ? [name] : [])),
    pipeline: backend.rooms.map(stoneOf),
  };
}

function patternText(piece: PatternPiece): string {
  if (piece.kind === "text") return fromBytes(piece.text);
  return piece.kind === "late" ? piece.late.toString() : `{${piece.name}}`;
}

function fromBytes(text: string): string {
  return Buffer.from(text, "latin1").toString("utf8");
}

/** Those of KrakenD's that count at start, and gwc's own. */
const OWN: readonly (readonly [name: string, kind: string])[] = [
  ["GWC_SHUTDOWN_DELAY", "duration"],
  ["GWC_WORKERS", "threads"],
  ["KRAKEND_LISTEN_IP", "address"],
  ["KRAKEND_PORT", "port"],
];

function environmentOf(gateway: Gateway): readonly VariableReport[] {
  const named = variablesOf(gateway).map((each) => ({ ...each, namedBy: "configuration" as const }));
  const own = OWN.filter(([name]) => gateway.readsKrakendVariables || name.startsWith("GWC_")).map(
    ([name, kind]) => ({ name, required: false, defaults: [], kinds: [kind], namedBy: "gwc" as const }),
  );
  const taken = new Set(named.map(({ name }) => name));
  return [...named, ...own.filter(({ name }) => !taken.has(name))].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function portsOf(gateway: Gateway): readonly PortReport[] {
  const { listenIp, settings, tls } = gateway;
  const own: PortReport = {
    name: "gateway",
    port: nominalPort(gateway) ?? null,
    address: listenIp instanceof Late ? listenIp.toString() : listenIp,
    protocol: tls === undefined ? "http" : "https",
    path: settings.healthPath === undefined ? null : fromBytes(settings.healthPath),
  };
  const side = sidePorts(gateway).map(
    ({ namespace, port, host, path }): PortReport => ({
      name: namespace,
      port: port ?? null,
      address: host,
      protocol: "http",
      path,
    }),
  );
  return [own, ...side];
}
