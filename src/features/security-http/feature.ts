// `security/http`: hosts, redirect to https, and headers that tell browsers what not to do.
// [krakend-httpsecure gin/secure.go]
import { defineFeature } from "../kit.js";
import { emit } from "./emit.js";
import { messages } from "./messages.js";
import { type Plan, plan } from "./plan.js";
import { check } from "./rules.js";
import { type Config, schema } from "./schema.js";

/** Before every route but the health endpoint, and before 404 and 405. */
export const securityHttp = defineFeature<Config, Plan>({
  room: "security-http",
  namespace: "security/http",
  aliases: ["github_com/devopsfaith/krakend-httpsecure"],
  stages: ["service"],
  schema,
  lenient: "member",
  leniency: "takes the value as absent, without a word; a block that is no object does nothing",
  messages: messages.messages,
  check,
  plan: (config, site) => plan(config, site.overTls === true),
  emit,
});
