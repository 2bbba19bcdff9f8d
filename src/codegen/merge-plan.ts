// How the answers of the backends are put together, decided by the keys that they may have.
import type { Backend, Endpoint } from "../model/model.js";
import { sendsOneKey } from "./encodings.js";
import type { DataMode } from "./shape.js";
import { topKeys } from "./shape-keys.js";

export interface Merge {
  /** The backends in the order in which their members are joined. */
  readonly order: readonly number[];
  readonly mode: DataMode;
  /** All keys that they may have at the top; undefined: any. */
  readonly keys: readonly string[] | undefined;
}

/**
 * Answers whose keys are known and different are joined as text. Where keys may collide the last
 * to arrive wins, and where one key is asked for it must be found: there they are kept apart. So
 * they are in a sequence, whose later backends may ask for any value.
 */
export function mergePlan(endpoint: Endpoint): Merge {
  const order = endpoint.backends.map((_backend, index) => index);
  const known = endpoint.backends.map(keysWithDetails);
  const keys = known.every((each) => each !== undefined) ? known.flat() : undefined;
  const keyed: Merge = { mode: "keyed", order, keys };
  if (sendsOneKey(endpoint.output)) return keyed;
  if (endpoint.backends.length === 1) return { mode: "text", order, keys };
  if (keys === undefined || endpoint.settings.sequential) return keyed;
  const sorted = order
    .map((index) => ({ index, keys: [...(known[index] ?? [])].sort() }))
    .sort((a, b) => ((a.keys[0] ?? "") < (b.keys[0] ?? "") ? -1 : 1));
  const flat = sorted.flatMap((each) => each.keys);
  const apart = flat.every((key, index) => index === 0 || flat[index - 1]! < key);
  return apart ? { mode: "text", order: sorted.map((each) => each.index), keys } : keyed;
}

function keysWithDetails(backend: Backend): readonly string[] | undefined {
  if (backend.rooms.some((room) => room.feature.makesKeys?.(room.plan) === true)) {
    const { group } = backend.shape;
    if (group === undefined && backend.decode !== "no-op") return undefined;
  }
  const keys = topKeys(backend);
  const more = backend.rooms.flatMap((room) => room.feature.addedKeys?.(room.plan) ?? []);
  return keys === undefined ? undefined : [...keys, ...more];
}
