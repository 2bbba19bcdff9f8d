// Config -> Plan: defaults, units, and what the older spelling means.
import type { Late } from "../../config/late.js";
import type { Config } from "./schema.js";

export interface Plan {
  readonly name: string | Late;
  /** Failures in a row that leave it closed; the next one opens it. */
  readonly tolerated: number;
  /** Length of the window in which failures are counted; 0: the count never expires. */
  readonly windowMs: number;
  readonly openMs: number;
  readonly logsChanges: boolean;
}

/** How long a breaker stays open when nothing is said [sony/gobreaker defaultTimeout]. */
export const DEFAULT_OPEN_SECONDS = 60;

/** Undefined: there is no breaker. [krakend-circuitbreaker gobreaker.go] */
export function plan(config: Config, compat: boolean): Plan | undefined {
  const read = compat ? config : withCurrentNames(config);
  const name = read.name ?? "";
  const interval = Math.trunc(read.interval ?? 0);
  const timeout = Math.trunc(read.timeout ?? 0);
  const tolerated = unsigned(read.max_errors ?? 0);
  const logsChanges = read.log_status_change ?? false;
  const says = [name, interval, timeout, tolerated, logsChanges].some(Boolean);
  if (!says && !(config.maxErrors !== undefined && !compat)) return undefined;
  return {
    name,
    tolerated,
    windowMs: milliseconds(interval),
    openMs: milliseconds(timeout) || DEFAULT_OPEN_SECONDS * 1000,
    logsChanges,
  };
}

/**
 * The older spelling in today's names: the breaker is to open at the `maxErrors`-th failure, so one
 * less is tolerated. Today's names win where both are there.
 */
export function withCurrentNames(config: Config): Config {
  const { maxErrors, logStatusChange, ...current } = config;
  return {
    ...(maxErrors === undefined ? {} : { max_errors: Math.max(0, Math.trunc(maxErrors) - 1) }),
    ...(logStatusChange === undefined ? {} : { log_status_change: logStatusChange }),
    ...current,
  };
}

/** Quirk: 32 bits without a sign, so a negative number is a huge one [krakend-circuitbreaker gobreaker.go]. */
export function unsigned(value: number): number {
  return Math.trunc(value) >>> 0;
}

const CENTURY_SECONDS = 100 * 365 * 24 * 3600;

/** Negative is none; nothing is lost by an end to times that would not fit a number. */
function milliseconds(seconds: number): number {
  return Math.min(Math.max(0, seconds), CENTURY_SECONDS) * 1000;
}
