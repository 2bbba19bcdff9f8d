// How a function of the templates is declared: what it takes, in Go's types, and what it does.
import type { GoList, GoMap, GoObject, GoValue, Maybe } from "../values.js";

/** What a parameter's type gives to the body. */
export interface Kinds {
  /** Go's reflect.Value: anything, also what is not there. */
  readonly value: Maybe;
  readonly any: GoValue;
  readonly string: string;
  readonly bool: boolean;
  readonly int: number;
  readonly int64: bigint;
  readonly float64: number;
  readonly map: GoMap;
  readonly list: GoList;
  readonly strings: GoList;
  readonly object: GoObject;
}

export type Kind = keyof Kinds;

/** The types in Go's words. */
export const GO_NAMES: Readonly<Record<Kind, string>> = {
  value: "reflect.Value",
  any: "interface {}",
  string: "string",
  bool: "bool",
  int: "int",
  int64: "int64",
  float64: "float64",
  map: "map[string]interface {}",
  list: "[]interface {}",
  strings: "[]string",
  object: "time.Time",
};

export interface GoFunction {
  readonly takes: readonly Kind[];
  /** The type of any number of further arguments. */
  readonly rest: Kind | undefined;
  readonly call: (args: readonly unknown[]) => Maybe;
}

export type FunctionTable = Readonly<Record<string, GoFunction>>;

type Values<K extends readonly Kind[]> = { [I in keyof K]: Kinds[K[I]] };

/** A function with these parameters. */
export function go<const K extends readonly Kind[]>(
  takes: K,
  body: (...args: Values<K>) => Maybe,
): GoFunction {
  // The evaluator checks each argument against `takes` before it calls.
  return { takes, rest: undefined, call: (args) => body(...(args as unknown as Values<K>)) };
}

/** A function with these parameters and any number of further ones. */
export function goMany<const K extends readonly Kind[], R extends Kind>(
  takes: K,
  rest: R,
  body: (...args: [...Values<K>, ...Kinds[R][]]) => Maybe,
): GoFunction {
  return { takes, rest, call: (args) => body(...(args as unknown as [...Values<K>, ...Kinds[R][]])) };
}

/** The same function under several names. */
export function named(names: string, body: GoFunction): FunctionTable {
  return Object.fromEntries(names.split(" ").map((name) => [name, body]));
}
