// Operations of a flatmap_filter, done one by one on a tree of plain objects: what the generated
// filters are held against. Nothing of the compiler or of the room is used. [krakend/flatmap tree/]
import { type ByteString, utf8 } from "../../src/runtime/json/text.js";
import type { JsonValue } from "../../src/runtime/json/value.js";

/** As written in a configuration. */
export interface FlatmapOperation {
  readonly type: string;
  readonly args: readonly string[];
}

interface Twig {
  label: ByteString;
  readonly node: Node;
}

interface Node {
  /** What it is without twigs. */
  value: JsonValue;
  list: boolean;
  twigs: Twig[];
}

/** null: nothing is left, not even an empty object. */
export function flatmapped(
  data: Map<ByteString, JsonValue> | null,
  operations: readonly FlatmapOperation[],
): Map<ByteString, JsonValue> | null {
  if (data === null) return null;
  const root = empty();
  put(root, data);
  for (const { type, args } of operations) {
    const paths = args.map((text) => text.split(".").map(utf8));
    if (type === "del") for (const path of paths) remove(root, path);
    if (type === "move") move(root, paths[0]!, paths[1]!);
    if (type === "append") append(root, paths[0]!, paths[1]!);
  }
  return grown(root) as Map<ByteString, JsonValue> | null;
}

function empty(): Node {
  return { value: null, list: false, twigs: [] };
}

/** Writes a value over a node: members and items meet the twigs of their labels. */
function put(node: Node, value: JsonValue): void {
  node.list = Array.isArray(value);
  const entries: readonly (readonly [ByteString, JsonValue])[] = Array.isArray(value)
    ? value.map((item, index) => [String(index), item])
    : value instanceof Map
      ? [...value]
      : [];
  if (entries.length === 0) node.value = value;
  for (const [label, item] of entries) put(childOf(node, label) ?? sprout(node, label), item);
}

function childOf(node: Node, label: ByteString): Node | undefined {
  return node.twigs.find((twig) => twig.label === label)?.node;
}

function sprout(node: Node, label: ByteString): Node {
  const child = empty();
  node.twigs.push({ label, node: child });
  return child;
}

function grown({ value, list, twigs }: Node): JsonValue {
  if (twigs.length === 0) return value;
  if (list) return twigs.map(({ node }) => grown(node));
  return new Map(twigs.map(({ label, node }) => [label, grown(node)]));
}

function remove(node: Node, path: readonly ByteString[]): void {
  const [step, ...rest] = path;
  const hit = step === "*" ? [...node.twigs] : node.twigs.filter(({ label }) => label === step).slice(0, 1);
  for (const twig of hit) {
    if (rest.length > 0) remove(twig.node, rest);
    else node.twigs.splice(node.twigs.indexOf(twig), 1);
  }
}

interface Way {
  readonly node: Node;
  readonly labels: readonly ByteString[];
}

/** All ways along a path, level by level. */
function ways(root: Node, path: readonly ByteString[]): readonly Way[] {
  let found: readonly Way[] = [{ node: root, labels: [] }];
  for (const step of path) {
    found = found.flatMap(({ node, labels }) => {
      const hit = step === "*" ? node.twigs : node.twigs.filter(({ label }) => label === step).slice(0, 1);
      return hit.map((twig): Way => ({ node: twig.node, labels: [...labels, twig.label] }));
    });
  }
  return found;
}

function move(root: Node, from: readonly ByteString[], to: readonly ByteString[]): void {
  const last = from.at(-1);
  const name = to.at(-1) ?? "";
  const found = ways(root, from.slice(0, -1));
  if (from.length === to.length) {
    for (const { node } of found) rename(node, last, name);
    return;
  }
  const cut = found.flatMap(({ node, labels }) => {
    const at = node.twigs.findIndex(({ label }) => label === last);
    return at < 0 ? [] : [{ parent: node, labels, twig: node.twigs.splice(at, 1)[0]! }];
  });
  for (const { parent, labels, twig } of cut) {
    const place =
      from.length > to.length
        ? above(root, to.slice(0, -1), labels)
        : to
            .slice(from.length - 1, -1)
            .reduce((node, step) => childOf(node, step) ?? sprout(node, step), parent);
    place.twigs.push({ label: name, node: twig.node });
  }
}

/** The moved member counts before one of its new name. */
function rename(node: Node, from: ByteString | undefined, to: ByteString): void {
  const twig = node.twigs.find(({ label }) => label === from);
  if (twig === undefined) return;
  twig.label = to;
  if (node.list) return;
  node.twigs = [...node.twigs.filter((each) => each !== twig), twig];
}

/** As far as the way leads. */
function above(root: Node, path: readonly ByteString[], labels: readonly ByteString[]): Node {
  let node = root;
  for (const [depth, step] of path.entries()) {
    const next = childOf(node, step === "*" ? labels[depth]! : step);
    if (next === undefined) return node;
    node = next;
  }
  return node;
}

function append(root: Node, from: readonly ByteString[], to: readonly ByteString[]): void {
  const added = valueAt(root, from);
  const there = valueAt(root, to);
  if (!Array.isArray(added) || !Array.isArray(there)) return;
  const target = to.reduce((node, step) => childOf(node, step) ?? sprout(node, step), root);
  put(target, [...there, ...added]);
  remove(root, from);
}

function valueAt(node: Node, [step, ...rest]: readonly ByteString[]): JsonValue {
  if (step === undefined) return grown(node);
  if (node.twigs.length === 0) return null;
  if (step === "*") return node.twigs.map((twig) => valueAt(twig.node, rest));
  const child = childOf(node, step);
  return child === undefined ? null : valueAt(child, rest);
}
