// The configurations that the bench measures with. Pure: the same input, the same output.

/** Where a proxy that knows no JSON gets each path from; `special` names the slow and failing backend. */
export const PROXIED = [
  { path: "/no-op", target: "/user" },
  { path: "/export", target: "/export" },
  { path: "/allow", target: "/user" },
  { path: "/report", target: "/report" },
  { path: "/slow", target: "/slow", special: true },
  { path: "/fail", target: "/fail", special: true },
];

/** So many requests per second that no request of a bench is ever refused. */
const NEVER_REACHED = 10_000_000;

/** What only the backend of the bench has, wherever the documents come from. */
const SPECIAL = ["/slow", "/fail", "/cacheable"];

/** A breaker that is closed all the time. */
const BREAKER = { interval: 60, timeout: 10, max_errors: 1000 };

/** `/__stats`, read by nobody. */
export const withStats = (port) => ({ "telemetry/metrics": { listen_address: `127.0.0.1:${port}` } });

/** One request in a hundred is traced; the spans go to a collector on `port`. */
export const withTracing = (port) => ({
  "telemetry/opentelemetry": {
    service_name: "bench",
    trace_sample_rate: 0.01,
    exporters: {
      otlp: [{ name: "bench", host: "127.0.0.1", port, use_http: true, disable_metrics: true }],
    },
  },
});

/**
 * The gateway under load: one endpoint per case. `backendConfig` is the `extra_config` of every backend, `serviceConfig`
 * a part of that of the service; `routes` is how many endpoints there are in all, the usual kinds filling up.
 */
export function loadConfig({ port, documents, special, backendConfig, serviceConfig, routes = 0 }) {
  const backend = (url_pattern, { extra_config, ...more } = {}) => ({
    host: [`http://127.0.0.1:${SPECIAL.includes(url_pattern) ? special : documents}`],
    url_pattern,
    ...more,
    ...((backendConfig ?? extra_config) && { extra_config: { ...backendConfig, ...extra_config } }),
  });
  const allow = ["id", "name", "email"];
  const group = (name) => backend(`/${name}`, { group: name });
  const raw = (url) => ({ output_encoding: "no-op", backend: [backend(url, { encoding: "no-op" })] });
  const limit = { max_rate: NEVER_REACHED, capacity: NEVER_REACHED };
  const endpoints = [
    { endpoint: "/no-op", ...raw("/user") },
    { endpoint: "/export", ...raw("/export") },
    { endpoint: "/allow", backend: [backend("/user", { allow })] },
    { endpoint: "/merge", backend: [group("user"), group("orders"), group("stats")] },
    { endpoint: "/report", backend: [backend("/report", { allow: ["id", "state"] })] },
    {
      endpoint: "/limited",
      extra_config: { "qos/ratelimit/router": limit },
      backend: [backend("/user", { allow })],
    },
    {
      endpoint: "/guarded",
      backend: [backend("/user", { allow, extra_config: { "qos/circuit-breaker": BREAKER } })],
    },
    {
      endpoint: "/cached",
      backend: [backend("/cacheable", { allow, extra_config: { "qos/http-cache": { shared: true } } })],
    },
    { endpoint: "/slow", backend: [backend("/slow", { allow })] },
    { endpoint: "/fail", backend: [backend("/fail", { allow })] },
  ];
  const filling = manyEndpoints(Math.max(0, routes - endpoints.length)).endpoints;
  return {
    version: 3,
    name: `bench-${routes}`,
    port,
    timeout: "3s",
    // No contender writes one.
    extra_config: { router: { disable_access_log: true }, ...serviceConfig },
    endpoints: [...filling, ...endpoints],
  };
}

const AREAS = ["catalogue", "billing", "accounts", "shipping", "search", "reporting", "content", "support"];

/** A configuration of `count` endpoints of the usual kinds, over a handful of services. */
export function manyEndpoints(count) {
  return {
    version: 3,
    name: `bench-${count}`,
    timeout: "2s",
    cache_ttl: "60s",
    endpoints: Array.from({ length: count }, (_, index) => endpoint(index)),
  };
}

function endpoint(index) {
  const area = AREAS[index % AREAS.length];
  const place = { endpoint: `/v1/${area}/resource-${index}/{id}`, input_headers: ["Authorization"] };
  switch (index % 5) {
    case 0:
      return { ...place, backend: [backend(area, index), backend("accounts", index, { group: "account" })] };
    case 1:
      return { ...place, method: "POST", backend: [{ ...backend(area, index), method: "POST" }] };
    case 2:
      return { ...place, output_encoding: "no-op", backend: [plainBackend(area, index)] };
    case 3:
      return { ...place, input_query_strings: ["page", "limit"], backend: [collection(area, index)] };
    default:
      return { ...place, timeout: "800ms", backend: [backend(area, index)] };
  }
}

const plainBackend = (area, index) => ({
  host: [`http://${area}.internal:8000`],
  url_pattern: `/${area}/${index}/{id}`,
});

const backend = (area, index, more = {}) => ({
  ...plainBackend(area, index),
  allow: ["id", "name", `detail_${index % 7}.value`],
  mapping: { name: "title" },
  ...more,
});

const collection = (area, index) => ({
  ...plainBackend(area, index),
  is_collection: true,
  mapping: { collection: "items" },
});
