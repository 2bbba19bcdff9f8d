// What a `security/http` block may hold. Lists are looked at item by item by the rules of the room.
import type { Late } from "../../config/late.js";

export interface Config {
  readonly allowed_hosts?: readonly unknown[];
  readonly allowed_hosts_are_regex?: boolean;
  readonly host_proxy_headers?: readonly unknown[];
  readonly ssl_redirect?: boolean;
  readonly ssl_host?: string | Late;
  readonly ssl_proxy_headers?: Readonly<Record<string, unknown>>;
  readonly sts_seconds?: number;
  readonly sts_include_subdomains?: boolean;
  readonly force_sts_header?: boolean;
  readonly frame_deny?: boolean;
  readonly custom_frame_options_value?: string | Late;
  readonly content_type_nosniff?: boolean;
  readonly browser_xss_filter?: boolean;
  readonly content_security_policy?: string | Late;
  readonly referrer_policy?: string | Late;
  readonly hpkp_public_key?: string;
  readonly is_development?: boolean;
}

const flag = { type: "boolean" } as const;
const value = { type: "string", atStart: "header value" } as const;

export const schema = {
  type: "object",
  properties: {
    allowed_hosts: { type: "array", atStart: "name" },
    allowed_hosts_are_regex: flag,
    host_proxy_headers: { type: "array", atBuild: "names of headers decide what is generated" },
    ssl_redirect: flag,
    ssl_host: { type: "string", atStart: "name" },
    ssl_proxy_headers: { type: "object", atStart: "header value" },
    sts_seconds: { type: "number" },
    sts_include_subdomains: flag,
    force_sts_header: flag,
    frame_deny: flag,
    custom_frame_options_value: value,
    content_type_nosniff: flag,
    browser_xss_filter: flag,
    content_security_policy: { type: "string", atStart: "header without nonce" },
    referrer_policy: value,
    hpkp_public_key: { type: "string", atBuild: "no browser reads it" },
    is_development: flag,
  },
} as const;
