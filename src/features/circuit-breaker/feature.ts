// Circuit breaker: spares a failing backend for a while.
import { defineFeature } from "../kit.js";
import { emit } from "./emit.js";
import { messages } from "./messages.js";
import { type Plan, plan } from "./plan.js";
import { check } from "./rules.js";
import { type Config, schema } from "./schema.js";

export const circuitBreaker = defineFeature<Config, Plan>({
  room: "circuit-breaker",
  namespace: "qos/circuit-breaker",
  aliases: ["github.com/devopsfaith/krakend-circuitbreaker/gobreaker"],
  stages: ["backend"],
  schema,
  lenient: "member",
  leniency:
    "takes the value as absent, without a word: the breaker may open at the first failure or not exist",
  messages: messages.messages,
  check,
  plan: (config, site) => plan(config, site.compat),
  emit,
});
