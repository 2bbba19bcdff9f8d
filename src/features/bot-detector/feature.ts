// `security/bot-detector`: refuses clients by what they say they are, for all routes or for one.
import {
  byteLiteral,
  type Code,
  code,
  comment,
  indent,
  join,
  lines,
  runtime,
  runtimeOf,
} from "../../codegen/code.js";
import type { Late } from "../../config/late.js";
import { defineFeature, type EmitSite, type Slots } from "../kit.js";
import { messages } from "./messages.js";
import { type Config, check, type Plan, plan, schema } from "./plan.js";

const exports = runtimeOf<typeof import("./runtime.js")>("gwc/bot-detector");

/** Service: before every route but the health endpoint. Endpoint: before all else of the endpoint. */
export const botDetector = defineFeature<Config, Plan>({
  room: "bot-detector",
  namespace: "security/bot-detector",
  aliases: ["github_com/devopsfaith/krakend-botdetector"],
  stages: ["service", "endpoint"],
  schema,
  lenient: "block",
  leniency: "logs it, and serves without the detector",
  messages: messages.messages,
  check,
  plan,
  emit,
});

function emit({ deny, allow, patterns, remembered, emptyIsBot }: Plan, site: EmitSite): Slots {
  const bots = site.name("BOTS");
  const rules = [
    code`deny: ${texts(deny)}`,
    code`allow: ${texts(allow)}`,
    code`patterns: ${patternsCode(patterns)}`,
    code`emptyIsBot: ${emptyIsBot}`,
    code`remembered: ${remembered}`,
  ];
  const value = code`const ${bots} = new ${exports.BotDetector}({\n${indent(join(rules, ",\n"))},\n});`;
  return {
    module: [lines([comment(`Clients that are refused (${site.where}).`), value])],
    before: [code`if (${bots}.refuses(x)) return;`],
  };
}

function texts(list: readonly (string | Late)[]): Code {
  return code`[${join(list.map(byteLiteral), ", ")}]`;
}

function patternsCode(patterns: readonly (string | Late)[]): Code {
  if (patterns.length === 0) return code`[]`;
  const each = patterns.map((pattern) => code`new ${runtime.RegularExpression}(${pattern})`);
  return code`[\n${indent(join(each, ",\n"))},\n]`;
}
