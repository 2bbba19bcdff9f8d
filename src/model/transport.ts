// Connections to backends, with the defaults of KrakenD and of Go. [lura transport/http/server/server.go; Go net]
import type { Late, LateValues } from "../config/late.js";
import type { Report } from "../diagnostics/diagnostic.js";
import type { TransportOptions } from "../runtime/transport.js";
import { at, type Located } from "../source/located.js";
import { booleanAt, numberAt, spanAt } from "./read.js";
import { messages } from "./transport-messages.js";

/** The longest that a timer can wait, in ms: 24.8 days. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Whole milliseconds that a timer can wait; 0 is no limit. */
export function timer(root: Located, key: string): number {
  return Math.min(Math.ceil(Math.max(0, numberAt(root, key) ?? 0)), LONGEST_TIMER_MS);
}

/** The same as the runtime's DEFAULT_TRANSPORT; a test compares them. */
const DEFAULTS: TransportOptions = {
  keepAlive: true,
  compression: true,
  maxIdleConnections: 0,
  maxIdleConnectionsPerHost: 250,
  idleTimeoutMs: 0,
  responseHeaderTimeoutMs: 0,
  expectContinueTimeoutMs: 0,
  dialTimeoutMs: 0,
  keepAliveProbeMs: 15_000,
  fallbackDelayMs: 300,
  dnsRefreshMs: 30_000,
};

/** The options that differ from the defaults. */
export function transportOptions(
  root: Located,
  report: Report,
  late: LateValues,
): Partial<OrLateTimes<TransportOptions>> {
  const times = Object.entries(LATE_TIMES).map(([key, name]) => [key, late.at(at(root, name), "timer")]);
  const known = Object.fromEntries(times.filter(([, value]) => value !== undefined));
  const options = Object.entries({ ...allOptions(root, report), ...known });
  return Object.fromEntries(
    options.filter(([key, value]) => value !== DEFAULTS[key as keyof TransportOptions]),
  );
}

/** The times that may be known at start only, with their keys. */
const LATE_TIMES = {
  idleTimeoutMs: "idle_connection_timeout",
  responseHeaderTimeoutMs: "response_header_timeout",
  expectContinueTimeoutMs: "expect_continue_timeout",
  dialTimeoutMs: "dialer_timeout",
  keepAliveProbeMs: "dialer_keep_alive",
  fallbackDelayMs: "dialer_fallback_delay",
} as const satisfies Partial<Record<keyof TransportOptions, string>>;

export type OrLateTimes<Options> = {
  readonly [Key in keyof Options]: Key extends keyof typeof LATE_TIMES ? Options[Key] | Late : Options[Key];
};

function allOptions(root: Located, report: Report): TransportOptions {
  checkNegative(root, report);
  const refreshMs = numberAt(root, "dns_cache_ttl") ?? 0;
  if (refreshMs !== 0 && refreshMs < 1000)
    report(messages.say("transport/short-refresh", spanAt(root, "dns_cache_ttl")));
  const all = numberAt(root, "max_idle_connections") ?? 0;
  const perHost = numberAt(root, "max_idle_connections_per_host") ?? 0;
  return {
    keepAlive: !booleanAt(root, "disable_keep_alives") && all >= 0 && perHost >= 0,
    compression: !booleanAt(root, "disable_compression"),
    maxIdleConnections: Math.max(DEFAULTS.maxIdleConnections, all),
    maxIdleConnectionsPerHost: perHost > 0 ? perHost : DEFAULTS.maxIdleConnectionsPerHost,
    idleTimeoutMs: timer(root, "idle_connection_timeout"),
    responseHeaderTimeoutMs: timer(root, "response_header_timeout"),
    expectContinueTimeoutMs: timer(root, "expect_continue_timeout"),
    // A negative one has always passed; a millisecond is the shortest that can be waited.
    dialTimeoutMs: (numberAt(root, "dialer_timeout") ?? 0) < 0 ? 1 : timer(root, "dialer_timeout"),
    keepAliveProbeMs: orDefault(root, "dialer_keep_alive", DEFAULTS.keepAliveProbeMs),
    fallbackDelayMs: orDefault(root, "dialer_fallback_delay", DEFAULTS.fallbackDelayMs),
    dnsRefreshMs: refreshMs < 1000 ? DEFAULTS.dnsRefreshMs : timer(root, "dns_cache_ttl"),
  };
}

/** 0 stands for the default, a negative value for never [Go net.Dialer]. */
function orDefault(root: Located, key: string, defaultMs: number): number {
  return (numberAt(root, key) ?? 0) === 0 ? defaultMs : timer(root, key);
}

/** What a negative value does; for the keys that are not here it means something. */
const NEGATIVE: Readonly<Record<string, string>> = {
  read_timeout: "there is no limit",
  read_header_timeout: "there is no limit",
  write_timeout: "there is no limit",
  idle_timeout: "there is no limit",
  max_shutdown_wait_time: "there is no limit",
  max_header_bytes: "the default of 1 MiB holds",
  idle_connection_timeout: "there is no limit",
  response_header_timeout: "there is no limit",
  dialer_timeout: "no connection to a backend can be made",
  max_idle_connections: "no connection to a backend is kept",
  max_idle_connections_per_host: "no connection to a backend is kept",
};

function checkNegative(root: Located, report: Report): void {
  for (const [key, effect] of Object.entries(NEGATIVE)) {
    if ((numberAt(root, key) ?? 0) < 0)
      report(messages.say("transport/negative", spanAt(root, key), { key, effect }));
  }
}
