// The generated router against KrakenD's own search (`matches`), and its parameters against a
// matcher that compares segments one by one.
import fc from "fast-check";
import { expect, it } from "vitest";
import { Program } from "../../src/codegen/print.js";
import type { RouteModule } from "../../src/codegen/route.js";
import { routerModule } from "../../src/codegen/router.js";
import { RouteTree } from "../../src/model/route-tree.js";
import type { Exchange } from "../../src/runtime/exchange.js";
import * as runtime from "../../src/runtime/index.js";
import { matches, type ParamNode, type RouteNode } from "../../src/runtime/misses.js";
import { exportsOf, gatewayOf } from "../support/generated.js";

const bytes = (text: string): string => Buffer.from(text, "utf8").toString("latin1");

// ---- routes ----

/** Fourteen words of two letters: enough siblings to be told apart by length or letter. */
const WORDS = [1, 2, 3].flatMap((length) =>
  Array.from({ length: 2 ** length }, (_each, index) =>
    index.toString(2).padStart(length, "0").replaceAll("0", "a").replaceAll("1", "b"),
  ),
);
const word = fc.constantFrom(...WORDS, "é", "è");
/** Segments of a route; a number is a parameter, perhaps behind a fixed beginning. */
const part = fc.oneof(
  { weight: 6, arbitrary: word },
  { weight: 2, arbitrary: fc.constantFrom("a", "b") },
  { weight: 4, arbitrary: fc.constant("{}") },
  { weight: 1, arbitrary: fc.constantFrom("a:", "ab:", "é:") },
);
const route = fc
  .tuple(fc.array(part, { maxLength: 4 }), fc.constantFrom("", "", "", "/"))
  .map(([parts, last]) => {
    const named = parts.map((each, depth) => each.replace("{}", `{p${depth}}`).replace(/:$/, `:p${depth}`));
    return named.length === 0 ? "/" : `/${named.join("/")}${last}`;
  });
const beside = fc
  .tuple(fc.constantFrom("", "/a", "/{p0}"), fc.uniqueArray(word, { minLength: 9 }), route)
  .map(([before, words, after]) =>
    words.map((each) => `${before}/${each}${after.replaceAll(/p(\d)/g, "q$1")}`),
  );
const routeSet = fc
  .tuple(
    fc.oneof(
      { weight: 3, arbitrary: fc.array(route, { minLength: 1, maxLength: 12 }) },
      { weight: 2, arbitrary: fc.array(route, { minLength: 13, maxLength: 30 }) },
    ),
    fc.oneof({ weight: 2, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: beside }),
  )
  .map(([some, more]) => accepted([...some, ...more].slice(0, 40)));

/** Those that can stand beside each other. */
function accepted(routes: readonly string[]): readonly string[] {
  const tree = new RouteTree();
  tree.add("/__health");
  return routes.filter((each) => tree.add(bytes(each.replace(/\{(\w+)\}/g, ":$1"))) === undefined);
}

// ---- paths ----

const value = fc.oneof(
  { weight: 4, arbitrary: word.map(bytes) },
  fc.constantFrom("", "", "a", "b", "aaaa", "abx", "c", ".", ":p0", "{p0}", "\xc3", "\xff", "__health"),
);
const anyPath = fc.array(value, { minLength: 1, maxLength: 6 }).map((segments) => `/${segments.join("/")}`);

/** Paths near a route: its parameters filled, perhaps cut, longer, or with one segment changed. */
function near(routes: readonly string[]): fc.Arbitrary<string> {
  const change = fc.tuple(value, fc.nat(9), fc.nat(5));
  return fc
    .tuple(fc.constantFrom("/", ...routes), fc.array(value, { minLength: 5, maxLength: 5 }), change)
    .map(([pattern, values, [more, kind, at]]) => {
      const path = bytes(pattern).replace(/\{\w+\}|:\w+/g, (name) => values[Number(name.match(/\d/)![0])]!);
      if (kind === 0) return `${path}/`;
      if (kind === 1) return `${path}/${more}`;
      if (kind === 2) return path.slice(0, -1) || "/";
      return kind > 5
        ? path
        : `/${path
            .slice(1)
            .split("/")
            .with(at % path.slice(1).split("/").length, more)
            .join("/")}`;
    });
}

const routesAndPaths: fc.Arbitrary<readonly [routes: readonly string[], paths: readonly string[]]> = routeSet
  .filter((routes) => routes.length > 0)
  .chain((routes) =>
    fc.tuple(
      fc.constant(routes),
      fc.array(fc.oneof({ weight: 4, arbitrary: near(routes) }, anyPath), { minLength: 1, maxLength: 60 }),
    ),
  );

// ---- the generated router ----

interface Found {
  readonly pattern: string;
  readonly params: Readonly<Record<string, string>>;
}

type Search = (path: string) => Found | undefined;

interface Router {
  readonly search: Search;
  /** The tree that KrakenD searches. */
  readonly root: RouteNode;
}

/** The router of these endpoints, with handlers that only say which they are. */
function routerOf(routes: readonly string[]): Router {
  const backend = { host: ["http://h"], url_pattern: "/" };
  const gateway = gatewayOf({
    version: 3,
    endpoints: routes.map((endpoint) => ({ endpoint, backend: [backend] })),
  });
  let found: Found | undefined;
  const serveHealth = (): void => {
    found = { pattern: "/__health", params: {} };
  };
  const imports: Record<string, object> = { "gwc/runtime": { ...runtime, serveHealth } };
  const modules = gateway.endpoints.map((endpoint, index): RouteModule => {
    const names = endpoint.params.map(({ name }) => name);
    const { pattern } = endpoint;
    imports[`./routes/${index}.js`] = {
      [`get${index}`]: (_x: Exchange, ...values: readonly string[]) => {
        expect(values).toHaveLength(names.length);
        found = { pattern, params: Object.fromEntries(names.map((name, at) => [name, values[at]!])) };
      },
    };
    const module = { path: `routes/${index}.ts`, about: [], declarations: [] };
    return { module, endpoint, handler: `get${index}`, params: names };
  });
  const [printed] = new Program([routerModule(gateway, modules)]).modules();
  const { route: search } = exportsOf(printed!, imports) as { route: (x: Partial<Exchange>) => unknown };
  return {
    root: gateway.trees[0]![1],
    search: (path) => {
      found = undefined;
      search({ method: "GET", path });
      return found;
    },
  };
}

// ---- what it should find ----

/** Which route the search through a tree ends at: the last leaf that is looked at before a match. */
function searched(root: RouteNode): (path: string) => string | undefined {
  let last = "";
  const leafOf = (node: { readonly leaf?: true }, name: string): { readonly leaf?: true } => ({
    get leaf() {
      if (node.leaf) last = name;
      return node.leaf!;
    },
  });
  const traced = (node: RouteNode, before: string): RouteNode => {
    const name = before + node.prefix;
    const param = node.param === undefined ? {} : { param: tracedParam(node.param, `${name}:`) };
    const children = node.children?.map((child) => traced(child, name));
    const more = { ...node, ...param, ...(children === undefined ? {} : { children }) };
    return Object.defineProperties(more, Object.getOwnPropertyDescriptors(leafOf(node, name)));
  };
  const tracedParam = (param: ParamNode, name: string): ParamNode => {
    const more = { ...param, ...(param.next === undefined ? {} : { next: traced(param.next, name) }) };
    return Object.defineProperties(more, Object.getOwnPropertyDescriptors(leafOf(param, name)));
  };
  const tree = traced(root, "");
  return (path) => (matches(tree, path) ? last : undefined);
}

/** The parameters that a path gives a route; undefined if it is no path of the route. */
function paramsOf(pattern: string, path: string): Readonly<Record<string, string>> | undefined {
  const segments = path.split("/");
  const parts = pattern.split("/");
  if (segments.length !== parts.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, each] of parts.entries()) {
    const segment = segments[index]!;
    const [beginning = "", name] = each.split(":");
    if (name === undefined ? segment !== each : !segment.startsWith(beginning)) return undefined;
    if (name !== undefined) params[name] = segment.slice(beginning.length);
  }
  return params;
}

/** Where the search of KrakenD is at its oddest: ways that end without a way back, empty parameters. */
const ODD: readonly (readonly [routes: string[], paths: string[]])[] = [
  [["/", "/{p0}/"], ["//"]],
  [["/{p0}/{p1}/", "/{p0}/"], ["/b//"]],
  [["/bb/x", "/ba/x", "/{p0}/"], ["/b/"]],
  [["/a:p0/", "/{p0}"], ["/ab"]],
  [["/a:p0/{p1}/", "/{p0}/{p1}"], ["/a/b"]],
  [["/a:p0", "/{p0}/b"], ["/ab/b"]],
  [["/a:p0/b/c", "/a:p0/"], ["/ab/"]],
];

const nameless = (pattern: string): string => pattern.replace(/:[^/]*/g, ":");

it("the generated router finds what KrakenD finds", () => {
  fc.assert(
    fc.property(routesAndPaths, ([routes, paths]) => {
      const { search, root } = routerOf(routes);
      const goal = searched(root);
      for (const path of paths) {
        const found = search(path);
        expect(found !== undefined, path).toBe(matches(root, path));
        expect(found && nameless(found.pattern), path).toBe(goal(path));
        if (found !== undefined) expect(found.params, path).toEqual(paramsOf(found.pattern, path));
      }
    }),
    { numRuns: 150, examples: ODD.map((each): [typeof each] => [each]) },
  );
});
