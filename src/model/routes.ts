// The routes of all endpoints, registered as KrakenD does: one tree per method, refusals at their place.
import type { Diagnostic, Report } from "../diagnostics/diagnostic.js";
import type { RouteNode } from "../runtime/misses.js";
import type { Located } from "../source/located.js";
import type { Resolved } from "./endpoint.js";
import { messages } from "./messages.js";
import type { BuiltIn, ServiceSettings } from "./model.js";
import { type RouteConflict, RouteTree } from "./route-tree.js";

/** The trees in the order in which KrakenD makes them: the health endpoint comes first. */
export function registerRoutes(
  endpoints: readonly Resolved[],
  settings: ServiceSettings,
  builtIns: readonly BuiltIn[],
  root: Located,
  report: Report,
): readonly (readonly [method: string, root: RouteNode])[] {
  const trees = new Map<string, RouteTree>();
  const treeOf = (method: string): RouteTree => {
    const tree = trees.get(method) ?? new RouteTree();
    trees.set(method, tree);
    return tree;
  };
  const { healthPath } = settings;
  const refused = healthPath === undefined ? undefined : treeOf("GET").add(healthPath);
  if (refused !== undefined) report(messages.say("route/health-path", root.span, { reason: refused.text }));
  for (const { path, methods } of builtIns) {
    const conflicts = methods.map((method) => treeOf(method).add(`${path}*param`));
    const conflict = conflicts.find((each) => each !== undefined);
    if (conflict !== undefined)
      report(messages.say("route/health-path", root.span, { reason: conflict.text }));
  }
  for (const resolved of endpoints) {
    const { method, pattern } = resolved.endpoint;
    const conflict = treeOf(method).add(pattern);
    if (conflict !== undefined) report(conflictOf(resolved, endpoints, method, conflict));
  }
  if (settings.autoOptions) registerOptions(endpoints, treeOf("OPTIONS"), report);
  return [...trees].map(([method, tree]) => [method, tree.root] as const);
}

function registerOptions(endpoints: readonly Resolved[], tree: RouteTree, report: Report): void {
  const seen = new Set<string>();
  for (const resolved of endpoints) {
    const { pattern } = resolved.endpoint;
    if (seen.has(pattern)) continue;
    seen.add(pattern);
    const conflict = tree.add(pattern);
    if (conflict !== undefined) report(conflictOf(resolved, endpoints, "OPTIONS", conflict));
  }
}

function conflictOf(
  resolved: Resolved,
  endpoints: readonly Resolved[],
  method: string,
  { text }: RouteConflict,
): Diagnostic {
  const { pattern, path } = resolved.endpoint;
  const before = endpoints.slice(0, endpoints.indexOf(resolved));
  const rivals = before.filter((each) => method === "OPTIONS" || each.endpoint.method === method);
  const rival = rivals.find((each) => excludes(each.endpoint.pattern, pattern));
  const said = messages.say("route/conflict", resolved.span, {
    method,
    path,
    reason: text,
    hint: hintFor(method, text),
  });
  if (rival === undefined) return said;
  return { ...said, related: [{ span: rival.span, note: "the route it is in conflict with" }] };
}

/** Whether a tree that holds one route refuses the other. */
function excludes(first: string, second: string): boolean {
  const tree = new RouteTree();
  return tree.add(first) === undefined && tree.add(second) !== undefined;
}

function hintFor(method: string, text: string): string {
  if (method === "OPTIONS")
    return "with `auto_options` parameters at the same place need the same name in all methods";
  if (text.startsWith("handlers")) return "delete one of the two, or give it another method";
  return text.includes("conflicts with")
    ? "name parameters at the same place alike"
    : "take the second `:` or the `*` out";
}
