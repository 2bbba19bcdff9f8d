// The fields of a configuration, as KrakenD declares them. [lura config/config.go]
import {
  anything,
  decimal,
  duration,
  type Fields,
  flag,
  integer,
  listOf,
  mapOf,
  structOf,
  text,
} from "./decoding.js";

const texts = listOf(text);
const extra = mapOf(anything);

const backend = (): Fields => ({
  group: text,
  method: text,
  host: texts,
  disable_host_sanitize: flag,
  url_pattern: text,
  deny: texts,
  allow: texts,
  mapping: mapOf(text),
  encoding: text,
  is_collection: flag,
  target: text,
  sd: text,
  sd_scheme: text,
  concurrentcalls: integer,
  timeout: duration,
  extra_config: extra,
  input_headers: texts,
  input_query_strings: texts,
});

const endpoint = (): Fields => ({
  endpoint: text,
  method: text,
  backend: listOf(structOf(backend)),
  concurrent_calls: integer,
  timeout: duration,
  cache_ttl: duration,
  input_query_strings: texts,
  extra_config: extra,
  input_headers: texts,
  output_encoding: text,
});

const connection = (): Fields => ({
  max_retries: integer,
  backoff_strategy: text,
  health_interval: duration,
});
const consumer = (): Fields => ({ timeout: duration, workers: integer, topic: text, max_rate: decimal });
const agent = (): Fields => ({
  name: text,
  connection: structOf(connection),
  consumer: structOf(consumer),
  encoding: text,
  backend: listOf(structOf(backend)),
  extra_config: extra,
});

const keyPair = (): Fields => ({ public_key: text, private_key: text });
const tls = (): Fields => ({
  disabled: flag,
  public_key: text,
  private_key: text,
  ca_certs: texts,
  min_version: text,
  max_version: text,
  curve_preferences: listOf(integer),
  prefer_server_cipher_suites: flag,
  cipher_suites: listOf(integer),
  enable_mtls: flag,
  disable_system_ca_pool: flag,
  keys: listOf(structOf(keyPair)),
});

const certificate = (): Fields => ({ certificate: text, private_key: text });
const clientTls = (): Fields => ({
  allow_insecure_connections: flag,
  ca_certs: texts,
  disable_system_ca_pool: flag,
  min_version: text,
  max_version: text,
  curve_preferences: listOf(integer),
  cipher_suites: listOf(integer),
  client_certs: listOf(structOf(certificate)),
});

export const root = (): Fields => ({
  version: integer,
  name: text,
  endpoints: listOf(structOf(endpoint)),
  async_agent: listOf(structOf(agent)),
  timeout: duration,
  cache_ttl: duration,
  host: texts,
  port: integer,
  listen_ip: text,
  output_encoding: text,
  extra_config: extra,
  read_timeout: duration,
  write_timeout: duration,
  idle_timeout: duration,
  read_header_timeout: duration,
  max_header_bytes: integer,
  disable_keep_alives: flag,
  disable_compression: flag,
  max_idle_connections: integer,
  max_idle_connections_per_host: integer,
  idle_connection_timeout: duration,
  response_header_timeout: duration,
  expect_continue_timeout: duration,
  dialer_timeout: duration,
  dialer_fallback_delay: duration,
  dialer_keep_alive: duration,
  max_shutdown_wait_time: duration,
  dns_cache_ttl: duration,
  disable_rest: flag,
  debug_endpoint: flag,
  echo_endpoint: flag,
  sequential_start: flag,
  use_h2c: flag,
  allow_insecure_connections: flag,
  plugin: structOf(() => ({ folder: text, pattern: text })),
  tls: structOf(tls),
  client_tls: structOf(clientTls),
});
