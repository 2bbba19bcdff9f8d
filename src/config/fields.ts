// The keys of a KrakenD configuration and their types: root, endpoint, backend, agent.
// [lura config/config.go; krakend-schema v2.13]

import type { LateKind, TextClass } from "./late.js";

export type FieldType =
  | "text"
  | "integer"
  | "number"
  | "boolean"
  | "duration"
  | "texts"
  | "integers"
  | "text map"
  | "object"
  | "any"
  | { readonly list: Struct }
  | { readonly struct: Struct };

export interface Struct {
  /** What a message calls it: "an endpoint". */
  readonly noun: string;
  readonly fields: Readonly<Record<string, FieldType>>;
  /** Of each field that holds texts: when they count. A test holds the list whole. */
  readonly texts: Readonly<Record<string, TextClass>>;
  /** KrakenD keeps pointers to such objects, and does not start with a `null` in a list of them. */
  readonly isPointer?: boolean;
}

function atStart(kind: LateKind): TextClass {
  return { atStart: kind };
}

function atBuild(reason: string): TextClass {
  return { atBuild: reason };
}

const SHAPES = atBuild("keys decide what the generated readers look for");
const METHOD = atBuild("a method decides what is generated");
const ENCODING = atBuild("an encoding decides which readers and writers are generated");
const FORWARDED = atBuild("names decide what is generated to pass them on");
const DIVIDED = atBuild("the time is divided, compared or left out when building");
const TLS_VERSION = atBuild("versions decide which ciphers there are");
const AGENTS = atBuild("gwc has no async agents");

const backend: Struct = {
  noun: "a backend",
  isPointer: true,
  fields: {
    group: "text",
    method: "text",
    host: "texts",
    disable_host_sanitize: "boolean",
    url_pattern: "text",
    allow: "texts",
    deny: "texts",
    mapping: "text map",
    encoding: "text",
    is_collection: "boolean",
    target: "text",
    sd: "text",
    sd_scheme: "text",
    input_headers: "texts",
    input_query_strings: "texts",
    timeout: "duration",
    concurrentcalls: "integer",
    extra_config: "object",
  },
  texts: {
    group: SHAPES,
    method: METHOD,
    host: atStart("host"),
    url_pattern: atStart("bytes"),
    allow: SHAPES,
    deny: SHAPES,
    mapping: SHAPES,
    encoding: ENCODING,
    target: SHAPES,
    sd: atBuild("the kind of discovery decides what is generated"),
    sd_scheme: atBuild("the scheme decides how targets are called"),
    input_headers: FORWARDED,
    input_query_strings: FORWARDED,
    timeout: DIVIDED,
  },
};

const endpoint: Struct = {
  noun: "an endpoint",
  isPointer: true,
  fields: {
    endpoint: "text",
    method: "text",
    backend: { list: backend },
    concurrent_calls: "integer",
    timeout: "duration",
    cache_ttl: "duration",
    input_query_strings: "texts",
    input_headers: "texts",
    output_encoding: "text",
    extra_config: "object",
  },
  texts: {
    endpoint: atBuild("a path decides what the generated router does"),
    method: METHOD,
    timeout: atStart("duration"),
    cache_ttl: atBuild("the header is a constant of the route"),
    input_query_strings: FORWARDED,
    input_headers: FORWARDED,
    output_encoding: ENCODING,
  },
};

const keyPair: Struct = {
  noun: "a key pair",
  fields: { public_key: "text", private_key: "text" },
  texts: { public_key: atStart("file"), private_key: atStart("file") },
};

const tls: Struct = {
  noun: "`tls`",
  fields: {
    disabled: "boolean",
    public_key: "text",
    private_key: "text",
    ca_certs: "texts",
    min_version: "text",
    max_version: "text",
    curve_preferences: "integers",
    prefer_server_cipher_suites: "boolean",
    cipher_suites: "integers",
    enable_mtls: "boolean",
    disable_system_ca_pool: "boolean",
    keys: { list: keyPair },
  },
  texts: {
    public_key: atStart("file"),
    private_key: atStart("file"),
    ca_certs: atStart("file"),
    min_version: TLS_VERSION,
    max_version: TLS_VERSION,
  },
};

const clientCertificate: Struct = {
  noun: "a client certificate",
  fields: { certificate: "text", private_key: "text" },
  texts: { certificate: atStart("file"), private_key: atStart("file") },
};

const clientTls: Struct = {
  noun: "`client_tls`",
  fields: {
    allow_insecure_connections: "boolean",
    ca_certs: "texts",
    disable_system_ca_pool: "boolean",
    min_version: "text",
    max_version: "text",
    curve_preferences: "integers",
    cipher_suites: "integers",
    client_certs: { list: clientCertificate },
  },
  texts: { ca_certs: atStart("file"), min_version: TLS_VERSION, max_version: TLS_VERSION },
};

const NO_PLUGINS = atBuild("gwc does not load Go plugins");

const plugin: Struct = {
  noun: "`plugin`",
  fields: { folder: "text", pattern: "text" },
  texts: { folder: NO_PLUGINS, pattern: NO_PLUGINS },
};

const connection: Struct = {
  noun: "the connection of an async agent",
  fields: { max_retries: "integer", backoff_strategy: "text", health_interval: "duration" },
  texts: { backoff_strategy: AGENTS, health_interval: AGENTS },
};

const consumer: Struct = {
  noun: "the consumer of an async agent",
  fields: { timeout: "duration", workers: "integer", topic: "text", max_rate: "number" },
  texts: { timeout: AGENTS, topic: AGENTS },
};

const agent: Struct = {
  noun: "an async agent",
  isPointer: true,
  fields: {
    name: "text",
    connection: { struct: connection },
    consumer: { struct: consumer },
    encoding: "text",
    backend: { list: backend },
    extra_config: "object",
  },
  texts: { name: AGENTS, encoding: AGENTS },
};

export const root: Struct = {
  noun: "the root",
  fields: {
    version: "integer",
    name: "text",
    endpoints: { list: endpoint },
    async_agent: { list: agent },
    timeout: "duration",
    cache_ttl: "duration",
    host: "texts",
    output_encoding: "text",
    port: "integer",
    listen_ip: "text",
    extra_config: "object",
    debug_endpoint: "boolean",
    echo_endpoint: "boolean",
    disable_rest: "boolean",
    sequential_start: "boolean",
    plugin: { struct: plugin },
    tls: { struct: tls },
    client_tls: { struct: clientTls },
    use_h2c: "boolean",
    read_timeout: "duration",
    write_timeout: "duration",
    idle_timeout: "duration",
    read_header_timeout: "duration",
    max_header_bytes: "integer",
    max_shutdown_wait_time: "duration",
    dns_cache_ttl: "duration",
    disable_keep_alives: "boolean",
    disable_compression: "boolean",
    max_idle_connections: "integer",
    max_idle_connections_per_host: "integer",
    idle_connection_timeout: "duration",
    response_header_timeout: "duration",
    expect_continue_timeout: "duration",
    dialer_timeout: "duration",
    dialer_keep_alive: "duration",
    dialer_fallback_delay: "duration",
    allow_insecure_connections: "boolean",
  },
  texts: {
    name: atStart("bytes"),
    timeout: atStart("duration"),
    cache_ttl: atBuild("the header is a constant of each route"),
    host: atStart("host"),
    output_encoding: ENCODING,
    port: atStart("port"),
    listen_ip: atStart("address"),
    read_timeout: DIVIDED,
    write_timeout: DIVIDED,
    idle_timeout: DIVIDED,
    read_header_timeout: DIVIDED,
    max_shutdown_wait_time: DIVIDED,
    dns_cache_ttl: DIVIDED,
    idle_connection_timeout: atStart("timer"),
    response_header_timeout: atStart("timer"),
    expect_continue_timeout: atStart("timer"),
    dialer_timeout: atStart("timer"),
    dialer_keep_alive: atStart("timer"),
    dialer_fallback_delay: atStart("timer"),
  },
};

/** The objects whose keys may be mistaken for each other's. */
export const structs: readonly Struct[] = [endpoint, backend, root];

/** Keys of older versions, with what took their place. */
export const renamedKeys: Readonly<Record<string, string>> = {
  whitelist: "allow",
  blacklist: "deny",
  headers_to_pass: "input_headers",
  querystring_params: "input_query_strings",
  disable_host_sanitization: "disable_host_sanitize",
  allowlist: "allow",
  allow_list: "allow",
  denylist: "deny",
  deny_list: "deny",
};
