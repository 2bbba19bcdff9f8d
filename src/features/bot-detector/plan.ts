// Config -> whom to refuse. [krakend-botdetector botdetector.go, krakend/config.go]
import { RE2JS, RE2JSException } from "re2js";
import { foldedMembers } from "../../config/fold.js";
import { asksForEnvironment, Late } from "../../config/late.js";
import type { Report } from "../../diagnostics/diagnostic.js";
import { at, type Located } from "../../source/located.js";
import type { Site } from "../kit.js";
import { messages } from "./messages.js";

export interface Config {
  readonly deny?: readonly (string | Late | null)[] | null;
  readonly allow?: readonly (string | Late | null)[] | null;
  readonly patterns?: readonly (string | Late | null)[] | null;
  readonly cache_size?: number | null;
  readonly empty_user_agent_is_bot?: boolean | null;
}

/** Names of clients are byte strings. */
export interface Plan {
  readonly deny: readonly (string | Late)[];
  readonly allow: readonly (string | Late)[];
  readonly patterns: readonly (string | Late)[];
  /** Verdicts to remember. */
  readonly remembered: number;
  readonly emptyIsBot: boolean;
}

const list = { type: ["array", "null"], items: { type: ["string", "null"] } } as const;

/** What is said of the list holds for its items. */
const names = { ...list, atStart: "header value" } as const;
const renamed = { atBuild: "nothing reads the old name" } as const;

export const schema = {
  type: "object",
  properties: {
    deny: names,
    allow: names,
    patterns: { ...list, atStart: "pattern" },
    cache_size: { type: ["integer", "null"] },
    empty_user_agent_is_bot: { type: ["boolean", "null"] },
    // Names of the first version, so that what is said of them is said once.
    blacklist: renamed,
    whitelist: renamed,
    denylist: renamed,
    allowlist: renamed,
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
  if (item.kind !== "string" || asksForEnvironment(item.value)) return;
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
  if (
    (cache_size ?? 0) < 0 ||
    listed.some((pattern) => typeof pattern === "string" && faultOf(pattern) !== undefined)
  )
    return undefined;
  return {
    deny: textsOf(deny).map(bytes),
    allow: textsOf(allow).map(bytes),
    patterns: listed,
    remembered: cache_size ?? 0,
    emptyIsBot: empty_user_agent_is_bot === true,
  };
}

/** Go decodes `null` as an empty text. */
function textsOf(list: readonly (string | Late | null)[] | null | undefined): readonly (string | Late)[] {
  return (list ?? []).map((each) => each ?? "");
}

function bytes(text: string | Late): string | Late {
  return text instanceof Late ? text : Buffer.from(text, "utf8").toString("latin1");
}
