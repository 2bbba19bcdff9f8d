// The route tree against a matcher that compares segments one by one.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RouteTree } from "../../src/model/route-tree.js";
import { caseInsensitive, cleanPath, matches, miss, trailingSlash } from "../../src/runtime/misses.js";

type Segments = readonly string[];

const bytes = (text: string): string => Buffer.from(text, "utf8").toString("latin1");

const fixed = fc.constantFrom("a", "aa", "aaa", "A", "é", "è", "éa", "É").map(bytes);
const param = fc.constantFrom(":x", ":x", ":x", ":y");
const ending = fc.constantFrom("", "", "", "/");
const pattern = fc
  .tuple(fc.array(fc.oneof(fixed, fixed, param), { maxLength: 5 }), ending)
  .map(([segments, last]) => (segments.length === 0 ? "/" : `/${segments.join("/")}${last}`));
const patterns = fc.array(pattern, { minLength: 1, maxLength: 10 });
const value = fc.oneof(fixed, fc.constantFrom("", "", "b", ".", "..", ":x", "\xc3", "\xa9", "\xff"));
const anyPath = fc.array(value, { minLength: 1, maxLength: 6 }).map((segments) => `/${segments.join("/")}`);

/** Paths that are near a route: its parameters filled, perhaps cut, longer, or in other letters. */
function near(routes: readonly string[]): fc.Arbitrary<string> {
  const filled = fc
    .tuple(fc.constantFrom(...routes), fc.array(value, { minLength: 6, maxLength: 6 }))
    .map(([route, values]) => {
      let next = 0;
      return route.replace(/:[^/]*/g, () => values[next++] ?? "");
    });
  const changed = fc.tuple(filled, value, fc.nat(5)).map(([path, more, change]) => {
    if (change === 0) return `${path}/`;
    if (change === 1) return `${path}/${more}`;
    if (change === 2) return path.slice(0, -1) || "/";
    return change === 3 ? path.replaceAll("a", "A") : path;
  });
  return fc.oneof(changed, anyPath);
}

const routesAndPaths = patterns.chain((routes) =>
  fc.tuple(fc.constant(routes), fc.array(near(routes), { minLength: 1, maxLength: 12 })),
);

function grow(routes: readonly string[]): { readonly tree: RouteTree; readonly accepted: readonly string[] } {
  const tree = new RouteTree();
  return { tree, accepted: routes.filter((route) => tree.add(route) === undefined) };
}

const segmentsOf = (text: string): Segments => text.slice(1).split("/");
const isParam = (segment: string | undefined): boolean => segment?.startsWith(":") === true;

/** `dead`: the router gives up, though there may be another way. */
type Outcome = "found" | "lost" | "dead";

/** Fixed segments first, then the parameter; `from` is the first segment to look at. */
function find(routes: readonly Segments[], path: Segments, from: number, giveUp: boolean): Outcome {
  const isLast = from + 1 === path.length;
  const below = (group: readonly Segments[]): Outcome => {
    if (isLast) return group.some((route) => route.length === path.length) ? "found" : "lost";
    return find(
      group.filter((route) => route.length > from + 1),
      path,
      from + 1,
      giveUp,
    );
  };
  const outcome = below(routes.filter((route) => route[from] === path[from]));
  if (outcome !== "lost") return outcome;
  const group = routes.filter((route) => isParam(route[from]));
  if (group.length === 0 || (isLast && path[from] === "")) return "lost";
  const isEnd = isLast
    ? group.every((route) => route.length !== path.length)
    : group.every((route) => route.length === from + 1);
  return isEnd && giveUp ? "dead" : below(group);
}

function found(routes: readonly string[], path: string, giveUp: boolean): boolean {
  // A segment of the path that looks like a parameter's name is no name.
  const segments = segmentsOf(path).map((segment) => segment.replace(/^:/, "\0:"));
  return find(routes.map(segmentsOf), segments, 0, giveUp) === "found";
}

/** Whether a fixed segment and a parameter stand at one place. */
function hasFork(routes: readonly string[]): boolean {
  const places = new Map<string, Set<boolean>>();
  for (const segments of routes.map(segmentsOf)) {
    segments.forEach((segment, index) => {
      const place = segments.slice(0, index).join("/");
      places.set(place, (places.get(place) ?? new Set()).add(isParam(segment)));
    });
  }
  return [...places.values()].some((kinds) => kinds.size > 1);
}

const endsInSlash = (text: string): boolean => text.length > 1 && text.endsWith("/");

describe("matches", () => {
  it("finds no more than a search of all ways, and as much where no ways fork", () => {
    fc.assert(
      fc.property(routesAndPaths, ([routes, paths]) => {
        const { tree, accepted } = grow(routes);
        for (const path of paths) {
          const expected = found(accepted, path, false);
          if (matches(tree.root, path)) expect(expected, path).toBe(true);
          else if (!hasFork(accepted)) expect(expected, path).toBe(false);
        }
      }),
      { numRuns: 800 },
    );
  });

  it("finds what a search finds that gives up behind a parameter", () => {
    fc.assert(
      fc.property(routesAndPaths, ([routes, paths]) => {
        const { tree, accepted } = grow(routes.filter((route) => !endsInSlash(route)));
        for (const path of paths.filter((each) => !each.endsWith("/"))) {
          expect(matches(tree.root, path), path).toBe(found(accepted, path, true));
        }
      }),
      { numRuns: 800 },
    );
  });

  it("and the advice about the last slash exclude each other", () => {
    fc.assert(
      fc.property(routesAndPaths, ([routes, paths]) => {
        const { root } = grow(routes).tree;
        for (const path of paths) expect(matches(root, path) && trailingSlash(root, path)).toBe(false);
      }),
      { numRuns: 200 },
    );
  });
});

describe("refused routes", () => {
  it("change no verdict", () => {
    fc.assert(
      fc.property(routesAndPaths, ([routes, paths]) => {
        const { tree, accepted } = grow(routes);
        const without = grow(accepted).tree;
        expect(without.root).toEqual(tree.root);
        for (const path of paths) {
          expect(matches(without.root, path)).toBe(matches(tree.root, path));
          expect(trailingSlash(without.root, path)).toBe(trailingSlash(tree.root, path));
        }
      }),
      { numRuns: 300 },
    );
  });

  it("would be refused in the other order too", () => {
    fc.assert(
      fc.property(pattern, pattern, (one, other) => {
        fc.pre(grow([one]).accepted.length + grow([other]).accepted.length === 2);
        expect(grow([one, other]).accepted.length).toBe(grow([other, one]).accepted.length);
      }),
      { numRuns: 500 },
    );
  });

  it("are those that stand twice or name a parameter anew", () => {
    fc.assert(
      fc.property(patterns, (routes) => {
        const { tree, accepted } = grow(routes);
        for (const route of routes) {
          const clashes = accepted.some((each) => each === route || renames(each, route));
          expect(tree.add(route) !== undefined, route).toBe(clashes);
        }
      }),
      { numRuns: 300 },
    );
  });
});

/** Whether the first difference of two routes is the name of a parameter. */
function renames(one: string, other: string): boolean {
  const others = segmentsOf(other);
  const first = segmentsOf(one).findIndex((segment, index) => segment !== others[index]);
  return first >= 0 && isParam(segmentsOf(one)[first]) && isParam(others[first]);
}

describe("the look-up without letter case", () => {
  it("leads to a spelling that differs in nothing else", () => {
    fc.assert(
      fc.property(routesAndPaths, ([routes, paths]) => {
        const { tree, accepted } = grow(routes);
        for (const path of paths) {
          const spelling = caseInsensitive(tree.root, path, false);
          if (spelling === undefined) {
            if (isAscii(path)) expect(found(accepted, path, false), path).toBe(false);
          } else {
            expect(found(accepted, spelling, false), path).toBe(true);
            expect(withoutCase(spelling)).toBe(withoutCase(path));
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});

/** Letters beyond ASCII count as alike: so the router sees some of them. */
function withoutCase(path: string): string {
  return path.replace(/[\x80-\xff]/g, "*").toLowerCase();
}

function isAscii(path: string): boolean {
  return !/[\x80-\xff]/.test(path);
}

describe("cleanPath", () => {
  it("cleans once and for all", () => {
    const texts = fc.string({ unit: fc.constantFrom("/", ".", "a"), maxLength: 16 });
    fc.assert(
      fc.property(texts, (path) => {
        const cleaned = cleanPath(path);
        expect(cleanPath(cleaned)).toBe(cleaned);
        expect(cleaned).toMatch(/^\/(?!.*\/\/)/);
        expect(cleaned).not.toMatch(/\/\.\.?(?:\/|$)/);
      }),
    );
  });
});

describe("miss", () => {
  it("answers any bytes with printable headers", () => {
    const byte = fc.nat(255).map((code) => String.fromCharCode(code));
    const text = fc.string({ unit: fc.oneof(byte, fc.constantFrom("/", "/", "a", ".")), maxLength: 24 });
    fc.assert(
      fc.property(
        patterns,
        text,
        text,
        fc.tuple(fc.boolean(), fc.boolean()),
        (routes, path, prefix, [slash, extra]) => {
          const options = { redirectTrailingSlash: slash, redirectFixedPath: true, methodNotAllowed: true };
          const answer = miss(
            { method: "GET", path: `/${path}`, query: "", forwardedPrefix: prefix },
            [["GET", grow(routes).tree.root]],
            { ...options, removeExtraSlash: extra, checkParams: true },
          );
          if (answer.kind === "redirect") expect(answer.location).toMatch(/^[!-~]+$/);
        },
      ),
      { numRuns: 500 },
    );
  });
});
