// What the schema cannot say about a circuit breaker.
import type { Report } from "../../diagnostics/diagnostic.js";
import { at, member } from "../../source/located.js";
import type { Span } from "../../source/text.js";
import type { Site } from "../kit.js";
import { messages } from "./messages.js";
import { plan, withCurrentNames } from "./plan.js";
import type { Config } from "./schema.js";

export function check(config: Config, site: Site, report: Report): void {
  checkOldNames(config, site, report);
  checkNegativeErrors(config, site, report);
  checkTimes(config, site, report);
  checkFractions(config, site, report);
  if (plan(config, site.compat) === undefined) {
    report(messages.say("circuit-breaker/nothing-set", site.keySpan));
  } else if (withCurrentNames(config).max_errors === undefined) {
    report(messages.say("circuit-breaker/max-errors-missing", site.keySpan));
  }
}

function checkOldNames(config: Config, site: Site, report: Report): void {
  const tell = (key: string, now: string, effect: string): void => {
    const span = member(site.block, key)?.keySpan ?? site.keySpan;
    report(messages.say("circuit-breaker/old-spelling", span, { key, now, effect }));
  };
  if (config.maxErrors !== undefined) {
    const now = `"max_errors": ${withCurrentNames({ maxErrors: config.maxErrors }).max_errors}`;
    tell("maxErrors", now, ignoredText(config));
  }
  if (config.logStatusChange !== undefined) {
    tell("logStatusChange", "log_status_change", "ignores the key, and logs no changes");
  }
}

function ignoredText(config: Config): string {
  const left = plan(config, true);
  if (left === undefined) return "ignores the key, and serves without a circuit breaker";
  return config.max_errors === undefined
    ? "ignores the key, and opens the circuit breaker at the first failure"
    : "ignores the key without a word";
}

function checkNegativeErrors(config: Config, site: Site, report: Report): void {
  for (const key of ["max_errors", "maxErrors"] as const) {
    const value = config[key];
    if (value === undefined || Math.trunc(value) >= 0) continue;
    report(messages.say("circuit-breaker/never-opens", spanOf(site, key), { key, value }));
  }
}

function checkTimes(config: Config, site: Site, report: Report): void {
  const meanings = {
    interval: "that failures are never forgotten while the breaker is closed",
    timeout: "60 seconds",
  };
  for (const key of ["interval", "timeout"] as const) {
    const value = config[key];
    if (value === undefined || value >= 0) continue;
    const meaning = meanings[key];
    report(messages.say("circuit-breaker/negative-time", spanOf(site, key), { key, value, meaning }));
  }
}

function checkFractions(config: Config, site: Site, report: Report): void {
  for (const key of ["interval", "timeout", "max_errors", "maxErrors"] as const) {
    const value = config[key];
    if (value === undefined || Number.isInteger(value)) continue;
    const unit = key === "interval" || key === "timeout" ? " of seconds" : "";
    const values = { key, value, read: Math.trunc(value), unit };
    report(messages.say("circuit-breaker/fraction", spanOf(site, key), values));
  }
}

function spanOf(site: Site, key: string): Span {
  return at(site.block, key)?.span ?? site.keySpan;
}
