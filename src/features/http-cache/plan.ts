// Config -> Plan: which store, and what bounds it.
import { type Located, plain } from "../../source/located.js";
import type { Site } from "../kit.js";
import type { Config } from "./schema.js";

export interface Plan {
  readonly shared: boolean;
  /** Undefined: no bound on their number. */
  readonly mostItems: number | undefined;
  /** Undefined: the bound of the runtime, which KrakenD does not have. */
  readonly mostBytes: number | undefined;
}

/** [krakend-httpcache http.go] */
export function plan(config: Config, site: Pick<Site, "compat" | "block">): Plan {
  return site.compat ? planAsKrakenD(asKrakenDReads(site.block)) : planOf(config);
}

function planOf(config: Config): Plan {
  return {
    shared: config.shared ?? false,
    mostItems: config.max_items || undefined,
    mostBytes: config.max_size || undefined,
  };
}

/** Quirk: one limit without the other is no limit [krakend-httpcache http.go]. */
function planAsKrakenD(config: Config): Plan {
  const both = planOf(config);
  if (both.mostItems !== undefined && both.mostBytes !== undefined) return both;
  return { shared: both.shared, mostItems: undefined, mostBytes: undefined };
}

/**
 * Quirk: keys in any case, and one value of the wrong kind voids the whole block but not the cache
 * [krakend-httpcache http.go, Go encoding/json].
 */
function asKrakenDReads(block: Located): Config {
  const read: Record<string, unknown> = {};
  for (const member of block.kind === "object" ? block.members : []) {
    const key = member.key.toLowerCase();
    const value = plain(member.value);
    if (value === null || !Object.hasOwn(kinds, key)) continue;
    if (!kinds[key as keyof Config](value)) return {};
    read[key] = value;
  }
  return read;
}

const kinds: Readonly<Record<keyof Config, (value: unknown) => boolean>> = {
  shared: (value) => typeof value === "boolean",
  max_items: isCount,
  max_size: isCount,
};

function isCount(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 0;
}
