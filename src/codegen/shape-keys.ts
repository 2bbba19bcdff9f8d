// Which keys a shape can give, and how it is told to people. [lura proxy/formatter.go]
import type { Backend, KeyTree, ShapePlan } from "../model/model.js";
import { canonicalKey } from "./keys.js";

/** The keys at the top of a backend's data, as bytes; undefined: whatever it answers. */
export function topKeys(backend: Backend): readonly string[] | undefined {
  const { decode, shape } = backend;
  if (decode === "no-op") return [];
  if (shape.group !== undefined) return [canonicalKey(shape.group)];
  if (decode === "collection") return fixedKey("collection", shape).map(canonicalKey);
  if (decode === "string") return fixedKey("content", shape).map(canonicalKey);
  if (decode === "safejson" || shape.allow === undefined) return undefined;
  return outputsOf(shape.allow, shape).map((each) => canonicalKey(each.key));
}

/** Where a key that the decoder makes ends up after the filters; nowhere: an empty list. */
export function fixedKey(key: string, shape: ShapePlan): readonly string[] {
  if (shape.target.length > 0) return [];
  if (shape.allow !== undefined && shape.allow.get(key) !== true) return [];
  if (shape.deny?.get(key) === true) return [];
  const renamed = shape.mapping.get(key);
  return renamed === key ? [] : [renamed ?? key];
}

/** A key of the result and the keys of the answer it comes from, the first present one counts. */
export interface Output {
  readonly key: string;
  readonly sources: readonly string[];
}

/** The results of a mapping over these keys, sorted as Go prints them. */
export function outputsOf(keys: Iterable<string, unknown> | KeyTree, shape: ShapePlan): readonly Output[] {
  const known = keys instanceof Map ? [...keys.keys()] : [...(keys as Iterable<string>)];
  const sources = new Map<string, string[]>();
  const add = (key: string, source: string): void =>
    void sources.set(key, [...(sources.get(key) ?? []), source]);
  const sorted = known.sort(byBytes);
  for (const key of sorted) {
    const renamed = shape.mapping.get(key);
    // Quirk: a field mapped to its own name is deleted [lura proxy/formatter.go].
    if (renamed !== undefined && renamed !== key) add(renamed, key);
  }
  for (const key of sorted) if (!shape.mapping.has(key)) add(key, key);
  return [...sources]
    .map(([key, from]): Output => ({ key, sources: from }))
    .sort((a, b) => byBytes(a.key, b.key));
}

/** For people: `allow: id, name`, `mapping: name -> full_name`, `group: user`. */
export function shapeLines(shape: ShapePlan): readonly string[] {
  const parts: string[] = [];
  if (shape.target.length > 0) parts.push(`target: ${shape.target.join(".")}`);
  if (shape.allow !== undefined) parts.push(`allow: ${pathsOf(shape.allow).join(", ")}`);
  if (shape.deny !== undefined) parts.push(`deny: ${pathsOf(shape.deny).join(", ")}`);
  if (shape.mapping.size > 0) {
    parts.push(`mapping: ${[...shape.mapping].map(([from, to]) => `${from} -> ${to}`).join(", ")}`);
  }
  if (shape.group !== undefined) parts.push(`group: ${shape.group}`);
  return parts;
}

function pathsOf(tree: KeyTree): readonly string[] {
  return [...tree].flatMap(([key, below]) =>
    below === true ? [key] : pathsOf(below).map((path) => `${key}.${path}`),
  );
}

/** The order in which Go prints keys: by their UTF-8 bytes. */
function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a, "utf8"), Buffer.from(b, "utf8"));
}
