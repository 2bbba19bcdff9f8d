// Routes -> nested switches on decoded segments: static before parameter, and back where a static
// way leads nowhere. No table is looked up. [gin tree.go getValue]
import type { Gateway } from "../model/model.js";
import {
  block,
  byteLiteral,
  type Code,
  code,
  comment,
  commentText,
  identifier,
  indent,
  join,
  lines,
  ref,
  runtime,
  runtimeType,
} from "./code.js";
import { guardOf } from "./layers.js";
import type { Declaration, FunctionDeclaration, Module } from "./module.js";
import { camelCase, Names, upperFirst } from "./names.js";
import type { RouteModule } from "./route.js";

/** A place in the path: what may follow the slash before it. */
interface Place {
  /** Fixed segments. */
  readonly fixed: Map<string, Step>;
  /** Segments that hold a parameter after a fixed beginning, the longest beginning first. */
  readonly params: Map<string, Step>;
}

/** After a segment: the end of a route, or more segments. */
interface Step {
  route?: Code;
  next?: Place;
  /** Serves all paths that go on after the segment. */
  rest?: Code;
}

const emptyPlace = (): Place => ({ fixed: new Map(), params: new Map() });

/** More fixed segments than this at one place are told apart by length or by a letter first. */
const MOST_COMPARED = 8;
/** A subtree with more routes than this becomes a function of its own. */
const MOST_INLINE = 12;

export function routerModule(gateway: Gateway, routes: readonly RouteModule[]): Module {
  const names = new Names(["route", "x", "path", "guard", ...routes.map((each) => each.handler)]);
  const functions: FunctionDeclaration[] = [];
  const methods = methodsOf(gateway, routes).map(([method, place]) => {
    const name = names.claim(`route${upperFirst(method.toLowerCase())}`);
    const body = new RouterWriter(names, functions).whole(place);
    functions.push(routeFunction(name, [`${method} requests.`], body));
    return [method, name] as const;
  });
  const path = gateway.settings.removeExtraSlash ? code`${runtime.cleanPath}(x.path)` : code`x.path`;
  const cases = methods.map(
    ([method, name]) => code`case ${method}:\n  return ${identifier(name)}(x, ${path}, 1);`,
  );
  const entry: FunctionDeclaration = {
    kind: "function",
    name: "route",
    async: false,
    exported: true,
    parameters: [{ name: "x", type: runtimeType("Exchange") }],
    returns: code`Promise<void> | undefined`,
    about: ["Finds the route of a request and serves it; undefined where there is none."],
    body: lines([block(code`switch (x.method)`, cases), code`return undefined;`]),
  };
  const declarations: Declaration[] = [entry, ...functions.reverse()];
  return { path: "router.ts", about: [], declarations };
}

function routeFunction(name: string, about: readonly string[], body: readonly Code[]): FunctionDeclaration {
  return {
    kind: "function",
    name,
    async: false,
    exported: false,
    parameters: [
      { name: "x", type: runtimeType("Exchange") },
      { name: "path", type: code`string` },
      { name: "start1", type: code`number` },
    ],
    returns: code`Promise<void> | undefined`,
    about,
    body: lines([...body, code`return undefined;`]),
  };
}

/** The places of all methods, built-in endpoints first. */
function methodsOf(gateway: Gateway, routes: readonly RouteModule[]): readonly (readonly [string, Place])[] {
  const places = new Map<string, Place>();
  const placeOf = (method: string): Place => {
    const place = places.get(method) ?? emptyPlace();
    places.set(method, place);
    return place;
  };
  const { healthPath, autoOptions } = gateway.settings;
  if (healthPath !== undefined) {
    insert(placeOf("GET"), healthPath, () => code`${runtime.serveHealth}(x)`);
  }
  for (const { kind, path, methods } of gateway.builtIns) {
    for (const method of methods) insertBuiltIn(placeOf(method), path, builtIn(kind, gateway));
  }
  for (const { endpoint, handler, params, module } of routes) {
    insert(placeOf(endpoint.method), endpoint.pattern, (locals) => {
      const values = params.map((name) => locals.get(name) ?? code`""`);
      return code`${ref(`./${module.path.replace(/\.ts$/, ".js")}`, handler)}(${join([code`x`, ...values], ", ")})`;
    });
  }
  if (autoOptions) optionRoutes(gateway, placeOf("OPTIONS"));
  return [...places];
}

/** `/__debug/*`, `/__echo/*`: what follows is a parameter, and checked as such. */
function builtIn(kind: "debug" | "echo", gateway: Gateway): Code {
  const serve = { debug: runtime.serveDebug, echo: runtime.serveEcho }[kind];
  const params = gateway.settings.checkParams ? [code`path.slice(end1)`] : [];
  return behindGuard(gateway, params, (checked) => code`${serve}(${join([code`x`, ...checked], ", ")})`);
}

/** A route that is not generated: the guard sees the request after its parameters were checked. */
function behindGuard(
  gateway: Gateway,
  params: readonly Code[],
  serve: (checked: readonly Code[]) => Code,
): Code {
  const guard = guardOf(gateway);
  if (guard === undefined) return serve(params);
  return code`${runtime.guarded}(x, ${guard}, [${join(params, ", ")}], () => ${serve([])})`;
}

/** A path of one segment that takes everything below it. */
function insertBuiltIn({ fixed }: Place, path: string, rest: Code): void {
  const segment = path.slice(1, -1);
  fixed.set(segment, { ...fixed.get(segment), rest });
}

/** `OPTIONS` of every path lists the methods that it has [lura router/gin/router.go]. */
function optionRoutes(gateway: Gateway, place: Place): void {
  const methods = new Map<string, string[]>();
  for (const { pattern, method } of gateway.endpoints) {
    methods.set(pattern, [...(methods.get(pattern) ?? []), method]);
  }
  const { hideVersion, checkParams } = gateway.settings;
  const banner = hideVersion ? runtime.HIDDEN_BANNER : runtime.BANNER;
  for (const [pattern, listed] of methods) {
    insert(place, pattern, (locals) => {
      const params = checkParams ? [...locals.values()] : [];
      const allow = [...listed].sort().join(", ");
      return behindGuard(
        gateway,
        params,
        (checked) =>
          code`${runtime.serveOptions}(${join([code`x`, banner, code`${allow}`, ...checked], ", ")})`,
      );
    });
  }
}

/** The locals that the segments of a pattern are held in, by the name of their parameter. */
type SegmentLocals = Map<string, Code>;

function insert(root: Place, pattern: string, route: (locals: SegmentLocals) => Code): void {
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

function countRoutes(place: Place): number {
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

/** Where a place stands: its depth, and whether a parameter beside an outer way was passed by. */
interface Standing {
  readonly depth: number;
  readonly held: readonly number[];
  readonly forked: boolean;
}

class RouterWriter {
  readonly #names: Names;
  readonly #functions: FunctionDeclaration[];

  constructor(names: Names, functions: FunctionDeclaration[]) {
    this.#names = names;
    this.#functions = functions;
  }

  whole(place: Place): readonly Code[] {
    return this.#place(place, { depth: 1, held: [], forked: false });
  }

  /** The segment that starts at `start<depth>`, then what may follow it. */
  #place(place: Place, standing: Standing): readonly Code[] {
    const { depth } = standing;
    const end = identifier(`end${depth}`);
    const start = identifier(`start${depth}`);
    const statements = [
      code`const ${end} = ${runtime.segmentEnd}(path, ${start});`,
      code`const ${identifier(`segment${depth}`)} = path.slice(${start}, ${end});`,
    ];
    const forked = standing.forked || place.params.size > 0;
    const fixed = [...place.fixed, ...(forked ? inBetween(place) : [])];
    if (fixed.length > 0) statements.push(this.#fixed(fixed, place, { ...standing, forked }));
    const params = [...place.params].sort(([a], [b]) => b.length - a.length);
    params.forEach(([beginning, step], index) => {
      // A parameter with a shorter beginning is still to come.
      const beside = params.slice(index + 1).some(([other]) => beginning.startsWith(other));
      statements.push(this.#param(beginning, step, { ...standing, forked: standing.forked || beside }));
    });
    return statements;
  }

  #fixed(children: readonly (readonly [string, Step])[], place: Place, standing: Standing): Code {
    const segment = identifier(`segment${standing.depth}`);
    const split = children.length <= MOST_COMPARED ? undefined : discriminate(children.map(([text]) => text));
    if (split === undefined) {
      const cases = children.map(([text, step]) =>
        caseOf(byteLiteral(text), this.#step(step, standing, text, branching(place, text, step))),
      );
      return block(code`switch (${segment})`, cases);
    }
    const groups = groupBy(children, split.of);
    const cases = [...groups].map(([value, group]) =>
      caseOf(code`${value}`, [this.#fixed(group, place, standing)], split.note(value)),
    );
    return block(code`switch (${split.code(segment)})`, cases);
  }

  /** A parameter never takes the empty rest of a path, but it takes an empty segment before more. */
  #param(beginning: string, step: Step, standing: Standing): Code {
    const { depth, held } = standing;
    const start = identifier(`start${depth}`);
    const body = this.#step(step, { ...standing, held: [...held, depth] }, undefined, true);
    // Where more must follow, its own condition says that the path goes on.
    if (beginning === "" && step.route === undefined && !standing.forked) return lines(body);
    const condition =
      beginning === ""
        ? code`if (${start} < path.length)`
        : code`if (${identifier(`segment${depth}`)}.startsWith(${byteLiteral(beginning)}) && ${start} + ${beginning.length} < path.length)`;
    return block(condition, body);
  }

  /**
   * After a segment; `fixed` is its text, undefined for a parameter. `branches`: whether the tree
   * branches here, undefined where nothing can end.
   */
  #step(
    step: Step,
    standing: Standing,
    fixed: string | undefined,
    branches: boolean | undefined,
  ): readonly Code[] {
    const end = identifier(`end${standing.depth}`);
    const statements: Code[] = [];
    if (step.route !== undefined) statements.push(code`if (${end} === path.length) return ${step.route};`);
    if (step.rest !== undefined) return [...statements, code`if (${end} < path.length) return ${step.rest};`];
    if (standing.forked && branches !== undefined) {
      statements.push(...deadEnds(step, end, fixed === undefined, branches));
    }
    if (step.next !== undefined) {
      statements.push(
        block(code`if (${end} < path.length)`, this.#below(step.next, standing, fixed ?? "param")),
      );
    }
    return statements;
  }

  #below(next: Place, { depth, held, forked }: Standing, hint: string): readonly Code[] {
    const below: Standing = { depth: depth + 1, held, forked };
    if (forked || held.length > 0 || countRoutes(next) <= MOST_INLINE) {
      const declare = code`const ${identifier(`start${depth + 1}`)} = ${identifier(`end${depth}`)} + 1;`;
      return [declare, ...this.#place(next, below)];
    }
    const name = this.#names.claim(`route${upperFirst(camelCase(hint, "part"))}`);
    const writer = new RouterWriter(this.#names, this.#functions);
    const body = renumbered(writer.#place(next, below), depth);
    this.#functions.push(routeFunction(name, [`Paths below a segment \`${commentText(hint)}\`.`], body));
    return [code`return ${identifier(name)}(x, path, ${identifier(`end${depth}`)} + 1);`];
  }
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
function branching(place: Place, text: string, step: Step): boolean | undefined {
  const followed = text === "" ? place.params.size > 0 : place.params.has(text);
  if (!followed) return isBranch(place, text, step);
  return step.next === undefined ? undefined : true;
}

/**
 * Beginnings that segments share without being one: KrakenD's tree branches there, and a path that
 * goes on with nothing but a slash ends there.
 */
function inBetween(place: Place): readonly (readonly [string, Step])[] {
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

/**
 * Quirk: KrakenD's router does not try the parameter beside an outer way once a way inside came so
 * near that a slash more or less would do, or once a parameter inside took the last segment. Then
 * there is no route, and what follows is a redirect or 404. [gin tree.go getValue]
 */
function deadEnds(step: Step, end: Code, isParam: boolean, branches: boolean): readonly Code[] {
  const note = comment("KrakenD stops here");
  const slashRoute = step.next?.fixed.get("")?.route !== undefined;
  const stops: Code[] = [];
  const missesSlash = slashRoute && !branches;
  if (step.route === undefined && (isParam || missesSlash)) stops.push(code`${end} === path.length`);
  if (step.next === undefined && isParam) stops.push(code`${end} < path.length`);
  else if (!slashRoute && (isParam || branches || step.next === undefined))
    stops.push(code`${end} + 1 === path.length`);
  return stops.map((condition) => code`if (${condition}) return undefined; ${note}`);
}

/** A function of its own is called with the start of its first segment under the one parameter name. */
function renumbered(statements: readonly Code[], depth: number): readonly Code[] {
  return depth === 0 ? statements : [code`const ${identifier(`start${depth + 1}`)} = start1;`, ...statements];
}

function caseOf(label: Code, body: readonly Code[], note?: Code): Code {
  const head = note === undefined ? code`case ${label}: {` : code`case ${label}: { ${note}`;
  return code`${head}\n${indent(lines([...body, code`break;`]))}\n}`;
}

interface Discriminator {
  of(text: string): number;
  code(segment: Code): Code;
  /** What the value stands for, as a comment. */
  note(value: number): Code | undefined;
}

/** Length, or the letter at one place: what leaves the smallest groups. */
function discriminate(texts: readonly string[]): Discriminator | undefined {
  const shortest = Math.min(...texts.map((text) => text.length));
  const byLength: Discriminator = {
    of: (text) => text.length,
    code: (segment) => code`${segment}.length`,
    note: () => undefined,
  };
  const letters = Array.from(
    { length: Math.min(shortest, 24) },
    (_each, index): Discriminator => ({
      of: (text) => text.charCodeAt(index),
      code: (segment) => code`${segment}.charCodeAt(${index})`,
      note: (value) => comment(JSON.stringify(String.fromCharCode(value))),
    }),
  );
  const items = texts.map((text) => [text, undefined] as const);
  const largest = (each: Discriminator): number =>
    Math.max(...[...groupBy(items, each.of).values()].map((group) => group.length));
  const ranked = [byLength, ...letters]
    .map((each) => ({ each, size: largest(each) }))
    .sort((a, b) => a.size - b.size);
  const best = ranked[0];
  return best === undefined || best.size === texts.length ? undefined : best.each;
}

function groupBy<Item extends readonly [string, unknown]>(
  items: readonly Item[],
  of: (text: string) => number,
): Map<number, Item[]> {
  const groups = new Map<number, Item[]>();
  for (const item of items) groups.set(of(item[0]), [...(groups.get(of(item[0])) ?? []), item]);
  return groups;
}
