// The order of all rooms, outermost first. The order is the behaviour.
// [krakend-ce handler_factory.go, proxy_factory.go, backend_factory.go; lura proxy/factory.go]
import { aggregation, proxyOptions } from "./aggregation/feature.js";
import { circuitBreaker } from "./circuit-breaker/feature.js";
import { httpCache } from "./http-cache/feature.js";
import type { Pipe } from "./kit.js";
import { gelf, logging, logstash } from "./logging/feature.js";
import { rateLimit, rateLimitProxy } from "./rate-limit/feature.js";
import { routerOptions } from "./router-options/feature.js";
import { upstreamErrors } from "./upstream-errors/feature.js";

export const pipe: Pipe = {
  service: [gelf, logstash, logging, routerOptions],
  endpoint: [rateLimit],
  proxy: [aggregation, proxyOptions],
  backend: [circuitBreaker, rateLimitProxy, upstreamErrors, proxyOptions],
  client: [httpCache],
};
