// The keys of a KrakenD configuration and their types: root, endpoint, backend, agent.
// [lura config/config.go; krakend-schema v2.13]

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
  /** KrakenD keeps pointers to such objects, and does not start with a `null` in a list of them. */
  readonly isPointer?: boolean;
}

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
};

const keyPair: Struct = { noun: "a key pair", fields: { public_key: "text", private_key: "text" } };

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
};

const clientCertificate: Struct = {
  noun: "a client certificate",
  fields: { certificate: "text", private_key: "text" },
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
};

const plugin: Struct = { noun: "`plugin`", fields: { folder: "text", pattern: "text" } };

const connection: Struct = {
  noun: "the connection of an async agent",
  fields: { max_retries: "integer", backoff_strategy: "text", health_interval: "duration" },
};

const consumer: Struct = {
  noun: "the consumer of an async agent",
  fields: { timeout: "duration", workers: "integer", topic: "text", max_rate: "number" },
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
