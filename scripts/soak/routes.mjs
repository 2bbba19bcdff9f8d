// What the soak asks, what must come back, and the configuration for it.
import { itemOf } from "./backends.mjs";

/** Beyond any soak: what is given once does not come back. */
const EVER = "240h";

export const LIMIT = 1000;
export const CLIENT_LIMIT = 100;
export const CLIENTS = 20;
/** Tokens in a second, and how many may wait. */
export const FILLING = { rate: 50, capacity: 500 };
export const BREAKERS = { opened: 9, probed: 4 };
export const PROBE_MS = 1000;

/** What `X-Krakend-Completed` says. */
const PARTIAL = "false";
const WHOLE = "true";

/** Why an answer is not what the well backend can give; undefined when it is. */
function faultOf({ status, headers, body }, id, item, completed) {
  if (status !== 200) return `status ${status}`;
  if (headers["x-krakend-completed"] !== completed) return `completed ${headers["x-krakend-completed"]}`;
  return isItem(item(JSON.parse(body)), id) ? undefined : "not the answer of its backend";
}

const isItem = (found, id) => found?.id === id && found.text === itemOf(id).text;
const alone = (body) => body;
const grouped = (body) => body.item;

/** `clients` ask one after the other; `check` tells what is wrong with the answer for an id. */
export const ROUTES = [
  {
    path: "/plain/{id}",
    clients: 10,
    check: (answer, id) => faultOf(answer, id, alone, WHOLE),
  },
  { path: "/failing/{id}", clients: 4, check: (answer, id) => faultOf(answer, id, grouped, PARTIAL) },
  { path: "/resetting/{id}", clients: 8, check: (answer, id) => faultOf(answer, id, grouped, PARTIAL) },
  {
    path: "/slow/{id}",
    clients: 8,
    check: (answer, id) => faultOf(answer, id, grouped, Number(id) % 2 === 1 ? WHOLE : PARTIAL),
  },
  {
    path: "/retried/{id}",
    clients: 4,
    check: (answer, id) => faultOf(answer, id, alone, WHOLE),
  },
  { path: "/limited", clients: 4, keepAlive: false, check: oneOf(200, 503) },
  { path: "/filling", clients: 6, check: oneOf(200, 503) },
  { path: "/clients", clients: CLIENTS, named: true, check: oneOf(200, 429) },
  { path: "/opened", clients: 1, keepAlive: false, check: oneOf(500) },
  { path: "/probed", clients: 4, check: oneOf(500) },
  { path: "/left/{id}", clients: 2, leavesAfterMs: 30, check: () => undefined },
];

function oneOf(...statuses) {
  return ({ status }) => (statuses.includes(status) ? undefined : `status ${status}`);
}

export function configuration(port, statsPort, hosts) {
  const backend = (host, pattern, more = {}) => ({ host: [hosts[host]], url_pattern: pattern, ...more });
  const item = backend("well", "/item/{id}", { group: "item" });
  const beside = (host) => [item, backend(host, `/${host}/{id}`, { group: "other" })];
  const breaker = (name, timeout) => [
    backend("failing", `/${name}`, {
      extra_config: { "qos/circuit-breaker": { interval: 0, timeout, max_errors: BREAKERS[name] } },
    }),
  ];
  const limited = (limit) => ({
    extra_config: { "qos/ratelimit/router": limit },
    backend: [backend("well", "/item/1")],
  });
  const retry = { extra_config: { "gwc/retry": { attempts: 3, backoff: "10ms" } } };
  const endpoints = {
    "/plain/{id}": { backend: [backend("well", "/item/{id}")] },
    "/failing/{id}": { backend: beside("failing") },
    "/resetting/{id}": { backend: beside("resetting") },
    "/slow/{id}": { backend: beside("slow") },
    "/retried/{id}": { backend: [backend("well", "/flaky/{id}", retry)] },
    "/limited": limited({ max_rate: 1, every: EVER, capacity: LIMIT }),
    "/filling": limited({ max_rate: FILLING.rate, capacity: FILLING.capacity }),
    "/clients": limited({
      client_max_rate: 1,
      every: EVER,
      client_capacity: CLIENT_LIMIT,
      strategy: "header",
      key: "X-Client",
    }),
    "/opened": { backend: breaker("opened", 1e6) },
    "/probed": { backend: breaker("probed", PROBE_MS / 1000) },
    "/left/{id}": { backend: beside("slow") },
  };
  return {
    version: 3,
    port,
    listen_ip: "127.0.0.1",
    timeout: "1500ms",
    extra_config: { "telemetry/metrics": { listen_address: `127.0.0.1:${statsPort}` } },
    endpoints: Object.entries(endpoints).map(([endpoint, more]) => ({ endpoint, ...more })),
  };
}
