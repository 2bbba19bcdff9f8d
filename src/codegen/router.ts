// Routes -> nested switches on decoded segments: static before parameter, and back where a static
// way leads nowhere. No table is looked up. [gin tree.go getValue]
import type { Gateway } from "../model/model.js";
import { block, type Code, code, identifier, join, lines, ref, runtime, runtimeType } from "./code.js";
import { guardOf } from "./layers.js";
import type { Declaration, FunctionDeclaration, Module } from "./module.js";
import { Names, upperFirst } from "./names.js";
import type { RouteModule } from "./route.js";
import { emptyPlace, insert, type Place } from "./route-tree.js";
import { RouterWriter, routeFunction } from "./router-writer.js";

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
