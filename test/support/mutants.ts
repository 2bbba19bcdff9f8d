// Every configuration that differs from a given one in one thing.
import type { Json } from "../reference/decoding.js";

export interface Mutant {
  /** The place and what was done there: `endpoints.0.timeout = []`. */
  readonly what: string;
  readonly value: Json;
}

type Bag = { readonly [key: string]: Json };

/** Values of every kind that a reader may trip over. */
const OTHERS: readonly Json[] = [
  null,
  true,
  false,
  0,
  1,
  -1,
  3.7,
  3000,
  "",
  "x",
  "0",
  "8_080",
  "true",
  "yes",
  "1s",
  "1d",
  "/x/*",
  "/__health",
  "/{a}/{b}",
  "http://h/p",
  "no-op",
  "get",
  "OPTIONS",
  [],
  [null],
  ["x"],
  ["a", "b"],
  [{}],
  {},
  { a: 1 },
  { a: { b: [] } },
];

export function mutants(value: Json, path = ""): readonly Mutant[] {
  const replaced =
    path === "" ? [] : OTHERS.map((other) => ({ what: `${path} = ${JSON.stringify(other)}`, value: other }));
  if (Array.isArray(value)) return [...replaced, ...listMutants(value as readonly Json[], path)];
  if (typeof value === "object" && value !== null) return [...replaced, ...objectMutants(value as Bag, path)];
  return replaced;
}

function listMutants(list: readonly Json[], path: string): readonly Mutant[] {
  return list.flatMap((item, at) => {
    const here = `${path}.${at}`;
    return [
      { what: `${here} deleted`, value: list.toSpliced(at, 1) },
      { what: `${here} doubled`, value: list.toSpliced(at, 0, item) },
      ...mutants(item, here).map(({ what, value }) => ({ what, value: list.with(at, value) })),
    ];
  });
}

function objectMutants(object: Bag, path: string): readonly Mutant[] {
  return Object.entries(object).flatMap(([key, value]) => {
    const here = path === "" ? key : `${path}.${key}`;
    const renamed = (name: string): Mutant => ({
      what: `${here} named ${name}`,
      value: withKey(object, key, name),
    });
    return [
      { what: `${here} deleted`, value: withKey(object, key, undefined) },
      renamed(key.slice(1)),
      renamed(`${key}s`),
      renamed(key.toUpperCase()),
      renamed(`@${key}`),
      ...mutants(value, here).map((each) => ({ what: each.what, value: { ...object, [key]: each.value } })),
    ];
  });
}

/** The object with another name for a key, in its place; without the key where there is no name. */
function withKey(object: Bag, key: string, name: string | undefined): Bag {
  const entries = Object.entries(object).flatMap(([each, value]) => {
    if (each !== key) return [[each, value] as const];
    return name === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(entries);
}
