// `router`: options of the router and of the built-in answers. [lura router/gin/engine.go]
import { isIP } from "node:net";
import { goJson, isTooDeep } from "../../codegen/go-json.js";
import { Late } from "../../config/late.js";
import { defineMessages } from "../../diagnostics/messages.js";
import type { ServiceSettings } from "../../model/model.js";
import { at, plain } from "../../source/located.js";
import { defineFeature, type Site } from "../kit.js";

interface Config {
  readonly return_error_msg?: boolean;
  readonly error_body?: Readonly<Record<string, unknown>>;
  readonly hide_version_header?: boolean;
  readonly auto_options?: boolean;
  readonly disable_health?: boolean;
  readonly health_path?: string;
  readonly disable_path_decoding?: boolean;
  readonly disable_redirect_trailing_slash?: boolean;
  readonly disable_redirect_fixed_path?: boolean;
  readonly disable_handle_method_not_allowed?: boolean;
  readonly remove_extra_slash?: boolean;
  readonly disable_access_log?: boolean;
  readonly logger_skip_paths?: readonly (string | Late)[];
  readonly forwarded_by_client_ip?: boolean;
  readonly remote_ip_headers?: readonly string[];
  readonly trusted_proxies?: readonly (string | Late)[];
  readonly app_engine?: boolean;
  readonly max_multipart_memory?: number;
  readonly use_h2c?: boolean;
}

type Plan = Partial<ServiceSettings>;

const messages = defineMessages({
  "router-options/too-deep": {
    severity: "error",
    sentence: "`error_body` nests deeper than 200 levels",
    hint: "nest less",
    always: "documents of thousands of levels are a mistake",
    explain: "The body of an error is a small document.",
  },
  "router-options/unused-body": {
    severity: "warning",
    sentence: "`error_body` has no effect for {status}",
    hint: "only `404` and `405` have a body of their own",
    krakend: "ignores it",
    explain: "The router answers 404 and 405 itself; other statuses come from backends.",
  },
  "router-options/bad-proxy": {
    severity: "error",
    sentence: "`{entry}` is neither an address nor a network",
    hint: "write an IP address or a network such as `10.0.0.0/8`",
    krakend: "drops this entry and all after it; if it is the first, nobody is trusted",
    compat: "drops this entry and all after it",
    explain: "Addresses of clients are taken from headers only when a trusted proxy sent them.",
  },
});

const flag = { type: "boolean" } as const;

export const routerOptions = defineFeature<Config, Plan>({
  room: "router-options",
  namespace: "router",
  aliases: ["github_com/luraproject/lura/router/gin"],
  stages: ["service"],
  schema: {
    type: "object",
    properties: {
      return_error_msg: flag,
      error_body: { type: "object", atStart: "json" },
      hide_version_header: flag,
      auto_options: flag,
      disable_health: flag,
      health_path: { type: "string", atBuild: "a path decides what the generated router does" },
      disable_path_decoding: flag,
      disable_redirect_trailing_slash: flag,
      disable_redirect_fixed_path: flag,
      disable_handle_method_not_allowed: flag,
      remove_extra_slash: flag,
      disable_access_log: flag,
      logger_skip_paths: { type: "array", items: { type: "string", atStart: "bytes" } },
      forwarded_by_client_ip: flag,
      remote_ip_headers: {
        type: "array",
        items: { type: "string", atBuild: "names of headers are compared when building" },
      },
      trusted_proxies: { type: "array", items: { type: "string", atStart: "network" } },
      app_engine: flag,
      max_multipart_memory: { type: "number" },
      use_h2c: flag,
    },
  },
  lenient: "member",
  leniency: "ignores the block as a whole, except for a few options that it reads one by one",
  messages: messages.messages,
  check(config, site, report) {
    const bodies = at(site.block, "error_body");
    if (isTooDeep(config.error_body))
      report(messages.say("router-options/too-deep", bodies?.span ?? site.keySpan));
    for (const { key, keySpan } of bodies?.kind === "object" ? bodies.members : []) {
      if (key === "404" || key === "405" || /^[@$_#]/.test(key)) continue;
      report(messages.say("router-options/unused-body", keySpan, { status: key }));
    }
    const list = at(site.block, "trusted_proxies");
    const bad = (config.trusted_proxies ?? []).findIndex((entry) => !isNetwork(entry));
    if (bad < 0) return;
    const span = (list?.kind === "array" ? list.items[bad]?.span : list?.span) ?? site.keySpan;
    report(messages.say("router-options/bad-proxy", span, { entry: String(config.trusted_proxies?.[bad]) }));
  },
  plan: (config, site) => ({
    ...independent(config),
    ...(isSpoiled(site) ? {} : together(foldCase(config, site))),
  }),
  settings: (plan) => ({ service: plan }),
});

/** Options that KrakenD reads one by one, whatever else the block holds. */
function independent(config: Config): Plan {
  const { error_body: bodies = {} } = config;
  const body = (status: string): string | undefined =>
    bodies[status] === undefined || bodies[status] === null || isTooDeep(bodies[status])
      ? undefined
      : goJson(bodies[status]);
  return {
    healthPath:
      config.disable_health === true
        ? undefined
        : `/${(config.health_path || "/__health").replace(/^\//, "")}`,
    autoOptions: config.auto_options === true,
    checkParams: config.disable_path_decoding !== true,
    notFoundBody: body("404"),
    methodNotAllowedBody: body("405"),
    ...(config.disable_access_log === true ? { accessLog: undefined } : {}),
  };
}

/** Options that KrakenD decodes as one block. */
function together(config: Config): Plan {
  const headers = config.remote_ip_headers ?? [];
  const trusted = config.trusted_proxies ?? [];
  const skips = (config.logger_skip_paths ?? []).map((path) =>
    path instanceof Late ? path : Buffer.from(path, "utf8").toString("latin1"),
  );
  return {
    returnErrorMessage: config.return_error_msg === true,
    hideVersion: config.hide_version_header === true,
    redirectTrailingSlash: config.disable_redirect_trailing_slash !== true,
    redirectFixedPath: config.disable_redirect_fixed_path !== true,
    methodNotAllowed: config.disable_handle_method_not_allowed !== true,
    removeExtraSlash: config.remove_extra_slash === true,
    appEngine: config.app_engine === true,
    h2c: config.use_h2c === true,
    ...(config.disable_access_log === true || skips.length === 0 ? {} : { accessLog: { skips } }),
    ...(config.forwarded_by_client_ip === false
      ? { clientIpHeaders: [] }
      : headers.length === 0
        ? {}
        : { clientIpHeaders: headers.map((name) => name.toLowerCase()) }),
    ...(trusted.length === 0 ? {} : { trustedProxies: usable(trusted) }),
  };
}

/**
 * Quirk: one wrongly typed field makes KrakenD ignore all options that it decodes together. The
 * trunk took wrong values out of the config, so the block itself is asked. [lura router/gin/engine.go]
 */
function isSpoiled(site: Site): boolean {
  const { block } = site;
  if (!site.compat || block.kind !== "object") return false;
  return block.members.some(({ key, value }) => {
    const kind = TYPES[key.toLowerCase()];
    if (kind === undefined || value.kind === "null") return false;
    if (kind !== "array") return value.kind !== kind;
    return value.kind !== "array" || value.items.some((item) => item.kind !== "string");
  });
}

/** The options that KrakenD decodes together it also finds in other letter case [Go encoding/json]. */
function foldCase(config: Config, site: Site): Config {
  const { block } = site;
  if (!site.compat || block.kind !== "object") return config;
  const folded = block.members.flatMap(({ key, value }): [string, unknown][] => {
    const lower = key.toLowerCase();
    return key !== lower && Object.hasOwn(TYPES, lower) ? [[lower, plain(value)]] : [];
  });
  return { ...Object.fromEntries(folded), ...config };
}

const TYPES: Readonly<Record<string, "boolean" | "array" | "number">> = {
  return_error_msg: "boolean",
  hide_version_header: "boolean",
  disable_redirect_trailing_slash: "boolean",
  disable_redirect_fixed_path: "boolean",
  disable_handle_method_not_allowed: "boolean",
  remove_extra_slash: "boolean",
  forwarded_by_client_ip: "boolean",
  app_engine: "boolean",
  use_h2c: "boolean",
  logger_skip_paths: "array",
  remote_ip_headers: "array",
  trusted_proxies: "array",
  max_multipart_memory: "number",
};

/** Entries before the first bad one apply [gin gin.go prepareTrustedCIDRs]. */
function usable(trusted: readonly (string | Late)[]): readonly (string | Late)[] {
  const bad = trusted.findIndex((entry) => !isNetwork(entry));
  return bad < 0 ? trusted : trusted.slice(0, bad);
}

function isNetwork(entry: string | Late): boolean {
  if (entry instanceof Late) return true;
  const [address = "", bits, ...more] = entry.split("/");
  const family = isIP(address);
  if (family === 0 || more.length > 0 || address.includes("%")) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 6 ? 128 : 32));
}
