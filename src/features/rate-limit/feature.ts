// Rate limits: for an endpoint, for each of its clients, and for a backend.
import { defineFeature } from "../kit.js";
import { emit, emitProxy } from "./emit.js";
import { messages } from "./messages.js";
import { type Limit, type Plan, plan, planProxy } from "./plan.js";
import { check, checkProxy } from "./rules.js";
import { type Config, type ProxyConfig, proxySchema, schema } from "./schema.js";

const LENIENCY = "takes the value as absent, without a word: a rate that is not a number is no limit";

/** Limits of an endpoint: 429 above the limit of a client, then 503 above that of all. */
export const rateLimit = defineFeature<Config, Plan>({
  room: "rate-limit",
  namespace: "qos/ratelimit/router",
  stages: ["endpoint"],
  schema,
  lenient: "member",
  leniency: LENIENCY,
  messages: messages.messages,
  check,
  plan: (config, site) => plan(config, site.params),
  emit,
});

/** Limit of a backend: above it the backend counts as failed. */
export const rateLimitProxy = defineFeature<ProxyConfig, Limit>({
  room: "rate-limit",
  namespace: "qos/ratelimit/proxy",
  stages: ["backend"],
  schema: proxySchema,
  lenient: "member",
  leniency: LENIENCY,
  messages: messages.messages,
  check: checkProxy,
  plan: planProxy,
  emit: emitProxy,
});
