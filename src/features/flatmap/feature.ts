// `proxy.flatmap_filter`: cuts and moves parts of the data, also inside lists. Of a backend it takes
// the place of allow, deny and mapping; of an endpoint it works on the joint data.
// [lura proxy/formatter.go newFlatmapFormatter; krakend/flatmap]
import { defineFeature } from "../kit.js";
import { emit } from "./emit.js";
import { messages } from "./messages.js";
import { type Plan, plan } from "./plan.js";
import { check } from "./rules.js";

export interface Config {
  readonly flatmap_filter?: unknown;
}

export const flatmap = defineFeature<Config, Plan>({
  room: "flatmap",
  namespace: "proxy",
  option: "flatmap_filter",
  aliases: ["github.com/devopsfaith/krakend/proxy"],
  stages: ["proxy", "backend"],
  schema: {
    type: "object",
    properties: { flatmap_filter: { atBuild: "operations decide what is generated" } },
  },
  lenient: "block",
  leniency: "ignores a block that is not an object",
  messages: messages.messages,
  check,
  plan: (config, site) =>
    site.stage === "proxy" && site.backendCount === 1 ? undefined : plan(config.flatmap_filter),
  makesKeys: () => true,
  emit,
});
