// `gwc/aggregation`: what a partial answer is. An option of gwc's own; KrakenD always answers with
// what it has. The merge itself is part of the trunk.
import { defineMessages } from "../../diagnostics/messages.js";
import { at, member } from "../../source/located.js";
import { defineFeature, type Stage } from "../kit.js";

interface Config {
  readonly on_failure?: "partial" | "fail";
}

interface Plan {
  readonly allOrNothing: boolean;
}

const messages = defineMessages({
  "aggregation/misplaced-option": {
    severity: "error",
    sentence: "`{key}` of `proxy` belongs to {belongs}",
    hint: "move it there",
    krakend: "ignores it without a word",
    compat: "ignores it",
    explain:
      "Of the options of `proxy`, `shadow` belongs to backends, `flatmap_filter` to both, and all others to endpoints.",
    bad: '{ "url_pattern": "/a", "extra_config": { "proxy": { "sequential": true } } }',
    good: '{ "endpoint": "/a", "extra_config": { "proxy": { "sequential": true } } }',
  },
  "aggregation/unknown-combiner": {
    severity: "error",
    sentence: "there is no combiner `{name}`",
    hint: "delete it; there is only the default one",
    krakend: "takes the default one",
    compat: "takes the default one",
    explain:
      "Answers are combined in one way: top-level keys of later answers replace those of earlier ones.",
    bad: '{ "proxy": { "combiner": "deep_merge" } }',
    good: '{ "proxy": {} }',
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
    properties: { on_failure: { enum: ["partial", "fail"], atBuild: "it decides how answers are merged" } },
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

type ProxyConfig = Readonly<Record<string, unknown>>;

/** The room that reads it says what it may hold. */
const elsewhere = { inside: { type: "object", properties: {} } };
const combiner = { atBuild: "there is one combiner" };

/** Options of `proxy`, and where they belong; rooms of their own read all but the combiner. */
const PLACES: Readonly<Record<string, readonly Stage[]>> = {
  combiner: ["proxy"],
  sequential: ["proxy"],
  sequential_propagated_params: ["proxy"],
  static: ["proxy"],
  flatmap_filter: ["proxy", "backend"],
  shadow: ["backend"],
  shadow_timeout: ["backend"],
};

/** `proxy`: which options there are, and the combiner, which has one value. */
export const proxyOptions = defineFeature<ProxyConfig, never>({
  room: "aggregation",
  namespace: "proxy",
  aliases: ["github.com/devopsfaith/krakend/proxy"],
  stages: ["proxy", "backend"],
  schema: {
    type: "object",
    properties: Object.fromEntries(
      Object.keys(PLACES).map((key) => [key, key === "combiner" ? combiner : elsewhere]),
    ),
  },
  lenient: "block",
  leniency: "ignores a block that is not an object",
  check(config, site, report) {
    for (const [key, stages] of Object.entries(PLACES)) {
      if (!isAsked(config[key]) || stages.includes(site.stage)) continue;
      const belongs = site.stage === "backend" ? "the endpoint" : "a backend";
      report(
        messages.say("aggregation/misplaced-option", member(site.block, key)!.keySpan, { key, belongs }),
      );
    }
    const { combiner } = config;
    if (site.stage !== "proxy" || combiner === undefined) return;
    const span = at(site.block, "combiner")?.span ?? site.keySpan;
    if (typeof combiner !== "string") {
      if (site.backendCount > 1) report(messages.say("aggregation/combiner-not-a-text", span));
    } else if (combiner !== "default") {
      report(messages.say("aggregation/unknown-combiner", span, { name: combiner }));
    }
  },
  plan: () => undefined,
});

function isAsked(value: unknown): boolean {
  return value !== undefined && value !== null && value !== false;
}
