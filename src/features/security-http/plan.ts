// Config -> what is refused, redirected and added. Nothing is on by default.
// [krakend-httpsecure secure.go; unrolled/secure 1.15.0 secure.go]
import { Late } from "../../config/late.js";
import type { Config } from "./schema.js";

/** Texts are byte strings. */
export interface Plan {
  readonly hosts: Hosts | undefined;
  readonly redirect: Redirect | undefined;
  /** How a request that came as plain HTTP can count as secure: header in lower case, and its value. */
  readonly vouchers: readonly (readonly [lower: string, value: string | Late])[];
  /** Strict-Transport-Security, and when it goes out. */
  readonly sts: { readonly value: string; readonly always: boolean } | undefined;
  /** Name and value in turn; a value with `$NONCE` gets a new one for each request. */
  readonly headers: readonly (readonly [name: string, value: string | Late])[];
}

export interface Hosts {
  readonly allowed: readonly (string | Late)[];
  readonly arePatterns: boolean;
  /** Headers that name the host before `Host` does, in lower case. */
  readonly headers: readonly string[];
}

export interface Redirect {
  /** Empty: the host that was asked for. */
  readonly host: string | Late;
  readonly headers: readonly string[];
}

/** Over TLS every request is secure. */
export function plan(config: Config, overTls: boolean): Plan {
  const live = config.is_development !== true;
  const allowed = (config.allowed_hosts ?? []).filter(isText).map(bytes);
  const headers = (config.host_proxy_headers ?? [])
    .filter((item) => typeof item === "string")
    .map((name) => utf8(name).toLowerCase());
  const arePatterns = config.allowed_hosts_are_regex === true;
  const redirects = live && config.ssl_redirect === true && !overTls;
  return {
    hosts: live && allowed.length > 0 ? { allowed, arePatterns, headers } : undefined,
    redirect: redirects ? { host: bytes(config.ssl_host ?? ""), headers } : undefined,
    vouchers: overTls ? [] : vouchersOf(config),
    sts: live ? stsOf(config, overTls) : undefined,
    headers: headersOf(config),
  };
}

function isText(item: unknown): item is string | Late {
  return typeof item === "string" || item instanceof Late;
}

/** What the environment says is bytes already. */
function bytes(text: string | Late): string | Late {
  return text instanceof Late ? text : utf8(text);
}

function utf8(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}

function vouchersOf(config: Config): Plan["vouchers"] {
  return Object.entries(config.ssl_proxy_headers ?? {}).flatMap(([name, value]) =>
    isText(value) ? [[utf8(name).toLowerCase(), bytes(value)] as const] : [],
  );
}

function stsOf(config: Config, overTls: boolean): Plan["sts"] {
  const seconds = Math.trunc(config.sts_seconds ?? 0);
  if (seconds === 0) return undefined;
  const more = config.sts_include_subdomains === true ? "; includeSubDomains" : "";
  return { value: `max-age=${seconds}${more}`, always: overTls || config.force_sts_header === true };
}

function headersOf(config: Config): Plan["headers"] {
  const frame = config.custom_frame_options_value || (config.frame_deny === true ? "DENY" : "");
  const all = [
    ["X-Frame-Options", frame],
    ["X-Content-Type-Options", config.content_type_nosniff === true ? "nosniff" : ""],
    ["X-Xss-Protection", config.browser_xss_filter === true ? "1; mode=block" : ""],
    ["Content-Security-Policy", config.content_security_policy ?? ""],
    ["Referrer-Policy", config.referrer_policy ?? ""],
  ] as const;
  return all
    .filter(([, value]) => value !== "")
    .map(([name, value]) => {
      const text = bytes(value);
      return [name, text instanceof Late ? text : text.trim()] as const;
    });
}
