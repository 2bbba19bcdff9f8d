// Config -> Plan: defaults, units and the quirks of the sizes of buckets.
import { milliseconds } from "./every.js";
import type { Config, ProxyConfig } from "./schema.js";

/** `rate` requests per `everyMs`, at most `capacity` at once. */
export interface Limit {
  readonly rate: number;
  readonly everyMs: number;
  /** `everyMs` as it was written, for comments. */
  readonly every: string;
  /** 0: the bucket holds one, and starts empty. */
  readonly capacity: number;
}

/** What tells clients apart; nothing: no request carries it, so every one is refused. */
export type Token =
  | { readonly kind: "address" }
  | { readonly kind: "address in header"; readonly name: string }
  | { readonly kind: "header"; readonly name: string }
  | { readonly kind: "param"; readonly name: string }
  | { readonly kind: "nothing" };

export interface ClientLimit extends Limit {
  readonly token: Token;
  /** How long an unused bucket is kept. */
  readonly idleMs: number;
  readonly sweepMs: number;
}

export interface Plan {
  readonly all: Limit | undefined;
  readonly clients: ClientLimit | undefined;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const UNLIMITED = Number.MAX_SAFE_INTEGER;

/** Undefined: neither limit is installed. [krakend-ratelimit router/router.go, router/gin/gin.go] */
export function plan(config: Config, params: readonly string[]): Plan | undefined {
  const { every, everyMs } = routerPeriod(config.every);
  const max = perSecond(config.max_rate, everyMs);
  const clientMax = perSecond(config.client_max_rate, everyMs);
  const all = { rate: config.max_rate ?? 0, everyMs, every, capacity: capacityOf(config.capacity, max) };
  const token = tokenOf(config, params);
  const clients = {
    ...{ rate: config.client_max_rate ?? 0, everyMs, every, token },
    capacity: clientCapacityOf(config.client_capacity, clientMax, max),
    idleMs: idleMs(everyMs),
    sweepMs: sweepMs(config.cleanup_period),
  };
  const hasClients = clientMax > 0 && token !== undefined;
  if (max <= 0 && !hasClients) return undefined;
  return { all: max > 0 ? all : undefined, clients: hasClients ? { ...clients, token } : undefined };
}

/** The limit of a backend; undefined: none is installed. [krakend-ratelimit proxy/proxy.go] */
export function planProxy(config: ProxyConfig): Limit | undefined {
  const { every, everyMs } = proxyPeriod(config.every);
  const max = perSecond(config.max_rate, everyMs);
  if (max <= 0 || everyMs <= 0) return undefined;
  return { rate: config.max_rate ?? 0, everyMs, every, capacity: capacityOf(config.capacity, max) };
}

interface Period {
  readonly every: string;
  readonly everyMs: number;
}

const ONE_SECOND: Period = { every: "1s", everyMs: SECOND };

/** Quirk: unreadable or below a second is a second [krakend-ratelimit router/router.go]. */
export function routerPeriod(every: string | undefined): Period {
  const period = proxyPeriod(every);
  return period.everyMs < SECOND ? ONE_SECOND : period;
}

/** Quirk: unreadable is a second; there is no least period here [krakend-ratelimit proxy/proxy.go]. */
export function proxyPeriod(every: string | undefined): Period {
  const everyMs = every === undefined ? undefined : milliseconds(every);
  return every === undefined || everyMs === undefined ? ONE_SECOND : { every, everyMs };
}

/** By way of a factor, as KrakenD does: the rounding decides about whole parts (98 per 49 s is below 2). */
export function perSecond(rate: number | undefined, everyMs: number): number {
  return (rate ?? 0) * (SECOND / everyMs);
}

/** Quirk: without a capacity the bucket holds what comes in a second, not in `every`. */
export function capacityOf(capacity: number | undefined, perSecond: number): number {
  return givenCapacity(capacity) ?? (perSecond < 1 ? 1 : wholePart(perSecond));
}

/**
 * Quirk: the default asks the rate of all clients whether it may be above 1, and then takes the
 * client's rate, even one below 1 [krakend-ratelimit router/gin/gin.go].
 */
export function clientCapacityOf(
  capacity: number | undefined,
  clientPerSecond: number,
  perSecond: number,
): number {
  return givenCapacity(capacity) ?? (perSecond < 1 ? 1 : wholePart(clientPerSecond));
}

/** Quirk: fractions are cut, so 0.5 is as good as absent; a negative number wraps to a huge one. */
function givenCapacity(capacity = 0): number | undefined {
  const whole = Math.trunc(capacity);
  if (whole === 0) return undefined;
  return whole < 0 ? UNLIMITED : wholePart(whole);
}

function wholePart(value: number): number {
  return Math.min(Math.trunc(value), UNLIMITED);
}

/** Undefined: the strategy is unknown. [krakend-ratelimit router/gin/tokenextractor.go] */
function tokenOf(config: Config, params: readonly string[]): Token | undefined {
  const key = config.key ?? "";
  switch (config.strategy?.toLowerCase()) {
    case "ip":
      return isHeaderOfRequests(key) ? { kind: "address in header", name: key } : { kind: "address" };
    case "header":
      return isHeaderOfRequests(key) ? { kind: "header", name: key } : { kind: "nothing" };
    case "param":
      return params.includes(key) ? { kind: "param", name: key } : { kind: "nothing" };
    default:
      return undefined;
  }
}

/** Go's server keeps the Host apart from the headers, so nothing finds it there. */
export function isHeaderOfRequests(name: string): boolean {
  return /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name) && name.toLowerCase() !== "host";
}

/**
 * Ten minutes, and more for long periods. Quirk: KrakenD draws the factor between 1 and 1.25 once
 * at start; the upper end forgets a client last [krakend-ratelimit router/router.go].
 */
function idleMs(everyMs: number): number {
  return everyMs > 10 * MINUTE ? everyMs * 1.25 : 10 * MINUTE;
}

function sweepMs(period: string | undefined): number {
  const wanted = period === undefined ? undefined : milliseconds(period);
  return wanted === undefined ? MINUTE : Math.max(SECOND, wanted);
}
