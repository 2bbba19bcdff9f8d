// Random JSON documents: odd keys, odd numbers, odd blanks, and the paths that lead into them.
import type { Chance } from "./random.js";

/** A document before it is written down; scalars are the text they are written as. */
export type Shape =
  | { readonly kind: "scalar"; readonly text: string }
  | { readonly kind: "list"; readonly items: readonly Shape[] }
  | { readonly kind: "object"; readonly members: readonly (readonly [string, Shape])[] };

const KEYS = [
  "id",
  "Id",
  "a",
  "A",
  "b",
  "name",
  "na me",
  "tags",
  "items",
  "data",
  "meta",
  "user",
  "total",
  "price",
  "collection",
  "content",
  "x.y",
  "k-1",
  "0",
  "__proto__",
  "constructor",
  "toString",
  "length",
  "żółć",
];
const SCALARS = [
  "null",
  "true",
  "false",
  "0",
  "1",
  "-0",
  "1.0",
  "-3.25",
  "1e5",
  "1E-7",
  "0.1000",
  "12345678901234567890",
  "100000000000000000000000",
  '""',
  '"text"',
  '"a/b"',
  '"<b>&\'\\"</b>"',
  '"\\u0041\\n\\t\\u2028"',
  '"żółć ☃ 😀"',
  '"2024-01-02T03:04:05Z"',
  '"a b"',
  '"\\ud800"',
];
const ODD_BODIES = [
  "",
  "null",
  "42",
  '"s"',
  "true",
  "<html></html>",
  "{",
  '{"a":1} trailing',
  '{"a":1,"a":2}',
  "[]",
  "{}",
  "[1,2]",
];

/** A document, mostly an object. */
export function shapeOf(chance: Chance): Shape {
  if (chance.happens(0.12)) return { kind: "list", items: many(chance, 3, () => anyValue(chance, 1)) };
  return objectOf(chance, 0);
}

function anyValue(chance: Chance, depth: number): Shape {
  if (depth > 3 || chance.happens(0.4)) return { kind: "scalar", text: chance.pick(SCALARS) };
  if (chance.happens(0.35))
    return { kind: "list", items: many(chance, 3, () => anyValue(chance, depth + 1)) };
  return objectOf(chance, depth + 1);
}

function objectOf(chance: Chance, depth: number): Shape {
  const keys = chance.some(KEYS, 5);
  const count = chance.happens(0.08) ? 0 : keys.length;
  return { kind: "object", members: keys.slice(0, count).map((key) => [key, anyValue(chance, depth + 1)]) };
}

function many<Item>(chance: Chance, most: number, make: () => Item): Item[] {
  return Array.from({ length: chance.below(most + 1) }, make);
}

/** The document as a backend might write it; now and then something else. */
export function documentText(chance: Chance, shape: Shape): string {
  return chance.happens(0.1) ? chance.pick(ODD_BODIES) : write(chance, shape);
}

function write(chance: Chance, shape: Shape): string {
  if (shape.kind === "scalar") return shape.text;
  const blank = chance.happens(0.1) ? chance.pick([" ", "\n", "\t", "  "]) : "";
  if (shape.kind === "list")
    return `[${blank}${shape.items.map((item) => write(chance, item)).join(`,${blank}`)}]`;
  const members = shape.members.map(
    ([key, value]) => `${JSON.stringify(key)}:${blank}${write(chance, value)}`,
  );
  return `{${blank}${members.join(`,${blank}`)}${blank}}`;
}

/** A key at the top of a document. */
export function keyOf(chance: Chance, shape: Shape): string {
  if (shape.kind !== "object" || shape.members.length === 0) return "collection";
  return chance.pick(shape.members)[0];
}

/** A dotted path into a document; it may go on where nothing is. */
export function pathOf(chance: Chance, shape: Shape): string {
  const steps: string[] = [];
  let at: Shape = shape.kind === "list" ? { kind: "object", members: [["collection", shape]] } : shape;
  while (at.kind !== "scalar") {
    const children: readonly (readonly [string, Shape])[] =
      at.kind === "object" ? at.members : at.items.map((item, index) => [String(index), item] as const);
    if (children.length === 0) break;
    const [key, value] = chance.pick(children);
    steps.push(key);
    at = value;
    if (chance.happens(0.35)) break;
  }
  return steps.length === 0 ? "id" : steps.join(".");
}
