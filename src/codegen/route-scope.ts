// Names and facts that the functions of a route share.
import type { Attached, Endpoint } from "../model/model.js";
import type { BackendScope } from "./backend.js";
import type { Merge } from "./merge-plan.js";
import { camelCase, lowerFirst, type Names } from "./names.js";

/** What all functions of the route share. */
export function scopeOf(
  { gateway, endpoint, upstreams }: Pick<BackendScope, "gateway" | "endpoint" | "upstreams">,
  names: Names,
  params: ReadonlyMap<string, string>,
  { mode, keys }: Merge,
): BackendScope {
  const several = endpoint.backends.length > 1 || endpoint.shadows.length > 0;
  const repeated = endpoint.backends.some((backend) => backend.rooms.some(isAround));
  const earlier = new Set(earlierNames(endpoint));
  const locals = new Map([...params, ...[...earlier].map((name) => [name, nameOf(name, names)] as const)]);
  return {
    names,
    locals,
    gateway,
    endpoint,
    upstreams,
    mode,
    keys,
    sharedBody: several || repeated,
    earlier,
    keepsAnswer: false,
  };
}

/** A room around a call may make it more than once, so that the body is sent more than once. */
function isAround({ feature }: Attached): boolean {
  return feature.repeats === true;
}

function nameOf(earlier: string, names: Names): string {
  return names.claim(camelCase(lowerFirst(earlier), "earlier"));
}

function earlierNames(endpoint: Endpoint): readonly string[] {
  const { backends, shadows, settings } = endpoint;
  const pieces = [...backends, ...shadows].flatMap((backend) => backend.pattern);
  const placed = pieces.flatMap((piece) => (piece.kind === "earlier" ? [piece.name] : []));
  return [...placed, ...(settings.sequential ? settings.propagated.map(({ name }) => name) : [])];
}

/** What is there for the backend at this place: of earlier answers only their values. */
export function backendScope(scope: BackendScope, index: number): BackendScope {
  const { backends, settings, shadows } = scope.endpoint;
  const values = settings.propagated.filter(({ backend }) => backend < index).map(({ name }) => name);
  const pattern = [...(backends[index]?.pattern ?? []), ...(shadows[index]?.pattern ?? [])];
  const placed = pattern.flatMap((piece) => (piece.kind === "earlier" ? [piece.name] : []));
  const known = ([name]: readonly [string, string]): boolean =>
    !scope.earlier.has(name) || values.includes(name) || placed.includes(name);
  const keepsAnswer = settings.propagated.some(({ backend, path }) => backend === index && path.length === 0);
  return { ...scope, locals: new Map([...scope.locals].filter(known)), keepsAnswer };
}
