// `proxy.sequential`: backends one after the other. What it does to a route is part of the trunk
// (codegen/sequence.ts). [lura proxy/merging.go sequentialMergerConfig]
import { defineMessages } from "../../diagnostics/messages.js";
import type { EarlierValue } from "../../model/model.js";
import { at } from "../../source/located.js";
import { defineFeature } from "../kit.js";

interface Config {
  readonly sequential?: boolean;
  readonly sequential_propagated_params?: readonly string[];
}

interface Plan {
  readonly propagated: readonly EarlierValue[];
}

const messages = defineMessages({
  "sequential/param-not-a-text": {
    severity: "error",
    sentence: "`sequential_propagated_params` must be a list of texts",
    hint: 'write names such as `"resp0_id"`',
    krakend: "panics at start when the endpoint has more than one backend",
    explain: "Each entry names a value of an earlier answer.",
  },
  "sequential/one-backend": {
    severity: "warning",
    sentence: "`sequential` has no effect with one backend",
    hint: "delete it",
    krakend: "calls the backend, as without it",
    explain: "Backends are called one after the other where there are several. Shadow backends do not count.",
  },
  "sequential/propagates-nothing": {
    severity: "error",
    sentence: "`{name}` names no value of an earlier answer",
    hint: "write `resp0_id` for the value `id` of the first answer, `resp0` for the whole body of a `no-op` one",
    krakend: "does not set the parameter",
    compat: "does not set the parameter",
    explain: "Backends are counted from 0, in the order of the list and without shadow backends.",
  },
});

export const sequential = defineFeature<Config, Plan>({
  room: "sequential",
  namespace: "proxy",
  option: "sequential",
  aliases: ["github.com/devopsfaith/krakend/proxy"],
  stages: ["proxy"],
  schema: {
    type: "object",
    properties: {
      sequential: { type: "boolean" },
      sequential_propagated_params: { atBuild: "values of earlier answers are looked for by generated code" },
    },
  },
  lenient: "member",
  leniency: "takes a value that is not true or false as false",
  messages: messages.messages,
  check(config, site, report) {
    const span = (key: string) => at(site.block, key)?.span ?? site.keySpan;
    const names: unknown = config.sequential_propagated_params;
    if (site.backendCount > 1 && Array.isArray(names)) {
      if (names.some((each) => typeof each !== "string"))
        report(messages.say("sequential/param-not-a-text", span("sequential_propagated_params")));
      const idle = names.filter(
        (each) => typeof each === "string" && valuesOf(each, site.backendCount).length === 0,
      );
      for (const name of idle)
        report(messages.say("sequential/propagates-nothing", span("sequential_propagated_params"), { name }));
    }
    if (config.sequential === true && site.backendCount === 1)
      report(messages.say("sequential/one-backend", span("sequential")));
  },
  plan(config, site) {
    if (config.sequential !== true) return undefined;
    const names: unknown = config.sequential_propagated_params;
    const texts = Array.isArray(names) ? names.filter((each) => typeof each === "string") : [];
    return { propagated: texts.flatMap((each) => valuesOf(each, site.backendCount)) };
  },
  settings: ({ propagated }) => ({ endpoint: { sequential: true, propagated } }),
});

/** KrakenD looks for the names anywhere in the text. */
function valuesOf(text: string, backends: number): readonly EarlierValue[] {
  return [...text.matchAll(/[Rr]esp(\d+)_?([\w.-]+)?/g)].flatMap(([, digits = "", keys]) => {
    if (Number(digits) >= backends) return [];
    const name = `Resp${digits}${keys === undefined ? "" : `_${keys}`}`;
    return [{ name, backend: Number(digits), path: keys === undefined ? [] : keys.split(".") }];
  });
}
