// The order of all rooms, outermost first. The order is the behaviour.
// [krakend-ce handler_factory.go, proxy_factory.go, backend_factory.go; lura proxy/factory.go]
import { aggregation, proxyOptions } from "./aggregation/feature.js";
import { botDetector } from "./bot-detector/feature.js";
import { cel } from "./cel/feature.js";
import { circuitBreaker } from "./circuit-breaker/feature.js";
import { concurrentCalls } from "./concurrent-calls/feature.js";
import { cors } from "./cors/feature.js";
import { flatmap } from "./flatmap/feature.js";
import { httpCache } from "./http-cache/feature.js";
import { httpClient } from "./http-client/feature.js";
import type { Pipe } from "./kit.js";
import { limits } from "./limits/feature.js";
import { gelf, logging, logstash } from "./logging/feature.js";
import { luaOfBackend } from "./lua/feature.js";
import { metrics, metricsOfBackend, metricsOfEndpoint, metricsOfPipe } from "./metrics/feature.js";
import { opencensus, opencensusOfClient, opencensusOfEndpoint } from "./opencensus/feature.js";
import {
  opentelemetry,
  opentelemetryOfBackend,
  opentelemetryOfClient,
  opentelemetryOfEndpoint,
  opentelemetryOfProxy,
} from "./opentelemetry/feature.js";
import { rateLimit, rateLimitProxy } from "./rate-limit/feature.js";
import { retry } from "./retry/feature.js";
import { routerOptions } from "./router-options/feature.js";
import { securityHttp } from "./security-http/feature.js";
import { sequential } from "./sequential/feature.js";
import { shadow } from "./shadow/feature.js";
import { staticResponse } from "./static-response/feature.js";
import { upstream } from "./upstream/feature.js";
import { upstreamErrors } from "./upstream-errors/feature.js";

export const pipe: Pipe = {
  server: [opentelemetry, cors],
  service: [limits, gelf, logstash, logging, metrics, opencensus, routerOptions, securityHttp, botDetector],
  endpoint: [opentelemetryOfEndpoint, botDetector, opencensusOfEndpoint, metricsOfEndpoint, rateLimit],
  proxy: [
    opentelemetryOfProxy,
    metricsOfPipe,
    cel,
    staticResponse,
    flatmap,
    aggregation,
    sequential,
    proxyOptions,
  ],
  backend: [
    shadow,
    concurrentCalls,
    opentelemetryOfBackend,
    metricsOfBackend,
    circuitBreaker,
    rateLimitProxy,
    luaOfBackend,
    cel,
    upstreamErrors,
    flatmap,
    proxyOptions,
  ],
  client: [opencensusOfClient, opentelemetryOfClient, httpCache, retry, httpClient, upstream],
};
