// The tree in which KrakenD keeps the routes of one method: which routes can stand beside each other,
// and the shape that redirects depend on. [gin tree.go addRoute, insertChild]
import type { ParamNode, RouteNode } from "../runtime/misses.js";

/** Why a route cannot be added, in the words of KrakenD's router. */
export interface RouteConflict {
  readonly text: string;
}

/** Fixed text, and what may follow it. Never changed: a refused route leaves no trace. */
interface Fixed {
  readonly text: string;
  readonly leaf: boolean;
  /** How many routes go through here: children with more of them stand in front. */
  readonly weight: number;
  readonly children: readonly Child[];
  readonly param: Param | undefined;
  /** The catch-all that this node is, as in `/*rest`; its own text is empty. */
  readonly rest: string | undefined;
}

interface Child {
  /** The byte by which the child is chosen. */
  readonly head: string;
  readonly node: Fixed;
}

interface Param {
  /** As in `:id`. */
  readonly text: string;
  readonly leaf: boolean;
  readonly next: Fixed | undefined;
}

const EMPTY: Fixed = { text: "", leaf: false, weight: 1, children: [], param: undefined, rest: undefined };

/** The routes of one method, as patterns such as `/users/:id` in UTF-8 bytes. */
export class RouteTree {
  #root: Fixed | undefined;

  /** The tree as plain data. */
  get root(): RouteNode {
    return plain(this.#root ?? EMPTY);
  }

  /** Adds a route; a refused one leaves the tree as it was. */
  add(pattern: string): RouteConflict | undefined {
    const grown =
      this.#root === undefined ? planted(pattern, pattern) : grownBy(this.#root, pattern, pattern);
    if (isConflict(grown)) return grown;
    this.#root = grown;
    return undefined;
  }
}

function isConflict(value: object): value is RouteConflict {
  return !("leaf" in value);
}

// ---- a route on top of what is there; `pattern` is the whole route, for the messages ----

function grownBy(node: Fixed, path: string, pattern: string): Fixed | RouteConflict {
  const shared = sharedLength(node.text, path);
  const top = shared < node.text.length ? split(node, shared) : { ...node, weight: node.weight + 1 };
  if (shared < path.length) return grownBelow(top, path.slice(shared), pattern);
  return top.leaf ? taken(pattern) : { ...top, leaf: true };
}

function grownBelow(node: Fixed, path: string, pattern: string): Fixed | RouteConflict {
  if (node.rest !== undefined) return otherWildcard(path, pattern, node.rest);
  const head = path.charAt(0);
  const child = node.children.find((each) => each.head === head);
  if (child !== undefined) {
    const grown = grownBy(child.node, path, pattern);
    return isConflict(grown) ? grown : withChild(node, { head, node: grown });
  }
  if (head === ":" || head === "*") return withWildcard(node, path, pattern);
  const added = planted(path, pattern);
  return isConflict(added) ? added : withChild(node, { head, node: added });
}

function withWildcard(node: Fixed, path: string, pattern: string): Fixed | RouteConflict {
  if (node.param === undefined) return planted(path, pattern, node);
  const grown = grownParam(node.param, path, pattern);
  return isConflict(grown) ? grown : { ...node, param: grown };
}

function grownParam(param: Param, path: string, pattern: string): Param | RouteConflict {
  const segment = firstSegment(path);
  if (segment !== param.text) return otherWildcard(segment, pattern, param.text);
  const after = path.slice(segment.length);
  if (after === "") return param.leaf ? taken(pattern) : { ...param, leaf: true };
  const next = param.next === undefined ? planted(after, pattern) : grownBy(param.next, after, pattern);
  return isConflict(next) ? next : { ...param, next };
}

function split(node: Fixed, at: number): Fixed {
  const below: Child = { head: node.text.charAt(at), node: { ...node, text: node.text.slice(at) } };
  return { ...EMPTY, text: node.text.slice(0, at), weight: node.weight + 1, children: [below] };
}

/** In front of all children that fewer routes go through. */
function withChild(node: Fixed, child: Child): Fixed {
  const others = node.children.filter(({ head }) => head !== child.head);
  const place = others.findIndex((other) => other.node.weight < child.node.weight);
  return { ...node, children: others.toSpliced(place < 0 ? others.length : place, 0, child) };
}

// ---- a route where nothing is ----

/** Lays a path out below a node that has no wildcard yet; without one, as a tree of its own. */
function planted(path: string, pattern: string, onto: Fixed = EMPTY): Fixed | RouteConflict {
  const start = wildcardStart(path);
  if (typeof start === "object") return start;
  if (start < 0) return { ...onto, text: path, leaf: true };
  const wildcard = firstSegment(path.slice(start));
  if (/[:*]/.test(wildcard.slice(1))) {
    return { text: `only one wildcard per path segment is allowed, has: '${wildcard}' in path '${pattern}'` };
  }
  if (wildcard.length < 2)
    return { text: `wildcards must be named with a non-empty name in path '${pattern}'` };
  if (wildcard.startsWith("*")) return plantedRest(path, start, pattern, onto);
  const after = path.slice(start + wildcard.length);
  const next = after === "" ? undefined : planted(after, pattern);
  if (next !== undefined && isConflict(next)) return next;
  const text = start === 0 ? onto.text : path.slice(0, start);
  return { ...onto, text, param: { text: wildcard, leaf: after === "", next } };
}

function plantedRest(path: string, start: number, pattern: string, onto: Fixed): Fixed | RouteConflict {
  if (path.includes("/", start)) {
    return { text: `catch-all routes are only allowed at the end of the path in path '${pattern}'` };
  }
  if (onto.text.endsWith("/")) {
    const segment = firstSegment(onto.children[0]?.node.text ?? "");
    const text = `catch-all wildcard '${path}' in new path '${pattern}' conflicts with existing path segment '${segment}'`;
    return { text: `${text} in existing prefix '${onto.text}${segment}'` };
  }
  if (path.charAt(start - 1) !== "/") return { text: `no / before catch-all in path '${pattern}'` };
  const rest: Fixed = { ...EMPTY, rest: path.slice(start - 1) };
  return { ...EMPTY, text: path.slice(0, start - 1), children: [{ head: "/", node: rest }] };
}

/** Where the first `:` or `*` stands that is not written `\\:`; negative if there is none. */
function wildcardStart(path: string): number | RouteConflict {
  const start = path.search(/(?<!\\)[:*]|\\[^:]/);
  if (path.charAt(start) === "\\") return { text: `invalid escape string in path '${path}'` };
  return start;
}

function taken(pattern: string): RouteConflict {
  return { text: `handlers are already registered for path '${pattern}'` };
}

function otherWildcard(segment: string, pattern: string, existing: string): RouteConflict {
  const before = pattern.slice(0, pattern.indexOf(segment));
  const place = `in existing prefix '${before}${existing}'`;
  return {
    text: `'${segment}' in new path '${pattern}' conflicts with existing wildcard '${existing}' ${place}`,
  };
}

function firstSegment(path: string): string {
  return path.split("/", 1)[0] ?? "";
}

function sharedLength(one: string, other: string): number {
  const most = Math.min(one.length, other.length);
  let length = 0;
  while (length < most && one[length] === other[length]) length += 1;
  return length;
}

// ---- the tree as data ----

function plain({ text, leaf, children, param, rest }: Fixed): RouteNode {
  return {
    prefix: unescaped(text),
    ...(leaf ? { leaf } : {}),
    ...(children.length === 0 ? {} : plainChildren(children)),
    ...(param === undefined ? {} : { param: plainParam(param) }),
    ...(rest === undefined ? {} : { rest: true }),
  };
}

function plainChildren(children: readonly Child[]): Required<Pick<RouteNode, "heads" | "children">> {
  const heads = children.map(({ head }) => (head === "\\" ? ":" : head)).join("");
  return { heads, children: children.map(({ node }) => plain(node)) };
}

function plainParam({ leaf, next }: Param): ParamNode {
  return { ...(leaf ? { leaf } : {}), ...(next === undefined ? {} : { next: plain(next) }) };
}

/** `\\:` stands for a colon that begins no parameter. */
function unescaped(text: string): string {
  return text.replaceAll("\\:", ":");
}

/** A path without `//`, `.` and `..`; a slash at its end stays [gin utils.go joinPaths]. */
export function cleanPattern(pattern: string): string {
  const segments: string[] = [];
  for (const segment of pattern.split("/")) {
    if (segment === "..") segments.pop();
    else if (segment !== "" && segment !== ".") segments.push(segment);
  }
  if (segments.length === 0) return "/";
  return `/${segments.join("/")}${pattern.endsWith("/") ? "/" : ""}`;
}
