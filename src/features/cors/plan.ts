// Config -> what is allowed. [krakend-cors cors.go; rs/cors 1.11.1 cors.go New]
import { parseDuration } from "../../config/duration.js";
import { Late } from "../../config/late.js";
import type { Config } from "./schema.js";

/** Byte strings; origins and header names in lower case. */
export interface Plan {
  readonly origins: "all" | Origins;
  /** As written; OPTIONS is allowed without being listed. */
  readonly methods: readonly string[];
  /** In byte order. */
  readonly headers: "all" | readonly string[];
  /** Value of the header that lets pages read more headers; empty: none. */
  readonly exposed: string;
  readonly credentials: boolean;
  readonly privateNetwork: boolean;
  /** Undefined: no such header. */
  readonly maxAgeSeconds: number | undefined;
  /** Preflights go on to the router. */
  readonly passThrough: boolean;
  readonly status: number;
}

export interface Origins {
  readonly exact: readonly string[];
  /** Known when the gateway starts; such an origin is no `*`. */
  readonly late: readonly Late[];
  readonly wildcards: readonly Wildcard[];
}

/** The first `*` stands for anything. */
export interface Wildcard {
  readonly prefix: string;
  readonly suffix: string;
}

export function plan(config: Config): Plan {
  const headers = textsOf(config.allow_headers).map((name) => name.toLowerCase());
  return {
    origins: originsOf(
      textsOf(config.allow_origins),
      (config.allow_origins ?? []).filter((item) => item instanceof Late),
    ),
    methods: orDefault(textsOf(config.allow_methods), ["GET", "POST", "HEAD"]),
    headers: headers.length === 0 || headers.includes("*") ? "all" : [...new Set(headers)].sort(),
    exposed: textsOf(config.expose_headers).map(canonical).join(", "),
    credentials: config.allow_credentials === true,
    privateNetwork: config.allow_private_network === true,
    maxAgeSeconds: ageOf(config.max_age),
    passThrough: config.options_passthrough === true,
    status: Math.trunc(config.options_success_status ?? 0) || 204,
  };
}

/** The texts among the items, as bytes. */
function textsOf(list: readonly unknown[] | undefined): readonly string[] {
  const texts = (list ?? []).filter((item) => typeof item === "string");
  return texts.map((text) => Buffer.from(text, "utf8").toString("latin1"));
}

function orDefault(list: readonly string[], fallback: readonly string[]): readonly string[] {
  return list.length === 0 ? fallback : list;
}

function originsOf(origins: readonly string[], late: readonly Late[]): Plan["origins"] {
  const lower = origins.map((origin) => origin.toLowerCase());
  if (lower.length + late.length === 0 || lower.includes("*")) return "all";
  const split = (origin: string): Wildcard => {
    const star = origin.indexOf("*");
    return { prefix: origin.slice(0, star), suffix: origin.slice(star + 1) };
  };
  return {
    late,
    exact: [...new Set(lower.filter((origin) => !origin.includes("*")))],
    wildcards: lower.filter((origin) => origin.includes("*")).map(split),
  };
}

/** `x-total-count` -> `X-Total-Count`; a name that is no token stays as it is [Go net/http CanonicalHeaderKey]. */
function canonical(name: string): string {
  if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) return name.replace(/[\r\n]/g, " ");
  return name.toLowerCase().replace(/(?:^|-)[a-z]/g, (letter) => letter.toUpperCase());
}

/** Whole seconds; nothing below one, 0 for a negative age. */
function ageOf(age: unknown): number | undefined {
  const ms = typeof age === "string" ? parseDuration(age) : 0;
  const seconds = typeof ms === "number" ? Math.trunc(ms / 1000) : 0;
  return seconds === 0 ? undefined : Math.max(0, seconds);
}
