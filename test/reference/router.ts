// Which route serves a request, and what it gets where none does: every route is tried, segment by
// segment. Routes begin with a fixed segment that no other route of the configuration begins with.
// [gin gin.go handleHTTPRequest; lura router/gin/engine.go]
import type { ConfigRoot, RouterOptions } from "./config.js";

export interface Route<Handler> {
  readonly method: string;
  readonly segments: readonly string[];
  readonly handler: Handler;
}

export interface Found<Handler> {
  readonly route: Route<Handler>;
  /** Values by the names of the parameters. */
  readonly params: ReadonlyMap<string, string>;
}

/** Where a request is sent, and what else it may get. */
export type Missed =
  | { readonly kind: "redirect"; readonly path: string }
  | { readonly kind: "not allowed"; readonly allow: readonly string[]; readonly tried: readonly string[] }
  | { readonly kind: "not found"; readonly tried: readonly string[] };

export class Router<Handler> {
  readonly #routes: Route<Handler>[];
  readonly #options: RouterOptions;

  constructor(config: ConfigRoot, routes: readonly Route<Handler>[]) {
    this.#options = config.extra_config?.router ?? {};
    this.#routes = [...routes];
  }

  find(method: string, path: string): Found<Handler> | Missed {
    const asked = this.#options.remove_extra_slash === true ? cleaned(path) : path;
    const own = this.#routes.filter((route) => route.method === method);
    const found = first(own, (route) => match(route, asked));
    if (found !== undefined) return found;
    // Parameters on the way into a dead end have values all the same.
    const tried = first(own, (route) => beginning(route, asked)) ?? [];
    return (
      this.#redirect(own, asked) ?? this.#notAllowed(method, asked, tried) ?? { kind: "not found", tried }
    );
  }

  #redirect(own: readonly Route<Handler>[], path: string): Missed | undefined {
    if (path === "/" || own.length === 0) return undefined;
    if (this.#options.disable_redirect_trailing_slash !== true && own.some((route) => isTwin(route, path)))
      return { kind: "redirect", path: path.endsWith("/") ? path.slice(0, -1) : `${path}/` };
    if (this.#options.disable_redirect_fixed_path === true) return undefined;
    const wanted = cleaned(path);
    // Quirk: the root counts as found where all routes share more than the first slash. Those of GET do
    // not, since `/__health` is one of them.
    if (wanted === "/")
      return own.every(({ method }) => method !== "GET") ? { kind: "redirect", path: "/" } : undefined;
    const twin = wanted.endsWith("/") ? wanted.slice(0, -1) : `${wanted}/`;
    const corrected =
      first(own, (route) => spelt(route, wanted)) ?? first(own, (route) => spelt(route, twin));
    return corrected === undefined ? undefined : { kind: "redirect", path: corrected };
  }

  #notAllowed(method: string, path: string, tried: readonly string[]): Missed | undefined {
    if (this.#options.disable_handle_method_not_allowed === true) return undefined;
    const others = this.#routes.filter(
      (route) => route.method !== method && match(route, path) !== undefined,
    );
    const order = [...new Set(["GET", ...this.#routes.map((route) => route.method)])];
    const allow = order.filter((each) => others.some((route) => route.method === each));
    const options = this.#options.auto_options === true && method !== "OPTIONS" && others.length > 0;
    if (options) allow.push("OPTIONS");
    return allow.length === 0 ? undefined : { kind: "not allowed", allow, tried };
  }
}

function first<Item, Result>(
  items: readonly Item[],
  of: (item: Item) => Result | undefined,
): Result | undefined {
  for (const item of items) {
    const result = of(item);
    if (result !== undefined) return result;
  }
  return undefined;
}

function nameOf(segment: string): string | undefined {
  return /^\{(.*)\}$/.exec(segment)?.[1];
}

function match<Handler>(route: Route<Handler>, path: string): Found<Handler> | undefined {
  const parts = path.slice(1).split("/");
  if (parts.length !== route.segments.length) return undefined;
  const params = new Map<string, string>();
  for (const [index, segment] of route.segments.entries()) {
    const part = parts[index]!;
    const name = nameOf(segment);
    if (name === undefined && segment !== part) return undefined;
    // A parameter may be empty in between, not at the end.
    if (name !== undefined && part === "" && index === parts.length - 1) return undefined;
    if (name !== undefined) params.set(name, part);
  }
  return { route, params };
}

/** Values of the parameters of a route that a path begins with; undefined if its first segment is another. */
function beginning<Handler>(route: Route<Handler>, path: string): readonly string[] | undefined {
  const parts = path.slice(1).split("/");
  if (route.segments[0] !== parts[0]) return undefined;
  return parts.filter((_part, index) => nameOf(route.segments[index] ?? "") !== undefined);
}

/** Quirk: a path that ends with a slash behind a parameter is a twin, though more would have to follow. */
function isTwin<Handler>(route: Route<Handler>, path: string): boolean {
  if (!path.endsWith("/")) return match(route, `${path}/`) !== undefined;
  const shorter = path.slice(0, -1);
  if (match(route, shorter) !== undefined) return true;
  const count = shorter.slice(1).split("/").length;
  const start = { ...route, segments: route.segments.slice(0, count) };
  const last = start.segments.at(-1);
  return last !== undefined && nameOf(last) !== undefined && match(start, shorter) !== undefined;
}

/** The path with the letter case of the route; undefined if it is not a path of the route. */
function spelt<Handler>(route: Route<Handler>, path: string): string | undefined {
  const parts = path.slice(1).split("/");
  const kept = parts.map((part, index) => {
    const segment = route.segments[index] ?? "";
    return nameOf(segment) === undefined && segment.toLowerCase() === part.toLowerCase() ? segment : part;
  });
  const corrected = `/${kept.join("/")}`;
  return match(route, corrected) === undefined ? undefined : corrected;
}

/** Without empty segments and dots; a slash at the end stays. [gin path.go] */
export function cleaned(path: string): string {
  const kept: string[] = [];
  for (const part of path.split("/")) {
    if (part === "..") kept.pop();
    else if (part !== "" && part !== ".") kept.push(part);
  }
  const open = /\/\.?$/.test(path) && kept.length > 0;
  return `/${kept.join("/")}${open ? "/" : ""}`;
}
