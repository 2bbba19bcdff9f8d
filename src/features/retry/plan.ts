// Config -> when, how often and after which wait a backend is called again.
import { durationText, parseDuration } from "../../config/duration.js";
import type { Report } from "../../diagnostics/diagnostic.js";
import { at } from "../../source/located.js";
import type { Span } from "../../source/text.js";
import type { Site } from "../kit.js";
import { messages } from "./messages.js";
import type { Config } from "./schema.js";

export interface Plan {
  readonly attempts: number;
  readonly firstWaitMs: number;
  readonly longestWaitMs: number;
  /** Undefined: an attempt may take all the time that is left. */
  readonly attemptTimeoutMs: number | undefined;
  readonly failures: readonly ("connection" | "timeout")[];
  readonly statuses: readonly number[];
  readonly share: number;
}

const DURATIONS = ["backoff", "max_backoff", "attempt_timeout"] as const;

/** Methods whose second call changes nothing [RFC 9110 9.2.2]. */
const IDEMPOTENT = new Set(["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"]);

export function check(config: Config, site: Site, report: Report): void {
  const method = site.method ?? "GET";
  if (!IDEMPOTENT.has(method) && config.unsafe_methods !== true)
    report(messages.say("retry/unsafe-method", site.keySpan, { method }));
  if (config.failures?.length === 0 && config.statuses?.length === 0)
    report(messages.say("retry/nothing", site.keySpan));
  for (const key of DURATIONS) checkDuration(config, key, site, report);
}

function checkDuration(config: Config, key: (typeof DURATIONS)[number], site: Site, report: Report): void {
  const text = config[key];
  if (text === undefined) return;
  const span: Span = at(site.block, key)?.span ?? site.keySpan;
  const ms = parseDuration(text);
  if (typeof ms !== "number" || ms <= 0) report(messages.say("retry/bad-duration", span, { key }));
  else if (key !== "max_backoff" && site.timeoutMs > 0 && ms >= site.timeoutMs)
    report(messages.say("retry/no-time", span, { key, timeout: durationText(site.timeoutMs) }));
}

export function plan(config: Config, site: Pick<Site, "method">): Plan | undefined {
  if (!IDEMPOTENT.has(site.method ?? "GET") && config.unsafe_methods !== true) return undefined;
  const firstWaitMs = msOf(config.backoff) ?? 50;
  return {
    attempts: config.attempts ?? 3,
    firstWaitMs,
    longestWaitMs: Math.max(firstWaitMs, msOf(config.max_backoff) ?? 1000),
    attemptTimeoutMs: msOf(config.attempt_timeout),
    failures: config.failures ?? ["connection", "timeout"],
    statuses: config.statuses ?? [502, 503, 504],
    share: config.budget ?? 0.2,
  };
}

function msOf(text: string | undefined): number | undefined {
  const ms = text === undefined ? undefined : parseDuration(text);
  return typeof ms === "number" && ms > 0 ? ms : undefined;
}
