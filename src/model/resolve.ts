// Located configuration -> Gateway: defaults, inheritance, units, routes. Reports all that it can see.
import { basename } from "node:path";
import type { Block, BlockReader } from "../config/blocks.js";
import type { Report } from "../diagnostics/diagnostic.js";
import type { Site } from "../features/kit.js";
import { at, type Located } from "../source/located.js";
import type { SourceText } from "../source/text.js";
import { resolveEndpoint } from "./endpoint.js";
import type { Attached, Endpoint, Gateway } from "./model.js";
import { itemsAt, numberAt, textAt, whereOf } from "./read.js";
import { registerRoutes } from "./routes.js";
import { checkService, serverLimits, serviceSettings } from "./service.js";

/** What every part of the resolution needs. */
export interface Resolution {
  readonly root: Located;
  readonly file: SourceText;
  readonly compat: boolean;
  readonly blocks: BlockReader;
  readonly report: Report;
}

export type GatewayFacts = Pick<Gateway, "sha256">;

/** Resolves a decoded configuration. The result is only meaningful if no error was reported. */
export function resolve(resolution: Resolution, facts: GatewayFacts): Gateway {
  const { root, file, report } = resolution;
  checkService(root, report);
  const rooms = attach(resolution, resolution.blocks.read(at(root, "extra_config"), "service"), {
    label: "[SERVICE]",
    params: [],
    backendCount: 0,
    hosts: [],
  });
  const settings = serviceSettings(rooms);
  const endpoints = itemsAt(root, "endpoints")
    .map((node) => resolveEndpoint(resolution, node))
    .filter((endpoint) => endpoint !== undefined);
  const registered = registerRoutes(
    endpoints,
    settings,
    at(at(root, "extra_config"), "router") ?? root,
    report,
  );
  return {
    name: textAt(root, "name") ?? "",
    file: basename(file.name),
    ...facts,
    port: numberAt(root, "port") || 8080,
    listenIp: textAt(root, "listen_ip") ?? "",
    server: serverLimits(root),
    settings,
    endpoints: endpoints.map(({ endpoint }): Endpoint => endpoint),
    trees: registered,
    rooms,
  };
}

/** Gives blocks their place, lets the rooms check them, and plans them. */
export function attach(
  resolution: Resolution,
  blocks: readonly Block[],
  place: Pick<Site, "label" | "params" | "backendCount" | "hosts">,
): readonly Attached[] {
  return blocks.flatMap((block) => {
    const site: Site = {
      ...place,
      stage: block.stage,
      compat: resolution.compat,
      namespace: block.namespace,
      block: block.node,
      keySpan: block.keySpan,
      where: whereOf(block.keySpan, resolution.file),
    };
    // A value that does not fit counts as absent in `config`; that it is missing need not be said.
    const report: Report = (diagnostic) => {
      const repeated = block.faulty.some((key) => diagnostic.message.includes(`\`${key}\``));
      if (!repeated) resolution.report(diagnostic);
    };
    block.feature.check?.(block.config, site, report);
    const plan: unknown = block.feature.plan(block.config, site);
    return plan === undefined ? [] : [{ feature: block.feature, stage: block.stage, plan, site }];
  });
}
