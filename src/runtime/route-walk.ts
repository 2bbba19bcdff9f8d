// The routes of a method as a tree of plain data, and the router's walk through it. [gin tree.go]
import type { ByteString } from "./bytes.js";
import { segmentEnd } from "./routing.js";

/** A place in the radix tree of one method's routes; plain data, printed into the generated program. */
export interface RouteNode {
  /** The fixed bytes that lead here from the node above. */
  readonly prefix: ByteString;
  /** A route ends here. */
  readonly leaf?: true;
  /** The byte that each of `children` is chosen by. */
  readonly heads?: ByteString;
  readonly children?: readonly RouteNode[];
  /** What takes everything up to the next slash where no child leads to a route. */
  readonly param?: ParamNode;
  /** Takes all that is left of the path; such a node has nothing else. */
  readonly rest?: true;
}

/** A parameter of a route. */
export interface ParamNode {
  /** A route ends with this parameter. */
  readonly leaf?: true;
  /** What follows the parameter; its path starts with a slash. */
  readonly next?: RouteNode;
}

/** `twin`: gin recommends the same path with the other trailing slash, rightly or not. */
export type Verdict = "match" | "twin" | "none";

/**
 * A parameter that was passed by for a fixed text, where its value starts, the text before it, and
 * how many parameters had values by then.
 */
export interface Skipped {
  readonly param: ParamNode;
  readonly at: number;
  readonly from: number;
  readonly held: number;
}

/** Whether a route of the tree takes the path [gin tree.go getValue]. */
export function matches(root: RouteNode, path: ByteString): boolean {
  return walk(root, path, []) === "match";
}

/** Whether gin recommends the path with the other trailing slash, for a path that matched nothing. */
export function trailingSlash(root: RouteNode, path: ByteString): boolean {
  return walk(root, path, []) === "twin";
}

/**
 * Fixed texts first, then back to the last parameter that was passed by.
 * Quirk: there is no way back from a parameter after which nothing fits, and none where gin sees the
 * other trailing slash, so some routes are never found [gin tree.go getValue].
 * Quirk: parameters that one tree left in `skipped` are tried in the next one.
 * `params` gets the values of the parameters on the way, also where it leads nowhere.
 */
export function walk(
  root: RouteNode,
  path: ByteString,
  skipped: Skipped[],
  params: ByteString[] = [],
): Verdict {
  let node = root;
  let at = 0;
  for (;;) {
    const ahead = fixedStep({ node, isRoot: node === root, path, at, held: params.length }, skipped);
    if (typeof ahead === "string") return ahead;
    if (!("param" in ahead)) {
      at += node.prefix.length;
      node = ahead.child;
      continue;
    }
    const { param } = ahead;
    const end = segmentEnd(path, ahead.at);
    params.length = Math.min(params.length, ahead.held);
    params.push(path.slice(ahead.at, end));
    if (end === path.length) return param.leaf ? "match" : twinIf(hasSlashLeaf(param.next));
    if (param.next === undefined) return twinIf(end + 1 === path.length);
    node = param.next;
    at = end;
  }
}

/** How far a walk has come: what of the path is left, and how many parameters have values. */
interface Standing {
  readonly node: RouteNode;
  readonly isRoot: boolean;
  readonly path: ByteString;
  readonly at: number;
  readonly held: number;
}

/** From a node with fixed text: the child or the parameter to go on with, or the verdict. */
function fixedStep(
  { node, isRoot, path, at, held }: Standing,
  skipped: Skipped[],
): { readonly child: RouteNode } | Skipped | Verdict {
  const end = at + node.prefix.length;
  if (!path.startsWith(node.prefix, at)) {
    if (isSlash(path, at) || isTwin(node, path, at)) return "twin";
    return wayBack(skipped, at) ?? "none";
  }
  if (end < path.length) {
    const child = childAt(node, path.charAt(end));
    if (child?.rest) return "match";
    if (child !== undefined) {
      if (node.param !== undefined) skipped.push({ param: node.param, at: end, from: at, held });
      return { child };
    }
    if (node.param !== undefined) return { param: node.param, at: end, from: at, held };
    return isSlash(path, end) ? twinIf(node.leaf === true) : (wayBack(skipped, end) ?? "none");
  }
  if (node.leaf) return "match";
  if (isSlash(path, at)) return twinIf(!isRoot);
  return wayBack(skipped, at) ?? twinIf(hasSlashChild(node));
}

/** Gin goes back to where at least as much of the path was left as now. */
function wayBack(skipped: Skipped[], at: number): Skipped | undefined {
  for (let last = skipped.pop(); last !== undefined; last = skipped.pop()) if (last.from <= at) return last;
  return undefined;
}

function twinIf(condition: boolean): Verdict {
  return condition ? "twin" : "none";
}

export function childAt(node: RouteNode, head: string): RouteNode | undefined {
  return node.children?.[node.heads?.indexOf(head) ?? -1];
}

/** Whether only a slash is left. */
export function isSlash(path: ByteString, at: number): boolean {
  return at + 1 === path.length && path.endsWith("/");
}

/** Whether the rest of the path lacks only the final slash of the node. */
function isTwin({ prefix, leaf }: RouteNode, path: ByteString, at: number): boolean {
  return leaf === true && path.length - at + 1 === prefix.length && prefix === `${path.slice(at)}/`;
}

function hasSlashLeaf(next: RouteNode | undefined): boolean {
  return (next?.prefix === "/" && next.leaf === true) || (next?.prefix === "" && next.heads === "/");
}

export function hasSlashChild(node: RouteNode): boolean {
  const child = childAt(node, "/");
  return child?.rest === true || (child?.prefix.length === 1 && child.leaf === true);
}
