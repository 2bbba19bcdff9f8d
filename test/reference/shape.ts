// What a backend's answer goes through after it was decoded. [lura proxy/formatter.go]
import type { ConfigBackend } from "./config.js";
import { flatmap } from "./flatmap.js";
import { type Data, NilData, type Value } from "./json.js";

/** target, then allow or deny, mapping, group; flatmap takes the place of the three in between. */
export function format(backend: ConfigBackend, decoded: Data | null): Data | null {
  const operations = backend.extra_config?.proxy?.flatmap_filter ?? [];
  let data = backend.target ? targetOf(decoded, backend.target.split(".")) : decoded;
  if (operations.length > 0) data = flatmap(data, operations);
  else if (data !== null && data.size > 0) data = filtered(backend, data);
  return backend.group ? new Map<string, Value>([[backend.group, data ?? new NilData()]]) : data;
}

function targetOf(data: Data | null, path: readonly string[]): Data {
  let at: Value = data;
  for (const step of path) {
    const next: Value | undefined = at instanceof Map ? at.get(step) : undefined;
    if (!(next instanceof Map)) return new Map();
    at = next;
  }
  return at instanceof Map ? at : new Map();
}

function filtered(backend: ConfigBackend, data: Data): Data {
  const { allow = [], deny = [], mapping = {} } = backend;
  const steps = (paths: readonly string[]): Path[] => paths.map((path) => path.split("."));
  const kept = allow.length > 0 ? allowed(data, steps(allow)) : denied(data, steps(deny));
  for (const [from, to] of Object.entries(mapping)) {
    const value = kept.get(from);
    if (value === undefined) continue;
    kept.set(to.split(".")[0]!, value);
    kept.delete(from);
  }
  return kept;
}

type Path = readonly string[];

/** Of a path and one that goes on from it, the later one counts. */
function allowed(data: Data, paths: readonly Path[]): Data {
  const result: Data = new Map();
  for (const [key, value] of data) {
    const below = belowOf(key, paths);
    if (below === undefined) continue;
    if (below === "all") result.set(key, value);
    else if (value instanceof Map) {
      const part = allowed(value, below);
      if (part.size > 0) result.set(key, part);
    }
  }
  return result;
}

function belowOf(key: string, paths: readonly Path[]): "all" | readonly Path[] | undefined {
  let below: "all" | Path[] | undefined;
  for (const [first, ...rest] of paths) {
    if (first !== key) continue;
    if (rest.length === 0) below = "all";
    else below = [...(Array.isArray(below) ? below : []), rest];
  }
  return below;
}

function denied(data: Data, paths: readonly Path[]): Data {
  const result: Data = new Map();
  for (const [key, value] of data) {
    const below = paths.filter(([first]) => first === key).map(([, ...rest]) => rest);
    if (below.some((rest) => rest.length === 0)) continue;
    result.set(key, below.length > 0 && value instanceof Map ? denied(value, below) : value);
  }
  return result;
}
