// The routes as a tree of segments, and where KrakenD's own tree branches. [gin tree.go]
import { type Code, code, identifier } from "./code.js";

/** A place in the path: what may follow the slash before it. */
export interface Place {
  /** Fixed segments. */
  readonly fixed: Map<string, Step>;
  /** Segments that hold a parameter after a fixed beginning, the longest beginning first. */
  readonly params: Map<string, Step>;
}

/** After a segment: the end of a route, or more segments. */
export interface Step {
  route?: Code;
  next?: Place;
  /** Serves all paths that go on after the segment. */
  rest?: Code;
}

export function emptyPlace(): Place {
  return { fixed: new Map(), params: new Map() };
}

/** The locals that the segments of a pattern are held in, by the name of their parameter. */
export type SegmentLocals = Map<string, Code>;

export function insert(root: Place, pattern: string, route: (locals: SegmentLocals) => Code): void {
  const segments = pattern.slice(1).split("/");
  const locals: SegmentLocals = new Map();
  let place = root;
  segments.forEach((segment, index) => {
    const colon = segment.indexOf(":");
    const table = colon < 0 ? place.fixed : place.params;
    const key = colon < 0 ? segment : segment.slice(0, colon);
    if (colon >= 0) locals.set(segment.slice(colon + 1), paramOf(index + 1, key));
    const step = table.get(key) ?? {};
    table.set(key, step);
    if (index === segments.length - 1) step.route = route(locals);
    else {
      step.next ??= emptyPlace();
      place = step.next;
    }
  });
}

/** The text of a parameter: its segment, after the fixed beginning. */
function paramOf(depth: number, beginning: string): Code {
  const segment = identifier(`segment${depth}`);
  return beginning === "" ? segment : code`${segment}.slice(${beginning.length})`;
}

export function countRoutes(place: Place): number {
  const steps = [...place.fixed.values(), ...place.params.values()];
  return steps.reduce(
    (sum, step) =>
      sum +
      (step.route === undefined ? 0 : 1) +
      (step.rest === undefined ? 0 : 1) +
      (step.next === undefined ? 0 : countRoutes(step.next)),
    0,
  );
}

/** Whether KrakenD's tree ends a node right after this segment: a route ends there, or more ways part. */
function isBranch(place: Place, text: string, step: Step): boolean {
  const longer = (other: string): boolean => other.length > text.length && other.startsWith(text);
  return step.route !== undefined || [...place.fixed.keys(), ...place.params.keys()].some(longer);
}

/**
 * Whether the tree branches after this segment; undefined where a parameter follows the same text, as
 * one beside the empty segment does: it is the next thing that KrakenD tries, so nothing ends there,
 * unless more segments follow too.
 */
export function branching(place: Place, text: string, step: Step): boolean | undefined {
  const followed = text === "" ? place.params.size > 0 : place.params.has(text);
  if (!followed) return isBranch(place, text, step);
  return step.next === undefined ? undefined : true;
}

/**
 * Beginnings that segments share without being one: KrakenD's tree branches there, and a path that
 * goes on with nothing but a slash ends there.
 */
export function inBetween(place: Place): readonly (readonly [string, Step])[] {
  const texts = [...place.fixed.keys(), ...[...place.params.keys()].filter((beginning) => beginning !== "")];
  const shared = new Set<string>();
  texts.forEach((text, index) => {
    for (const other of texts.slice(index + 1)) {
      let length = 0;
      while (length < text.length && text[length] === other[length]) length += 1;
      shared.add(text.slice(0, length));
    }
  });
  // Where a parameter follows, it takes what is left, be it nothing.
  const known = new Set(["", ...place.fixed.keys(), ...place.params.keys()]);
  return [...shared].filter((text) => !known.has(text)).map((text) => [text, {}] as const);
}
