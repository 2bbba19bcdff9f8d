// What a `security/http` block may hold. Lists are looked at item by item by the rules of the room.
export interface Config {
  readonly allowed_hosts?: readonly unknown[];
  readonly allowed_hosts_are_regex?: boolean;
  readonly host_proxy_headers?: readonly unknown[];
  readonly ssl_redirect?: boolean;
  readonly ssl_host?: string;
  readonly ssl_proxy_headers?: Readonly<Record<string, unknown>>;
  readonly sts_seconds?: number;
  readonly sts_include_subdomains?: boolean;
  readonly force_sts_header?: boolean;
  readonly frame_deny?: boolean;
  readonly custom_frame_options_value?: string;
  readonly content_type_nosniff?: boolean;
  readonly browser_xss_filter?: boolean;
  readonly content_security_policy?: string;
  readonly referrer_policy?: string;
  readonly hpkp_public_key?: string;
  readonly is_development?: boolean;
}

const flag = { type: "boolean" } as const;
const text = { type: "string" } as const;
const list = { type: "array" } as const;

export const schema = {
  type: "object",
  properties: {
    allowed_hosts: list,
    allowed_hosts_are_regex: flag,
    host_proxy_headers: list,
    ssl_redirect: flag,
    ssl_host: text,
    ssl_proxy_headers: { type: "object" },
    sts_seconds: { type: "number" },
    sts_include_subdomains: flag,
    force_sts_header: flag,
    frame_deny: flag,
    custom_frame_options_value: text,
    content_type_nosniff: flag,
    browser_xss_filter: flag,
    content_security_policy: text,
    referrer_policy: text,
    hpkp_public_key: text,
    is_development: flag,
  },
} as const;
