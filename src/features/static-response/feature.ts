// `proxy.static`: fixed data beside what the backends answer, or in its place. [lura proxy/static.go]
import {
  byteLiteral,
  type Code,
  code,
  comment,
  indent,
  join,
  runtimeOf,
  typeRef,
} from "../../codegen/code.js";
import { goMembers, isTooDeep } from "../../codegen/go-json.js";
import { Late } from "../../config/late.js";
import { at } from "../../source/located.js";
import { defineFeature, type EmitSite, type Site, type Slots } from "../kit.js";
import { messages } from "./messages.js";

interface Config {
  readonly static?: unknown;
}

const STRATEGIES = ["always", "success", "errored", "complete", "incomplete"] as const;
type Strategy = (typeof STRATEGIES)[number];

interface Plan {
  readonly strategy: Strategy;
  readonly members: readonly (readonly [key: string, text: string])[];
}

const exports = runtimeOf<typeof import("./runtime.js")>("gwc/static-response");

export const staticResponse = defineFeature<Config, Plan>({
  room: "static-response",
  namespace: "proxy",
  option: "static",
  aliases: ["github.com/devopsfaith/krakend/proxy"],
  stages: ["proxy"],
  schema: {
    type: "object",
    properties: {
      static: {
        inside: {
          properties: {
            data: { atStart: "json" },
            strategy: { atBuild: "the strategy decides what is generated" },
          },
          additionalProperties: { atBuild: "nothing reads it" },
        },
      },
    },
  },
  lenient: "block",
  leniency: "ignores a block that is not an object",
  messages: messages.messages,
  check(config, site, report) {
    if (config.static === undefined || config.static === null) return;
    const node = at(site.block, "static") ?? site.block;
    const data = dataOf(config);
    if (data === undefined) {
      report(messages.say("static-response/no-data", (at(node, "data") ?? node).span));
      return;
    }
    if (isTooDeep(data)) report(messages.say("static-response/too-deep", at(node, "data")!.span));
    const strategy = (config.static as Readonly<Record<string, unknown>>).strategy;
    if (strategy !== undefined && !isStrategy(strategy))
      report(messages.say("static-response/strategy", (at(node, "strategy") ?? node).span));
    if (site.output === "no-op") report(messages.say("static-response/no-op", node.span));
  },
  plan: (config) => {
    const data = dataOf(config);
    if (data === undefined || isTooDeep(data)) return undefined;
    const { strategy } = config.static as Readonly<Record<string, unknown>>;
    return { strategy: isStrategy(strategy) ? strategy : "always", members: goMembers(data) };
  },
  fillsNoOp: () => true,
  emit,
});

/** The data; undefined where KrakenD is without the feature. */
function dataOf(config: Config): object | undefined {
  const fixed = config.static;
  if (!isObject(fixed) || !isObject(fixed.data)) return undefined;
  return fixed.data;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Late);
}

function isStrategy(value: unknown): value is Strategy {
  return (STRATEGIES as readonly unknown[]).includes(value);
}

const CONDITIONS: Readonly<Record<Strategy, Code | undefined>> = {
  always: undefined,
  success: code`outcome.error === undefined`,
  errored: code`outcome.error !== undefined`,
  complete: code`outcome.error === undefined && outcome.complete`,
  incomplete: code`!outcome.complete`,
};

function emit(plan: Plan, site: EmitSite): Slots {
  const constant = site.name("STATIC");
  const members = plan.members.map(([key, text]) => code`[${byteLiteral(key)}, ${byteLiteral(text)}]`);
  const list = members.length === 0 ? code`[]` : code`[\n${indent(join(members, ",\n"))},\n]`;
  const sum = code`${functionFor(plan, site)}(outcome, ${constant})`;
  const added = code`outcome = ${withDoubles(sum, constant, site)};`;
  const condition = CONDITIONS[plan.strategy];
  return {
    module: [
      comment(`${site.namespace}.static (${site.where}).`),
      code`const ${constant}: ${typeRef("gwc/static-response", "StaticMembers")} = ${list};`,
    ],
    after: [condition === undefined ? added : code`if (${condition}) ${added}`],
  };
}

/** Only YAML tells doubles from the numbers of backends, which are texts to KrakenD. */
function withDoubles(outcome: Code, constant: Code, { output }: Site): Code {
  return output === "yaml" || output === "negotiate"
    ? code`${exports.asDoubles}(${outcome}, ${constant})`
    : outcome;
}

/** Members that cannot be there yet are put behind the others as they are. */
function functionFor({ members }: Plan, { mode, keys }: Site & EmitSite): Code {
  if (mode === "keyed") return exports.addKeyed;
  const apart = keys !== undefined && !members.some(([key]) => keys.includes(key));
  return apart ? exports.addApart : exports.addMembers;
}
