// The routes of all endpoints, registered as KrakenD does: one tree per method, refusals at their place.
import type { Report } from "../diagnostics/diagnostic.js";
import type { RouteNode } from "../runtime/misses.js";
import type { Resolved } from "./endpoint.js";
import { messages } from "./messages.js";
import type { ServiceSettings } from "./model.js";
import { utf8Bytes } from "./paths.js";
import { RouteTree } from "./route-tree.js";

/** The trees in the order in which KrakenD makes them: the health endpoint comes first. */
export function registerRoutes(
  endpoints: readonly Resolved[],
  settings: ServiceSettings,
  report: Report,
): readonly (readonly [method: string, root: RouteNode])[] {
  const trees = new Map<string, RouteTree>();
  const treeOf = (method: string): RouteTree => {
    const tree = trees.get(method) ?? new RouteTree();
    trees.set(method, tree);
    return tree;
  };
  if (settings.healthPath !== undefined) treeOf("GET").add(utf8Bytes(settings.healthPath));
  const refused = new Set<Resolved>();
  for (const resolved of endpoints) {
    const { method, path, pattern } = resolved.endpoint;
    const conflict = treeOf(method).add(pattern);
    if (conflict === undefined) continue;
    refused.add(resolved);
    const hint = conflict.text.startsWith("handlers")
      ? "delete one of the two, or give it another method"
      : "name parameters at the same place alike";
    report(messages.say("route/conflict", resolved.span, { method, path, reason: conflict.text, hint }));
  }
  if (settings.autoOptions) registerOptions(endpoints, treeOf("OPTIONS"), report);
  return [...trees].map(([method, tree]) => [method, tree.root] as const);
}

function registerOptions(endpoints: readonly Resolved[], tree: RouteTree, report: Report): void {
  const seen = new Set<string>();
  for (const { endpoint, span } of endpoints) {
    if (seen.has(endpoint.pattern)) continue;
    seen.add(endpoint.pattern);
    const conflict = tree.add(endpoint.pattern);
    if (conflict === undefined) continue;
    const hint = "with `auto_options` parameters at the same place need the same name in all methods";
    report(
      messages.say("route/conflict", span, {
        method: "OPTIONS",
        path: endpoint.path,
        reason: conflict.text,
        hint,
      }),
    );
  }
}
