// Located configuration -> Gateway: defaults, inheritance, units, routes. Reports all that it can see.
import { basename } from "node:path";
import { at } from "../source/located.js";
import { attach, type Resolution } from "./attach.js";
import { resolveEndpoint } from "./endpoint.js";
import { checkDefaults } from "./late-defaults.js";
import type { Endpoint, Gateway } from "./model.js";
import { booleanAt, itemsAt, numberAt, textAt } from "./read.js";
import { registerRoutes } from "./routes.js";
import { builtIns, checkService, serverLimits, serviceSettings } from "./service.js";
import { clientTls, serverTls } from "./tls.js";
import { transportOptions } from "./transport.js";

export type GatewayFacts = Pick<Gateway, "sha256" | "readsKrakendVariables">;

/** Resolves a decoded configuration. The result is only meaningful if no error was reported. */
export function resolve(resolution: Resolution, facts: GatewayFacts): Gateway {
  const { root, file, late, report } = resolution;
  checkService(resolution);
  const rooms = attach(resolution, resolution.blocks.read(at(root, "extra_config"), "service"), {
    owner: root,
    label: "[SERVICE]",
    params: [],
    backendCount: 0,
    output: undefined,
    timeoutMs: 0,
    hosts: [],
  });
  const settings = serviceSettings(rooms);
  const developers = builtIns(root, resolution.debug === true);
  const endpoints = itemsAt(root, "endpoints")
    .map((node) => resolveEndpoint({ ...resolution, above: rooms }, node))
    .filter((endpoint) => endpoint !== undefined);
  const registered = registerRoutes(
    endpoints,
    settings,
    developers,
    at(at(root, "extra_config"), "router") ?? root,
    report,
  );
  const port = late.at(at(root, "port"), "port") ?? (numberAt(root, "port") || 8080);
  const listenIp = late.at(at(root, "listen_ip"), "address") ?? textAt(root, "listen_ip") ?? "";
  const name = late.at(at(root, "name"), "bytes") ?? textAt(root, "name") ?? "";
  const tls = serverTls(root, report, late);
  const towardsBackends = clientTls(root, resolution);
  const transport = transportOptions(root, report, late);
  late.reportRest(root);
  checkDefaults(late.all, report);
  return {
    name,
    file: basename(file.name),
    ...facts,
    port,
    listenIp,
    server: serverLimits(root),
    tls,
    clientTls: towardsBackends,
    h2c: booleanAt(root, "use_h2c") || settings.h2c,
    transport,
    settings,
    builtIns: developers,
    endpoints: endpoints.map(({ endpoint }): Endpoint => endpoint),
    trees: registered,
    rooms,
    late: late.all,
  };
}
