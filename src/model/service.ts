// Settings of the whole gateway, resolved. [lura config/config.go; router/gin/engine.go]
import { isIP } from "node:net";
import { asksForEnvironment } from "../config/late.js";
import { messages as configMessages } from "../config/messages.js";
import type { Report } from "../diagnostics/diagnostic.js";
import { at, type Located } from "../source/located.js";
import type { Resolution } from "./attach.js";
import { sanitizeHost } from "./hosts.js";
import { messages } from "./messages.js";
import type { Attached, BuiltIn, ServerLimits, ServiceSettings } from "./model.js";
import { utf8Bytes } from "./paths.js";
import { booleanAt, isFaulty, itemsAt, numberAt, spanAt, textAt } from "./read.js";
import { cleanPattern } from "./route-tree.js";
import { timer } from "./transport.js";

const defaults: ServiceSettings = {
  returnErrorMessage: false,
  hideVersion: false,
  healthPath: "/__health",
  autoOptions: false,
  checkParams: true,
  redirectTrailingSlash: true,
  redirectFixedPath: true,
  methodNotAllowed: true,
  removeExtraSlash: false,
  notFoundBody: undefined,
  methodNotAllowedBody: undefined,
  clientIpHeaders: ["x-forwarded-for", "x-real-ip"],
  trustedProxies: undefined,
  appEngine: false,
  h2c: false,
  numbersRoutes: false,
  accessLog: { skips: [] },
};

/** In the order in which KrakenD's router registers them [gin routergroup.go Any]. */
const ANY_METHOD = ["GET", "POST", "PUT", "PATCH", "HEAD", "OPTIONS", "DELETE", "CONNECT", "TRACE"];

/** The developer's endpoints that are asked for [lura router/gin/router.go]. */
export function builtIns(root: Located, debug: boolean): readonly BuiltIn[] {
  const debugs = debug || booleanAt(root, "debug_endpoint");
  return [
    ...(debugs ? [{ kind: "debug", path: "/__debug/", methods: ANY_METHOD } as const] : []),
    ...(booleanAt(root, "echo_endpoint")
      ? [{ kind: "echo", path: "/__echo/", methods: ANY_METHOD } as const]
      : []),
  ];
}

/** The defaults, with what the rooms at service level decide. */
export function serviceSettings(rooms: readonly Attached[]): ServiceSettings {
  const settings: ServiceSettings = Object.assign(
    {},
    defaults,
    ...rooms.map((room) => room.feature.settings?.(room.plan).service),
  );
  const { healthPath } = settings;
  return {
    ...settings,
    healthPath: healthPath === undefined ? undefined : cleanPattern(utf8Bytes(healthPath)),
  };
}

export function checkService({ root, late, report }: Resolution): void {
  const version = numberAt(root, "version") ?? 0;
  if (version !== 3 && !isFaulty(root, "version"))
    report(messages.say("service/version", spanAt(root, "version"), { version }));
  const port = numberAt(root, "port") ?? 0;
  if (port < 0 || port > 65535) report(messages.say("service/port", spanAt(root, "port"), { value: port }));
  const listenIp = textAt(root, "listen_ip") ?? "";
  if (listenIp !== "" && !asksForEnvironment(listenIp) && (isIP(listenIp) === 0 || listenIp.includes("%"))) {
    report(messages.say("service/listen-ip", spanAt(root, "listen_ip"), { value: listenIp }));
  }
  for (const item of itemsAt(root, "host")) {
    const host = item.kind === "string" ? item.value : "";
    if (late.at(item, "host") === undefined && !asksForEnvironment(host) && sanitizeHost(host) === undefined)
      report(messages.say("host/invalid", item.span, { host: shown(host) }));
  }
  reportNotYet(root, report);
}

/** An empty text can be seen. */
export function shown(text: string): string {
  return text === "" ? '""' : text;
}

/** Keys whose absence no client can tell from an answer. */
const ACCEPTED: Readonly<Record<string, string>> = {
  plugin: "Go plugins",
};

function reportNotYet(root: Located, report: Report): void {
  if (itemsAt(root, "async_agent").length > 0) {
    report(
      configMessages.say("config/not-yet-key", spanAt(root, "async_agent"), {
        key: "async_agent",
        what: "async agents",
      }),
    );
  }
  for (const [key, what] of Object.entries(ACCEPTED)) {
    const value = at(root, key);
    if (value === undefined || isOff(value)) continue;
    const said = configMessages.say("config/not-yet-key", value.span, { key, what });
    report({ ...said, severity: "warning" });
  }
}

function isOff(value: Located): boolean {
  return (value.kind === "boolean" && !value.value) || (value.kind === "number" && value.value === 0);
}

/** Go adds 4096 bytes to the configured limit [Go net/http server.go initialReadLimitSize]. */
export function serverLimits(root: Located): ServerLimits {
  const maxHeader = numberAt(root, "max_header_bytes") ?? 0;
  const readMs = timer(root, "read_timeout");
  const headerMs = timer(root, "read_header_timeout");
  return {
    maxHeaderBytes: Math.min(maxHeader > 0 ? maxHeader : 1 << 20, 1 << 30) + 4096,
    // The time for the whole request covers its header too.
    readHeaderTimeoutMs: readMs === 0 ? headerMs : Math.min(headerMs || readMs, readMs),
    readTimeoutMs: readMs,
    idleTimeoutMs: timer(root, "idle_timeout") || readMs,
    writeTimeoutMs: timer(root, "write_timeout"),
    maxShutdownMs: timer(root, "max_shutdown_wait_time"),
  };
}
