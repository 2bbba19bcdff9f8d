// Objects [sprig dict.go, mergo].
import { GoError, GoInt, GoList, GoMap, type GoValue, strings, typeOf } from "../values.js";
import { toText } from "./casts.js";
import { type FunctionTable, go, goMany, named } from "./kit.js";

export const dicts: FunctionTable = {
  dict: goMany([], "any", (...values) => {
    const dict = new GoMap();
    for (let at = 0; at < values.length; at += 2)
      dict.entries.set(toText(values[at] ?? null), at + 1 < values.length ? values[at + 1]! : "");
    return dict;
  }),
  get: go(["map", "string"], (dict, key) => (dict.entries.has(key) ? dict.entries.get(key) : "")),
  set: go(["map", "string", "any"], (dict, key, value) => {
    if (dict.isNil) throw new GoError("assignment to entry in nil map");
    dict.entries.set(key, value);
    return dict;
  }),
  unset: go(["map", "string"], (dict, key) => {
    dict.entries.delete(key);
    return dict;
  }),
  hasKey: go(["map", "string"], (dict, key) => dict.entries.has(key)),
  pluck: goMany(
    ["string"],
    "map",
    (key, ...all) =>
      new GoList(all.filter((each) => each.entries.has(key)).map((each) => each.entries.get(key) ?? null)),
  ),
  // Go's order of keys is one of chance; a sorted one is among what it may give.
  keys: goMany([], "map", (...all) => strings(all.flatMap((each) => each.keys))),
  values: go(["map"], (dict) => new GoList(dict.keys.map((key) => dict.entries.get(key) ?? null))),
  pick: goMany(
    ["map"],
    "string",
    (dict, ...keys) =>
      new GoMap(
        keys.filter((key) => dict.entries.has(key)).map((key) => [key, dict.entries.get(key) ?? null]),
      ),
  ),
  omit: goMany(
    ["map"],
    "string",
    (dict, ...keys) => new GoMap([...dict.entries].filter(([key]) => !keys.includes(key))),
  ),
  ...named(
    "merge mustMerge",
    goMany(["map"], "map", (target, ...sources) => merged(target, sources, false)),
  ),
  ...named(
    "mergeOverwrite mustMergeOverwrite",
    goMany(["map"], "map", (target, ...sources) => merged(target, sources, true)),
  ),
  ...named("deepCopy mustDeepCopy", go(["any"], copied)),
  dig: goMany([], "any", (...values) => dig(values)),
};

function merged(target: GoMap, sources: readonly GoMap[], overwrites: boolean): GoMap {
  for (const source of sources) mergeInto(target, source, overwrites);
  return target;
}

/**
 * A zero value counts as absent where nothing is overwritten. Quirk: an object never takes the place of
 * something else, and null is merged only when overwriting [mergo 0.3 deepMerge].
 */
function mergeInto(target: GoMap, source: GoMap, overwrites: boolean): void {
  for (const [key, value] of source.entries) {
    const own = target.entries.get(key);
    if (own instanceof GoMap && value instanceof GoMap) mergeInto(own, value, overwrites);
    else if (
      own === undefined
        ? value !== null || overwrites
        : isZero(own) || (overwrites && !(value instanceof GoMap))
    )
      target.entries.set(key, value);
  }
}

function isZero(value: GoValue): boolean {
  if (value instanceof GoInt) return value.value === 0n;
  if (value instanceof GoList) return value.items.length === 0;
  if (value instanceof GoMap) return value.entries.size === 0;
  return value === null || value === "" || value === 0 || value === false;
}

function copied(value: GoValue): GoValue {
  if (value === null) throw new GoError("reflect: call of reflect.Value.Type on zero Value");
  return copy(value);
}

function copy(value: GoValue): GoValue {
  if (value instanceof GoList) return new GoList(value.items.map(copy), value.element);
  if (value instanceof GoMap)
    return new GoMap(
      [...value.entries].map(([key, each]) => [key, copy(each)]),
      value.element,
    );
  return value;
}

/** `dig "a" "b" "default" .object`: the value under a path of keys. */
function dig(values: readonly GoValue[]): GoValue {
  if (values.length < 3) throw new GoError("dig needs at least three arguments");
  const source = values.at(-1)!;
  const otherwise = values.at(-2)!;
  let inner: GoValue = source;
  for (const key of values.slice(0, -2)) {
    if (!(inner instanceof GoMap) || typeof key !== "string") throw new GoError(conversion(inner, key));
    const next = inner.entries.get(key);
    if (next === undefined) return otherwise;
    inner = next;
  }
  return inner;
}

function conversion(inner: GoValue, key: GoValue): string {
  if (typeof key !== "string") return "interface conversion: interface {} is not string";
  return `interface conversion: interface {} is ${inner === null ? "nil" : typeOf(inner)}, not map[string]interface {}`;
}
