// `gwc/aggregation`: what a partial answer is. An option of gwc's own; KrakenD always answers with
// what it has. The merge itself is part of the trunk.
import { defineMessages } from "../../diagnostics/messages.js";
import { at } from "../../source/located.js";
import { defineFeature } from "../kit.js";

interface Config {
  readonly on_failure?: "partial" | "fail";
}

interface Plan {
  readonly allOrNothing: boolean;
}

const messages = defineMessages({
  "aggregation/not-yet": {
    severity: "error",
    sentence: "gwc does not have `{key}` of `proxy` yet",
    hint: "delete it if the gateway may do without it",
    krakend: "honours it",
    explain: "gwc never serves a configuration without something that it asks for.",
  },
  "aggregation/param-not-a-text": {
    severity: "error",
    sentence: "`sequential_propagated_params` must be a list of texts",
    hint: 'write names such as `"resp0_id"`',
    krakend: "panics at start when the endpoint has more than one backend",
    explain: "Each entry names a value of an earlier answer.",
  },
  "aggregation/combiner-not-a-text": {
    severity: "error",
    sentence: "`combiner` must be a text",
    hint: "delete it; there is only the default one",
    krakend: "panics at start when the endpoint has more than one backend",
    explain:
      "Answers are combined in one way: top-level keys of later answers replace those of earlier ones.",
    bad: '{ "proxy": { "combiner": null } }',
    good: '{ "proxy": {} }',
  },
  "aggregation/one-backend": {
    severity: "warning",
    sentence: "`on_failure` has no effect with one backend: its failure is the endpoint's",
    hint: "delete the block",
    explain:
      "`gwc/aggregation` decides what an endpoint answers when some of its backends fail. With one backend there is no part to answer with.",
  },
});

export const aggregation = defineFeature<Config, Plan>({
  room: "aggregation",
  namespace: "gwc/aggregation",
  stages: ["proxy"],
  schema: {
    type: "object",
    properties: { on_failure: { enum: ["partial", "fail"] } },
  },
  lenient: "block",
  leniency: "does not know this block, and ignores it",
  messages: messages.messages,
  check(config, site, report) {
    if (config.on_failure !== "fail" || site.backendCount > 1) return;
    report(messages.say("aggregation/one-backend", at(site.block, "on_failure")?.span ?? site.keySpan));
  },
  plan: (config) => ({ allOrNothing: config.on_failure === "fail" }),
  settings: (plan) => ({ endpoint: { allOrNothing: plan.allOrNothing } }),
});

interface ProxyConfig {
  readonly combiner?: unknown;
  readonly sequential?: unknown;
  readonly static?: unknown;
  readonly flatmap_filter?: unknown;
  readonly sequential_propagated_params?: unknown;
  readonly shadow?: unknown;
  readonly shadow_timeout?: unknown;
}

const anything = {};

/** `proxy`: of its options only the combiner, which has one value, is there. */
export const proxyOptions = defineFeature<ProxyConfig, never>({
  room: "aggregation",
  namespace: "proxy",
  aliases: ["github.com/devopsfaith/krakend/proxy"],
  stages: ["proxy", "backend"],
  schema: {
    type: "object",
    properties: {
      combiner: anything,
      sequential: anything,
      static: anything,
      flatmap_filter: anything,
      sequential_propagated_params: anything,
      shadow: anything,
      shadow_timeout: anything,
    },
  },
  lenient: "block",
  leniency: "ignores a block that is not an object",
  check(config, site, report) {
    const spanOf = (key: string) => at(site.block, key)?.span ?? site.keySpan;
    const { combiner, sequential, static: fixed, flatmap_filter: flatmap, shadow } = config;
    if (site.backendCount > 1 && combiner !== undefined && typeof combiner !== "string") {
      report(messages.say("aggregation/combiner-not-a-text", spanOf("combiner")));
    }
    const propagated = config.sequential_propagated_params;
    const mistyped = Array.isArray(propagated) && propagated.some((each) => typeof each !== "string");
    if (site.backendCount > 1 && mistyped) {
      report(messages.say("aggregation/param-not-a-text", spanOf("sequential_propagated_params")));
    }
    const wanted = { sequential, static: fixed, flatmap_filter: flatmap, shadow };
    for (const [key, value] of Object.entries(wanted)) {
      if (value === undefined || value === null || value === false) continue;
      report(messages.say("aggregation/not-yet", spanOf(key), { key }));
    }
  },
  plan: () => undefined,
});
