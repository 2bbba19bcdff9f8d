// A JSON-like tree in which every key and every value remembers where it was written.
import type { Span } from "./text.js";

/** A value of the tree. Numbers keep the text they were written in. */
export type Located =
  | LocatedObject
  | LocatedArray
  | LocatedString
  | LocatedNumber
  | LocatedBoolean
  | LocatedNull;

export interface LocatedObject {
  readonly kind: "object";
  readonly span: Span;
  /** All members in the order of the text, repeated keys included. */
  readonly members: readonly Member[];
}
export interface LocatedArray {
  readonly kind: "array";
  readonly span: Span;
  readonly items: readonly Located[];
}
export interface LocatedString {
  readonly kind: "string";
  readonly span: Span;
  readonly value: string;
}
export interface LocatedNumber {
  readonly kind: "number";
  readonly span: Span;
  readonly value: number;
  /** The number as it was written, for example `1.0` or `12345678901234567890`. */
  readonly lexeme: string;
}
export interface LocatedBoolean {
  readonly kind: "boolean";
  readonly span: Span;
  readonly value: boolean;
}
export interface LocatedNull {
  readonly kind: "null";
  readonly span: Span;
}
export interface Member {
  readonly key: string;
  readonly keySpan: Span;
  readonly value: Located;
}

/** The last member with exactly this key: the one that counts. */
export function member(node: Located | undefined, key: string): Member | undefined {
  return node?.kind === "object" ? node.members.findLast((each) => each.key === key) : undefined;
}

/** The value under a key of an object; undefined for other kinds and absent keys. */
export function at(node: Located | undefined, key: string): Located | undefined {
  return member(node, key)?.value;
}

/**
 * The node that a JSON pointer names (`/endpoints/0/backend`), or the deepest one that exists on
 * the way [RFC 6901].
 */
export function atPointer(root: Located, pointer: string): Located {
  let node = root;
  for (const step of pointer.split("/").slice(1)) {
    const key = step.replaceAll("~1", "/").replaceAll("~0", "~");
    const next = node.kind === "array" ? node.items[Number(key)] : at(node, key);
    if (next === undefined) return node;
    node = next;
  }
  return node;
}

/**
 * The plain JavaScript value; the last of repeated keys counts, `__proto__` is an ordinary key.
 * Works off a list of its own: recursion would run out of stack before the parser's depth is reached.
 */
export function plain(node: Located): unknown {
  const box: unknown[] = [];
  const work: Placement[] = [{ node, into: box, key: 0 }];
  for (let next = work.pop(); next !== undefined; next = work.pop()) {
    const value = emptyOf(next.node);
    put(next.into, next.key, value);
    const within = partsOf(next.node, value);
    for (let index = within.length - 1; index >= 0; index--) work.push(within[index]!);
  }
  return box[0];
}

interface Placement {
  readonly node: Located;
  readonly into: unknown;
  readonly key: string | number;
}

function emptyOf(node: Located): unknown {
  if (node.kind === "object") return {};
  if (node.kind === "array") return [];
  return node.kind === "null" ? null : node.value;
}

function partsOf(node: Located, into: unknown): readonly Placement[] {
  if (node.kind === "object") return node.members.map((each) => ({ node: each.value, into, key: each.key }));
  if (node.kind === "array") return node.items.map((each, key) => ({ node: each, into, key }));
  return [];
}

function put(into: unknown, key: string | number, value: unknown): void {
  // An assignment to `__proto__` would change the prototype.
  if (key !== "__proto__") (into as Record<string | number, unknown>)[key] = value;
  else Object.defineProperty(into, key, { value, writable: true, enumerable: true, configurable: true });
}
