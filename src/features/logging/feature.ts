// `telemetry/logging`, `telemetry/logstash`, `telemetry/gelf`: where the application's log goes and what
// its lines look like. [krakend-gologging log.go, krakend-logstash logger.go, krakend-gelf log.go]
import {
  byteLiteral,
  type Code,
  code,
  indent,
  join,
  lines,
  runtime,
  runtimeOf,
  typeRef,
} from "../../codegen/code.js";
import { Late } from "../../config/late.js";
import { messages as configMessages } from "../../config/messages.js";
import { at } from "../../source/located.js";
import { defineFeature, type Site } from "../kit.js";
import { messages } from "./messages.js";
import { lineCode, type Piece, parsePattern, unprintable } from "./pattern.js";

const exports = runtimeOf<typeof import("./runtime.js")>("gwc/logging");

interface Config {
  readonly level?: string | Late;
  readonly stdout?: boolean;
  readonly syslog?: boolean;
  readonly syslog_facility?: string;
  readonly prefix?: string | Late;
  readonly format?: string;
  readonly custom_format?: string;
}

const LEVELS = ["CRITICAL", "ERROR", "WARNING", "NOTICE", "INFO", "DEBUG"] as const;

interface Plan {
  readonly level: (typeof LEVELS)[number] | Late;
  readonly prefix: string | Late;
  readonly stdout: readonly Piece[] | undefined;
  /** Priority of a message for syslog and the name it is sent under. */
  readonly syslog: { readonly facility: string; readonly tag: string | Late } | undefined;
  /** Messages are JSON documents before they are put into a line. */
  readonly logstash: { readonly module: string | Late } | undefined;
  /** The pattern is one of JSON, so a message is escaped in it. */
  readonly escapes: boolean;
  /** Messages go to the GELF server too. */
  readonly gelf: boolean;
}

const DEFAULT = " %{time:2006/01/02 - 15:04:05.000} %{color}\u25b6 %{level}%{color:reset} %{message}";
const LOGSTASH =
  '{"@timestamp":"%{time:2006-01-02T15:04:05.000+00:00}", "@version": 1, "level": "%{level}", "message": "%{message}", "module": "%{module}"}';

/** KrakenD takes these values without looking [krakend-gologging, krakend-gelf log.go ConfigGetter]. */
const flag = { type: "boolean", fatal: true } as const;
const text = { type: "string", fatal: true } as const;
const FORMAT = { ...text, atBuild: "the format decides what is generated to write a line" } as const;

export const logging = defineFeature<Config, Plan>({
  room: "logging",
  namespace: "telemetry/logging",
  stages: ["service"],
  schema: {
    type: "object",
    properties: {
      level: { ...text, atStart: "log level" },
      stdout: flag,
      syslog: flag,
      syslog_facility: { ...text, atBuild: "the facility is part of a constant" },
      prefix: { ...text, atStart: "bytes" },
      format: FORMAT,
      custom_format: FORMAT,
    },
  },
  lenient: "member",
  leniency: "logs in its basic format where the block is no object",
  messages: messages.messages,
  check(config, site, report) {
    const span = (key: string) => at(site.block, key)?.span ?? site.keySpan;
    if (config.level instanceof Late && config.syslog === true) {
      const reason = "for syslog the level is part of a constant";
      report(configMessages.say("config/fixed-at-build", span("level"), { reason }));
    }
    if (config.stdout !== true && config.syslog !== true && !hasGelf(site)) {
      report(messages.say("logging/nowhere", site.keySpan));
    } else if (levelOf(config) === undefined) {
      report(messages.say("logging/unknown-level", span("level"), { level: String(config.level ?? "") }));
    }
    if (config.format !== "custom" || config.stdout !== true) return;
    const parsed = parsePattern(config.custom_format ?? "");
    if ("reason" in parsed) {
      report(
        messages.say("logging/bad-pattern", span("custom_format"), {
          reason: parsed.reason,
          example: "%{level} %{message}",
        }),
      );
      return;
    }
    for (const verb of unprintable(parsed))
      report(messages.say("logging/unprintable", span("custom_format"), { verb, example: "%{level:-8.4s}" }));
  },
  plan(config, site) {
    const level = levelOf(config);
    const writes = config.stdout === true || config.syslog === true || hasGelf(site);
    // The basic logger stays.
    if (writes && level === undefined) return undefined;
    const format = config.format ?? "default";
    const written = config.prefix ?? "";
    const isOwn = format === "logstash" || format === "custom";
    const logstash = site.beside?.includes("telemetry/logstash") === true;
    // Quirk: with GELF the standard output has the default pattern, whatever the format.
    const pattern = hasGelf(site) ? "default" : format;
    return {
      level: level ?? "CRITICAL",
      prefix: isOwn || logstash ? "" : written,
      stdout: config.stdout === true ? patternOf(pattern, config, logstash && hasGelf(site)) : undefined,
      syslog: config.syslog === true ? { facility: facilityOf(config), tag: written } : undefined,
      logstash: logstash ? { module: written || "KRAKEND" } : undefined,
      escapes: pattern === "logstash",
      // Quirk: with Logstash the GELF server gets the access log alone.
      gelf: hasGelf(site) && !logstash,
    };
  },
  emit(plan) {
    const loggers = [
      ...(plan.stdout === undefined ? [] : [stdoutCode(plan, plan.stdout)]),
      ...(plan.syslog === undefined ? [] : [syslogCode(plan.syslog, plan.level)]),
      ...(plan.gelf ? [code`${exports.gelfLogger}`] : []),
    ];
    return {
      start: [
        code`${exports.logTo}(\n${indent(join([levelCode(plan.level), ...loggers.map((each) => throughLogstash(plan, each))], ",\n"))},\n);`,
        code`${runtime.logDebug}("[SERVICE: telemetry/logging] Improved logging started.");`,
      ],
    };
  },
});

/** The environment was asked for one of these names. */
function levelCode(level: Plan["level"]): Code {
  return level instanceof Late
    ? code`${level}.toUpperCase() as ${typeRef("gwc/logging", "Level")}`
    : code`${level}`;
}

function throughLogstash({ logstash }: Plan, logger: Code): Code {
  if (logstash === undefined) return logger;
  return code`${exports.asLogstash}(${byteLiteral(utf8(logstash.module))}, ${logger})`;
}

function stdoutCode({ prefix, escapes }: Plan, pieces: readonly Piece[]): Code {
  return code`(level, text) => ${runtime.standardOutput}.write(${lineCode(prefix, pieces, escapes)})`;
}

/** Quirk: every message has the severity of the configured level. [krakend-gologging log.go] */
function syslogCode({ facility, tag }: NonNullable<Plan["syslog"]>, level: Plan["level"]): Code {
  const severity = {
    CRITICAL: "crit",
    ERROR: "err",
    WARNING: "warning",
    NOTICE: "crit",
    INFO: "info",
    DEBUG: "debug",
  };
  const known = level instanceof Late ? "info" : severity[level];
  return code`${exports.syslog}(${`${facility}.${known}`}, ${byteLiteral(utf8(tag))})`;
}

function patternOf(format: string, config: Config, bare: boolean): readonly Piece[] {
  const pattern = { custom: config.custom_format ?? "", logstash: LOGSTASH }[format] ?? DEFAULT;
  const parsed = parsePattern(bare ? "%{message}" : pattern);
  return "reason" in parsed ? [] : parsed;
}

function levelOf({ level }: Config): Plan["level"] | undefined {
  return level instanceof Late ? level : LEVELS.find((each) => each === level?.toUpperCase());
}

function facilityOf(config: Config): string {
  const facility = config.syslog_facility?.toLowerCase() ?? "";
  return /^local[0-7]$/.test(facility) ? facility : "local3";
}

function hasGelf(site: Site): boolean {
  return site.beside?.includes("telemetry/gelf") === true;
}

function utf8(value: string | Late): string | Late {
  return value instanceof Late ? value : Buffer.from(value, "utf8").toString("latin1");
}

/** Only asked for by `telemetry/logging` beside it. */
export const logstash = defineFeature<{ readonly enabled?: boolean }, true>({
  room: "logging",
  namespace: "telemetry/logstash",
  stages: ["service"],
  schema: { type: "object", properties: { enabled: { type: "boolean" } } },
  lenient: "member",
  leniency: "never reads the value",
  messages: messages.messages,
  check(config, site, report) {
    const namespace = "telemetry/logstash";
    if (config.enabled === false) {
      const span = at(site.block, "enabled")?.span ?? site.keySpan;
      report(messages.say("logging/always-on", span, { key: "enabled", namespace }));
    }
    if (site.beside?.includes("telemetry/logging") !== true)
      report(messages.say("logging/needs-logging", site.keySpan, { namespace }));
  },
  plan: () => undefined,
});

interface GelfConfig {
  readonly address?: string | Late;
  readonly enable_tcp?: boolean;
}

interface GelfPlan {
  readonly address: string | Late;
  readonly tcp: boolean;
}

export const gelf = defineFeature<GelfConfig, GelfPlan>({
  room: "logging",
  namespace: "telemetry/gelf",
  stages: ["service"],
  schema: {
    type: "object",
    properties: { address: { ...text, atStart: "host and port" }, enable_tcp: flag },
  },
  lenient: "member",
  leniency: "logs in its basic format where the block is no object",
  messages: messages.messages,
  check(config, site, report) {
    if (!config.address)
      report(messages.say("logging/no-address", at(site.block, "address")?.span ?? site.keySpan));
    else if (site.beside?.includes("telemetry/logging") !== true)
      report(messages.say("logging/needs-logging", site.keySpan, { namespace: "telemetry/gelf" }));
  },
  plan: (config) =>
    config.address ? { address: config.address, tcp: config.enable_tcp === true } : undefined,
  emit: ({ address, tcp }) => ({
    start: [lines([code`${exports.startGelf}({ address: ${address}, tcp: ${tcp} });`])],
  }),
});
