// allow, deny, mapping, target and group of a backend, resolved. [lura proxy/formatter.go]
import type { Report } from "../diagnostics/diagnostic.js";
import { at, type Located } from "../source/located.js";
import { messages } from "./messages.js";
import type { KeyTree, ShapePlan } from "./model.js";
import { spanAt, textAt, textMapAt, textsAt } from "./read.js";

type Growing = Map<string, Growing | true>;

/** Of an entry and a prefix of it, the later one counts. [lura proxy/formatter.go newAllowlistingFilter] */
export function allowTree(paths: readonly string[]): KeyTree | undefined {
  return grow(paths, (tree, key, value) => tree.set(key, value));
}

/** Of an entry and a prefix of it, the shorter one counts. [lura proxy/formatter.go newDenylistingFilter] */
export function denyTree(paths: readonly string[]): KeyTree | undefined {
  return grow(paths, (tree, key, value) => (tree.get(key) === true ? tree : tree.set(key, value)));
}

function grow(
  paths: readonly string[],
  set: (tree: Growing, key: string, value: Growing | true) => Growing,
): KeyTree | undefined {
  if (paths.length === 0) return undefined;
  const root: Growing = new Map();
  for (const path of paths) {
    const keys = path.split(".");
    let tree: Growing | undefined = root;
    for (const key of keys.slice(0, -1)) {
      const below: Growing | true | undefined = tree.get(key);
      if (!(below instanceof Map)) set(tree, key, new Map());
      const next: Growing | true | undefined = tree.get(key);
      tree = next instanceof Map ? next : undefined;
      if (tree === undefined) break;
    }
    if (tree !== undefined) set(tree, keys.at(-1)!, true);
  }
  return root;
}

/** Field names of more parts are a mistake, and would need more stack than there is. */
const MOST_PARTS = 100;

function refuseLongPaths(node: Located, report: Report): void {
  for (const key of ["allow", "deny"]) {
    if (textsAt(node, key).every((path) => path.split(".").length <= MOST_PARTS)) continue;
    report(
      messages.say("route/too-long", spanAt(node, key), { what: `an entry of \`${key}\``, most: MOST_PARTS }),
    );
  }
  const target = textAt(node, "target") ?? "";
  if (target.split(".").length <= MOST_PARTS) return;
  report(messages.say("route/too-long", spanAt(node, "target"), { what: "`target`", most: MOST_PARTS }));
}

/** The plan of a backend; a `no-op` one has none, and is told so. */
export function shapePlan(node: Located, noOp: boolean, report: Report): ShapePlan {
  refuseLongPaths(node, report);
  const group = textAt(node, "group");
  const target = textAt(node, "target");
  const allow = textsAt(node, "allow");
  const deny = textsAt(node, "deny");
  if (noOp) {
    for (const key of ["target", "allow", "deny", "mapping", "group"]) {
      if (at(node, key) !== undefined)
        report(messages.say("backend/no-op-shaping", spanAt(node, key), { key }));
    }
    return { target: [], allow: undefined, deny: undefined, mapping: new Map(), group: undefined };
  }
  if (allow.length > 0 && deny.length > 0)
    report(messages.say("backend/allow-and-deny", spanAt(node, "deny")));
  return {
    target: target === undefined || target === "" ? [] : target.split("."),
    allow: allowTree(allow),
    deny: allow.length > 0 ? undefined : denyTree(deny),
    mapping: mappingOf(node, report),
    group: group === "" ? undefined : group,
  };
}

/**
 * The plan for data of which only the top can be filtered: what is below is of types that KrakenD's
 * filters do not enter [krakend-rss rss.go].
 */
export function flatPlan(plan: ShapePlan): ShapePlan {
  if (plan.target.length > 0) return { ...plan, target: [], allow: new Map(), deny: undefined };
  return { ...plan, allow: leavesOf(plan.allow), deny: leavesOf(plan.deny) };
}

function leavesOf(tree: KeyTree | undefined): KeyTree | undefined {
  return tree === undefined ? undefined : new Map([...tree].filter(([, below]) => below === true));
}

function mappingOf(node: Located, report: Report): ReadonlyMap<string, string> {
  const mapping = new Map<string, string>();
  for (const [key, { value, entry }] of textMapAt(node, "mapping")) {
    const cut = value.split(".")[0] ?? "";
    if (cut !== value) report(messages.say("backend/mapping-nested", entry.value.span, { name: value, cut }));
    if (cut === key) report(messages.say("backend/mapping-to-itself", entry.value.span, { key }));
    mapping.set(key, cut);
  }
  return mapping;
}
