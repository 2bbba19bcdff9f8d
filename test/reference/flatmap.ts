// flatmap_filter on a tree of labelled edges. [krakend/flatmap tree/]
import type { Flatmap } from "./config.js";
import type { Data, Value } from "./json.js";

interface Edge {
  label: string;
  readonly node: Node;
}

/** `value` counts where there are no edges. */
interface Node {
  value: Value;
  isList: boolean;
  edges: Edge[];
}

/** The data after all operations; null where nothing is left of it, or nothing was there. */
export function flatmap(data: Data | null, operations: readonly Flatmap[]): Data | null {
  if (data === null) return null;
  const root = newNode();
  add(root, [], data);
  for (const { type, args } of operations) {
    const paths = args.map((path) => path.split("."));
    if (type === "del") for (const path of paths) del(root, path);
    if (type === "move") move(root, paths[0]!, paths[1]!);
    if (type === "append") append(root, paths[0]!, paths[1]!);
  }
  const result = expand(root);
  return result instanceof Map ? result : null;
}

function newNode(): Node {
  return { value: null, isList: false, edges: [] };
}

function child(node: Node, label: string): Node | undefined {
  return node.edges.find((edge) => edge.label === label)?.node;
}

function add(node: Node, path: readonly string[], value: Value): void {
  const [step, ...rest] = path;
  if (step === undefined) {
    flatten(node, value);
    return;
  }
  let next = child(node, step);
  if (next === undefined) {
    next = newNode();
    node.edges.push({ label: step, node: next });
  }
  add(next, rest, value);
}

function flatten(node: Node, value: Value): void {
  node.isList = Array.isArray(value);
  const members: readonly (readonly [string, Value])[] = Array.isArray(value)
    ? value.map((item, index) => [String(index), item])
    : value instanceof Map
      ? [...value]
      : [];
  if (members.length === 0) node.value = value;
  for (const [label, member] of members) add(node, [label], member);
}

function expand(node: Node): Value {
  if (node.edges.length === 0) return node.value;
  if (node.isList) return node.edges.map((edge) => expand(edge.node));
  return new Map(node.edges.map((edge) => [edge.label, expand(edge.node)]));
}

function del(node: Node, path: readonly string[]): void {
  const [step, ...rest] = path;
  if (step === "*" && rest.length === 0) node.edges = [];
  else if (step === "*") for (const edge of node.edges) del(edge.node, rest);
  else {
    const index = node.edges.findIndex((edge) => edge.label === step);
    if (index < 0) return;
    if (rest.length === 0) node.edges.splice(index, 1);
    else del(node.edges[index]!.node, rest);
  }
}

interface Candidate {
  readonly node: Node;
  readonly labels: readonly string[];
}

function candidates(root: Node, path: readonly string[]): readonly Candidate[] {
  let found: readonly Candidate[] = [{ node: root, labels: [] }];
  for (const step of path) {
    found = found.flatMap(({ node, labels }) =>
      node.edges
        .filter(
          (_edge, index) => step === "*" || index === node.edges.findIndex((each) => each.label === step),
        )
        .map((edge): Candidate => ({ node: edge.node, labels: [...labels, edge.label] })),
    );
  }
  return found;
}

function move(root: Node, src: readonly string[], dst: readonly string[]): void {
  const last = src.at(-1);
  const name = dst.at(-1)!;
  for (const { node, labels } of candidates(root, src.slice(0, -1))) {
    const index = node.edges.findIndex((edge) => edge.label === last);
    if (index < 0) continue;
    const edge = node.edges[index]!;
    if (src.length === dst.length) {
      edge.label = name;
      continue;
    }
    node.edges.splice(index, 1);
    const parent =
      src.length > dst.length
        ? ancestor(root, dst.slice(0, -1), labels)
        : made(node, dst.slice(src.length - 1, -1));
    parent.edges.push({ label: name, node: edge.node });
  }
}

function ancestor(root: Node, path: readonly string[], labels: readonly string[]): Node {
  let node = root;
  for (const [depth, step] of path.entries()) {
    const next = child(node, step === "*" ? labels[depth]! : step);
    if (next === undefined) break;
    node = next;
  }
  return node;
}

function made(start: Node, path: readonly string[]): Node {
  let node = start;
  for (const step of path) {
    const next = child(node, step) ?? newNode();
    if (child(node, step) === undefined) node.edges.push({ label: step, node: next });
    node = next;
  }
  return node;
}

function append(root: Node, src: readonly string[], dst: readonly string[]): void {
  const added = get(root, src);
  const there = get(root, dst);
  if (!Array.isArray(added) || !Array.isArray(there)) return;
  add(root, dst, [...there, ...added]);
  del(root, src);
}

function get(node: Node, path: readonly string[]): Value {
  const [step, ...rest] = path;
  if (step === undefined) return expand(node);
  if (node.edges.length === 0) return null;
  if (step === "*") return node.edges.map((edge) => get(edge.node, rest));
  const next = child(node, step);
  return next === undefined ? null : get(next, rest);
}
