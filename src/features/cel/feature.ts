// `validation/cel`: checks before and after the backends of an endpoint, or one of them.
// [krakend-cel proxy.go]
import { defineFeature } from "../kit.js";
import { emit } from "./emit.js";
import { messages } from "./messages.js";
import { type Config, type Plan, plan, schema } from "./plan.js";
import { check } from "./rules.js";

export const cel = defineFeature<Config, Plan>({
  room: "cel",
  namespace: "validation/cel",
  aliases: ["github.com/devopsfaith/krakend-cel"],
  stages: ["proxy", "backend"],
  schema,
  lenient: "block",
  leniency: "serves without any check, without a word",
  messages: messages.messages,
  check,
  plan,
  emit,
});
