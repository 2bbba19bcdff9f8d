// `router`: options of the router and of the built-in answers. [lura router/gin/engine.go]
import { isIP } from "node:net";
import { defineMessages } from "../../diagnostics/messages.js";
import type { ServiceSettings } from "../../model/model.js";
import { at } from "../../source/located.js";
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
  readonly logger_skip_paths?: readonly string[];
  readonly forwarded_by_client_ip?: boolean;
  readonly remote_ip_headers?: readonly string[];
  readonly trusted_proxies?: readonly string[];
  readonly app_engine?: boolean;
  readonly max_multipart_memory?: number;
  readonly use_h2c?: boolean;
}

type Plan = Partial<ServiceSettings>;

const messages = defineMessages({
  "router-options/not-yet": {
    severity: "error",
    sentence: "gwc does not have the router option `{key}` yet",
    hint: "delete it if the gateway may do without it",
    krakend: "honours it",
    explain: "gwc never serves a configuration without something that it asks for.",
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
const texts = { type: "array", items: { type: "string" } } as const;

export const routerOptions = defineFeature<Config, Plan>({
  room: "router-options",
  namespace: "router",
  aliases: ["github_com/luraproject/lura/router/gin"],
  stages: ["service"],
  schema: {
    type: "object",
    properties: {
      return_error_msg: flag,
      error_body: { type: "object" },
      hide_version_header: flag,
      auto_options: flag,
      disable_health: flag,
      health_path: { type: "string" },
      disable_path_decoding: flag,
      disable_redirect_trailing_slash: flag,
      disable_redirect_fixed_path: flag,
      disable_handle_method_not_allowed: flag,
      remove_extra_slash: flag,
      disable_access_log: flag,
      logger_skip_paths: texts,
      forwarded_by_client_ip: flag,
      remote_ip_headers: texts,
      trusted_proxies: texts,
      app_engine: flag,
      max_multipart_memory: { type: "number" },
      use_h2c: flag,
    },
  },
  lenient: "member",
  leniency: "ignores the block as a whole, except for a few options that it reads one by one",
  messages: messages.messages,
  check(config, site, report) {
    for (const key of ["app_engine", "use_h2c"] as const) {
      if (config[key] !== true) continue;
      report(messages.say("router-options/not-yet", at(site.block, key)?.span ?? site.keySpan, { key }));
    }
    const list = at(site.block, "trusted_proxies");
    const bad = (config.trusted_proxies ?? []).findIndex((entry) => !isNetwork(entry));
    if (bad < 0) return;
    const span = (list?.kind === "array" ? list.items[bad]?.span : list?.span) ?? site.keySpan;
    report(messages.say("router-options/bad-proxy", span, { entry: config.trusted_proxies?.[bad] ?? "" }));
  },
  plan: (config, site) => ({ ...independent(config), ...(isSpoiled(site) ? {} : together(config)) }),
  settings: (plan) => ({ service: plan }),
});

/** Options that KrakenD reads one by one, whatever else the block holds. */
function independent(config: Config): Plan {
  const { error_body: bodies = {} } = config;
  const body = (status: string): string | undefined =>
    bodies[status] === undefined || bodies[status] === null ? undefined : goJson(bodies[status]);
  return {
    healthPath: config.disable_health === true ? undefined : config.health_path || "/__health",
    autoOptions: config.auto_options === true,
    checkParams: config.disable_path_decoding !== true,
    notFoundBody: body("404"),
    methodNotAllowedBody: body("405"),
  };
}

/** Options that KrakenD decodes as one block. */
function together(config: Config): Plan {
  const headers = config.remote_ip_headers ?? [];
  const trusted = config.trusted_proxies ?? [];
  return {
    returnErrorMessage: config.return_error_msg === true,
    hideVersion: config.hide_version_header === true,
    redirectTrailingSlash: config.disable_redirect_trailing_slash !== true,
    redirectFixedPath: config.disable_redirect_fixed_path !== true,
    methodNotAllowed: config.disable_handle_method_not_allowed !== true,
    removeExtraSlash: config.remove_extra_slash === true,
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
function usable(trusted: readonly string[]): readonly string[] {
  const bad = trusted.findIndex((entry) => !isNetwork(entry));
  return bad < 0 ? trusted : trusted.slice(0, bad);
}

function isNetwork(entry: string): boolean {
  const [address = "", bits, ...more] = entry.split("/");
  const family = isIP(address);
  if (family === 0 || more.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 6 ? 128 : 32));
}

/** As Go prints decoded JSON: keys sorted, `<`, `>` and `&` escaped. A byte string. */
function goJson(value: unknown): string {
  const text = JSON.stringify(value, (_key, each: unknown) =>
    typeof each === "object" && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );
  const escaped = text.replace(
    /[<>&\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return Buffer.from(escaped, "utf8").toString("latin1");
}
