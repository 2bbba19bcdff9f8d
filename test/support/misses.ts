// Route trees as they are built, and what becomes of a request that misses them, in one line.
import { expect } from "vitest";
import { RouteTree } from "../../src/model/route-tree.js";
import {
  cleanPath,
  type MethodTrees,
  type MissedRequest,
  type MissOptions,
  matches,
  miss,
  type RouteNode,
} from "../../src/runtime/misses.js";

export const DEFAULTS: MissOptions = {
  redirectTrailingSlash: true,
  redirectFixedPath: true,
  methodNotAllowed: true,
  removeExtraSlash: false,
  checkParams: true,
};

export const utf8 = (text: string): string => Buffer.from(text, "utf8").toString("latin1");

/** `POST /x`, or `/x` for GET. */
function split(line: string): readonly [method: string, path: string] {
  const at = line.indexOf(" /");
  return at < 0 ? ["GET", utf8(line)] : [line.slice(0, at), utf8(line.slice(at + 1))];
}

export function treesOf(...lines: readonly string[]): MethodTrees {
  const trees = new Map<string, RouteTree>([["GET", new RouteTree()]]);
  for (const line of ["/__health", ...lines]) {
    const [method, path] = split(line);
    const tree = trees.get(method) ?? new RouteTree();
    trees.set(method, tree);
    expect(tree.add(path)).toBeUndefined();
  }
  return [...trees].map(([method, tree]) => [method, tree.root]);
}

export function treeOf(...patterns: readonly string[]): RouteNode {
  const tree = new RouteTree();
  for (const pattern of patterns) expect(tree.add(utf8(pattern))).toBeUndefined();
  return tree.root;
}

/** The answer in one line; `match` where the router would have served the request. */
export function answer(
  trees: MethodTrees,
  line: string,
  options: Partial<MissOptions> = {},
  more: Partial<MissedRequest> = {},
): string {
  const [method, path] = split(line);
  const settings = { ...DEFAULTS, ...options };
  const root = trees.find(([each]) => each === method)?.[1];
  if (root !== undefined && matches(root, settings.removeExtraSlash ? cleanPath(path) : path)) return "match";
  const found = miss({ method, path, query: "", forwardedPrefix: undefined, ...more }, trees, settings);
  if (found.kind === "redirect") return `${found.status} ${found.location}`;
  return found.kind === "not-found" ? "404" : `405 ${found.allow}`;
}
