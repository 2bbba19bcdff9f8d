// Cross-origin requests: which pages may read an answer, and what a preflight is told.
// [rs/cors 1.11.1 cors.go, internal/sortedset.go; Fetch 3.2]

import type { ByteString } from "../../runtime/bytes.js";
import { type Exchange, Place } from "../../runtime/exchange.js";
import { addHeaders } from "../../runtime/reply-headers.js";

/** What is allowed; origins and header names in lower case. */
export interface Rules {
  /** Undefined: every origin. */
  readonly origins: Origins | undefined;
  readonly methods: ReadonlySet<string>;
  /** In byte order; undefined: every header. */
  readonly headers: readonly string[] | undefined;
  /** Headers of every allowed preflight, name and value in turn. */
  readonly preflight: readonly string[];
  readonly privateNetwork: boolean;
  /** Status of a preflight, refused ones included; undefined: the router answers it. */
  readonly status: number | undefined;
}

/** Origins as they are listed, and such with one wildcard. */
export class Origins {
  readonly #exact: ReadonlySet<string>;
  readonly #wildcards: readonly (readonly [prefix: string, suffix: string])[];

  constructor(
    exact: readonly string[],
    wildcards: readonly (readonly [prefix: string, suffix: string])[] = [],
  ) {
    this.#exact = new Set(exact);
    this.#wildcards = wildcards;
  }

  /** Of origins that are known when the gateway starts. */
  static of(origins: readonly string[]): Origins {
    const lower = origins.map((origin) => origin.toLowerCase());
    const split = (origin: string): readonly [string, string] => {
      const star = origin.indexOf("*");
      return [origin.slice(0, star), origin.slice(star + 1)];
    };
    const exact = lower.filter((origin) => !origin.includes("*"));
    return new Origins(exact, lower.filter((origin) => origin.includes("*")).map(split));
  }

  allow(origin: ByteString): boolean {
    const lower = origin.toLowerCase();
    return this.#exact.has(lower) || this.#wildcards.some((each) => fits(lower, each));
  }
}

function fits(origin: string, [prefix, suffix]: readonly [prefix: string, suffix: string]): boolean {
  return (
    origin.length >= prefix.length + suffix.length && origin.startsWith(prefix) && origin.endsWith(suffix)
  );
}

const METHOD = "access-control-request-method";

/** A question of the browser, not a request of the page; on any path. */
export function isPreflight(x: Exchange): boolean {
  return x.method === "OPTIONS" && (x.header(METHOD) ?? "") !== "";
}

/** Whether a request of this method gets headers: OPTIONS always does. */
export function allowsMethod(methods: ReadonlySet<string>, method: string): boolean {
  return method === "OPTIONS" || methods.has(method);
}

/** Adds what the preflight is told; replies unless the router is to. True: it has its reply. */
export function answerPreflight(x: Exchange, rules: Rules): boolean {
  const vary = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers";
  const more = rules.privateNetwork ? ", Access-Control-Request-Private-Network" : "";
  addHeaders(x, ["Vary", vary + more, ...permission(x, rules)]);
  if (rules.status === undefined) return false;
  x.place = Place.outside;
  x.send(rules.status, [], "");
  return true;
}

/** Headers that allow the request; none where it is refused. */
function permission(x: Exchange, rules: Rules): readonly string[] {
  const origin = x.header("origin") ?? "";
  if (origin === "" || rules.origins?.allow(origin) === false) return [];
  const methods = valuesOf(x, METHOD);
  if (!allowsMethod(rules.methods, methods[0] ?? "")) return [];
  const names = valuesOf(x, "access-control-request-headers");
  if (rules.headers !== undefined && !accepts(rules.headers, names)) return [];
  const headers = ["Access-Control-Allow-Origin", rules.origins === undefined ? "*" : origin];
  for (const method of methods) headers.push("Access-Control-Allow-Methods", method);
  if ((names[0] ?? "") !== "") for (const list of names) headers.push("Access-Control-Allow-Headers", list);
  headers.push(...rules.preflight);
  if (rules.privateNetwork && x.header("access-control-request-private-network") === "true")
    headers.push("Access-Control-Allow-Private-Network", "true");
  return headers;
}

function valuesOf(x: Exchange, lower: string): readonly ByteString[] {
  const raw = x.rawHeaders;
  const values: ByteString[] = [];
  for (let index = 0; index < raw.length; index += 2)
    if (raw[index]!.toLowerCase() === lower) values.push(raw[index + 1]!);
  return values;
}

/** So many empty elements of lists are overlooked. */
const MOST_EMPTY = 16;

/**
 * Whether all names in the lists are allowed. They must come as browsers send them: in lower case,
 * sorted, each once [Fetch 4.8]; one space or tab around a name is overlooked.
 */
export function accepts(allowed: readonly string[], lists: readonly ByteString[]): boolean {
  let last = "";
  let empty = 0;
  for (const element of lists.flatMap((list) => list.split(","))) {
    const name = /^[ \t]?([^ \t](?:.*[^ \t])?|)[ \t]?$/s.exec(element)?.[1];
    if (name === undefined) return false;
    if (name === "") {
      empty += 1;
      if (empty > MOST_EMPTY) return false;
      continue;
    }
    if (name <= last || !allowed.includes(name)) return false;
    last = name;
  }
  return true;
}
