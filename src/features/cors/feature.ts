// `security/cors`: which pages of other origins may read answers. [krakend-cors mux/cors.go]
import { defineFeature } from "../kit.js";
import { emit } from "./emit.js";
import { messages } from "./messages.js";
import { type Plan, plan } from "./plan.js";
import { check } from "./rules.js";
import { type Config, schema } from "./schema.js";

/** Around everything: preflights of any path, health, redirects, 404. */
export const cors = defineFeature<Config, Plan>({
  room: "cors",
  namespace: "security/cors",
  aliases: ["github_com/devopsfaith/krakend-cors"],
  stages: ["server"],
  schema,
  lenient: "member",
  leniency: "takes the value as absent, without a word; a block that is no object is no CORS at all",
  messages: messages.messages,
  check,
  plan,
  emit,
});
