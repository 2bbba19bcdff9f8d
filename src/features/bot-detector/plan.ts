// Config -> whom to refuse. [krakend-botdetector botdetector.go, krakend/config.go]
import { RE2JS, RE2JSException } from "re2js";
import { foldedMembers } from "../../config/fold.js";
import type { Report } from "../../diagnostics/diagnostic.js";
import { at, type Located } from "../../source/located.js";
import type { Site } from "../kit.js";
import { messages } from "./messages.js";

export interface Config {
  readonly deny?: readonly (string | null)[] | null;
  readonly allow?: readonly (string | null)[] | null;
  readonly patterns?: readonly (string | null)[] | null;
  readonly cache_size?: number | null;
  readonly empty_user_agent_is_bot?: boolean | null;
}

/** Names of clients are byte strings. */
export interface Plan {
  readonly deny: readonly string[];
  readonly allow: readonly string[];
  readonly patterns: readonly string[];
  /** Verdicts to remember. */
  readonly remembered: number;
  readonly emptyIsBot: boolean;
}

const list = { type: ["array", "null"], items: { type: ["string", "null"] } } as const;

export const schema = {
  type: "object",
  properties: {
    deny: list,
    allow: list,
    patterns: list,
    cache_size: { type: ["integer", "null"] },
    empty_user_agent_is_bot: { type: ["boolean", "null"] },
    // Names of the first version, so that what is said of them is said once.
    blacklist: {},
    whitelist: {},
    denylist: {},
    allowlist: {},
  },
} as const;

const KEYS = ["deny", "allow", "patterns", "cache_size", "empty_user_agent_is_bot"];

const RENAMED = { blacklist: "deny", denylist: "deny", whitelist: "allow", allowlist: "allow" } as const;

export function check(config: Config, site: Site, report: Report): void {
  for (const [key, now] of Object.entries(RENAMED)) {
    const found = at(site.block, key);
    if (found !== undefined) report(messages.say("bot-detector/renamed-key", found.span, { key, now }));
  }
  const patterns = at(site.block, "patterns");
  for (const item of patterns?.kind === "array" ? patterns.items : []) checkPattern(item, report);
  const { deny, patterns: listed, cache_size, empty_user_agent_is_bot } = folded(config, site);
  if ((cache_size ?? 0) < 0)
    report(messages.say("bot-detector/negative-cache", at(site.block, "cache_size")?.span ?? site.keySpan));
  const lists = [...(deny ?? []), ...(listed ?? [])];
  if (lists.length === 0 && empty_user_agent_is_bot !== true)
    report(messages.say("bot-detector/nothing", site.keySpan));
}

function checkPattern(item: Located, report: Report): void {
  if (item.kind !== "string") return;
  const reason = faultOf(item.value);
  if (reason !== undefined)
    report(messages.say("bot-detector/bad-pattern", item.span, { pattern: item.value, reason }));
}

function faultOf(pattern: string): string | undefined {
  try {
    RE2JS.compile(pattern);
    return undefined;
  } catch (fault) {
    if (fault instanceof RE2JSException) return fault.message;
    throw fault;
  }
}

/** With the keys that KrakenD finds in other letter case. */
function folded(config: Config, site: Site): Config {
  return site.compat ? { ...foldedMembers(site.block, KEYS), ...config } : config;
}

/** Undefined: no detector, as KrakenD does without one that it cannot make. */
export function plan(config: Config, site: Site): Plan | undefined {
  const { deny, allow, patterns, cache_size, empty_user_agent_is_bot } = folded(config, site);
  const listed = textsOf(patterns);
  if ((cache_size ?? 0) < 0 || listed.some((pattern) => faultOf(pattern) !== undefined)) return undefined;
  return {
    deny: textsOf(deny).map(bytes),
    allow: textsOf(allow).map(bytes),
    patterns: listed,
    remembered: cache_size ?? 0,
    emptyIsBot: empty_user_agent_is_bot === true,
  };
}

/** Go decodes `null` as an empty text. */
function textsOf(list: readonly (string | null)[] | null | undefined): readonly string[] {
  return (list ?? []).map((each) => each ?? "");
}

function bytes(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}
