// Whether KrakenD starts with a configuration: the checks of its Init and of its router, one after the
// other, over plain data. Knows nothing of the compiler. [lura config/config.go, uri.go; gin tree.go]
import { isIP } from "node:net";
import { type Json, Refusal, structOf } from "./decoding.js";
import { root as rootFields } from "./fields.js";
import { routesClash } from "./routes.js";

type Bag = Readonly<Record<string, unknown>>;

/** Undefined where it starts, else why it does not. */
export function refusalOf(config: Json): string | undefined {
  try {
    init(structOf(rootFields)(config) as Bag);
    return undefined;
  } catch (fault) {
    if (fault instanceof Refusal) return fault.message;
    throw fault;
  }
}

function refuse(why: string): never {
  throw new Refusal(why);
}

function init(root: Bag): void {
  if (root.version !== 3) refuse(`version ${root.version}`);
  const port = root.port as number;
  if (port < 0 || port > 65535) refuse("port");
  const address = root.listen_ip as string;
  if (address !== "" && isIP(address) === 0) refuse("listen_ip");
  for (const host of root.host as string[]) cleanHost(host);
  for (const agent of root.async_agent as (Bag | null)[]) {
    if (agent === null) refuse("null agent");
    for (const backend of agent.backend as (Bag | null)[]) checkHosts(backend ?? refuse("null backend"));
  }
  const endpoints = (root.endpoints as (Bag | null)[]).map((each) => each ?? refuse("null endpoint"));
  for (const endpoint of endpoints) checkEndpoint(endpoint, root);
  const tls = root.tls as Bag | null;
  if (tls !== null && tls.disabled !== true) checkKeyPairs(tls);
  takeBlindly(root.extra_config);
  const clash = routesClash(endpoints.map(routeOf(root)), routerOptions(root));
  if (clash !== undefined) refuse(clash);
}

/** Values that modules take without looking at their kind [krakend-gologging, -gelf log.go; -metrics metrics.go]. */
const BLIND: Readonly<Record<string, Readonly<Record<string, "string" | "boolean">>>> = {
  "telemetry/logging": {
    level: "string",
    stdout: "boolean",
    syslog: "boolean",
    syslog_facility: "string",
    prefix: "string",
    format: "string",
    custom_format: "string",
  },
  "telemetry/gelf": { address: "string", enable_tcp: "boolean" },
  "telemetry/metrics": { collection_time: "string" },
};

function takeBlindly(extra: unknown): void {
  for (const [namespace, kinds] of Object.entries(BLIND)) {
    const block = (extra as Readonly<Record<string, unknown>> | null | undefined)?.[namespace];
    if (typeof block !== "object" || block === null || Array.isArray(block)) continue;
    for (const [key, value] of Object.entries(block))
      if (Object.hasOwn(kinds, key) && typeof value !== kinds[key]) refuse(`${namespace}.${key}`);
  }
}

function checkKeyPairs(tls: Bag): void {
  const single = tls.public_key !== "" || tls.private_key !== "" ? [tls] : [];
  const pairs = [...(tls.keys as (Bag | null)[]), ...single];
  if (pairs.length === 0) refuse("tls without keys");
  for (const pair of pairs)
    if (pair === null || pair.public_key === "" || pair.private_key === "") refuse("half a key pair");
}

function checkHosts(backend: Bag): void {
  if (backend.disable_host_sanitize === true) return;
  for (const host of backend.host as string[]) cleanHost(host);
}

function cleanHost(host: string): void {
  const found = host.match(/(https?:\/\/)?([a-zA-Z0-9._-]+)(:[0-9]{2,6})?\/?/g) ?? [];
  if (found.length !== 1) refuse(`host ${host}`);
}

function pathOf(endpoint: Bag): string {
  return `/${(endpoint.endpoint as string).replace(/^\//, "")}`;
}

function checkEndpoint(endpoint: Bag, root: Bag): void {
  const path = pathOf(endpoint);
  if (/^[^/]|\*.|\/__(debug|echo|health)(\/.*)?$/s.test(path)) refuse(`path ${path}`);
  const backends = endpoint.backend as (Bag | null)[];
  if (backends.length === 0) refuse("no backend");
  const output = (endpoint.output_encoding as string) || (root.output_encoding as string);
  if (output === "no-op" && backends.length > 1) refuse("no-op");
  const [known = ""] = path.split("?");
  const pattern = root.disable_rest === true ? /\{([\w\-.:/]+)\}/g : /\/\{([a-zA-Z0-9_-]+)\}/g;
  const inputs = [...known.matchAll(pattern)].map((match) => match[1]!);
  for (const each of backends) {
    const backend = each ?? refuse("null backend");
    checkHosts(backend);
    const names = [...(backend.url_pattern as string).matchAll(/\{([\w\-.:/]+)\}/g)].map(
      (match) => match[1]!,
    );
    const missing = names.find(
      (name) => !inputs.includes(name) && !/^(resp[\d]+_.+)?(JWT\.([\w\-.:/]+))?$/.test(name),
    );
    if (missing !== undefined) refuse(`param ${missing}`);
  }
}

function routeOf(root: Bag): (endpoint: Bag) => { readonly method: string; readonly path: string } {
  return (endpoint) => {
    const path = pathOf(endpoint);
    const [known = "", ...rest] = path.split("?");
    const converted =
      root.disable_rest === true
        ? known.replace(/\{([\w\-.:/]+)\}/g, ":$1")
        : known.replace(/\/\{([a-zA-Z0-9_-]+)\}/g, "/:$1");
    const method = ((endpoint.method as string) || "GET").toUpperCase();
    return { method, path: [converted, ...rest].join("?") };
  };
}

function routerOptions(root: Bag): { readonly health: string | undefined; readonly autoOptions: boolean } {
  const extra = root.extra_config as Bag;
  const block = extra.router ?? extra["github_com/luraproject/lura/router/gin"];
  const router: Bag =
    typeof block === "object" && block !== null && !Array.isArray(block) ? (block as Bag) : {};
  const health =
    typeof router.health_path === "string" && router.health_path !== "" ? router.health_path : "/__health";
  return {
    health: router.disable_health === true ? undefined : health,
    autoOptions: router.auto_options === true,
  };
}
