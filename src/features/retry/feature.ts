// `gwc/retry`: calls a backend again when a call failed. An option of gwc's own; KrakenD has no retries.
import { type Code, code, comment, indent, join, lines, runtimeOf } from "../../codegen/code.js";
import { durationText } from "../../config/duration.js";
import { defineFeature, type EmitSite, type Slots } from "../kit.js";
import { messages } from "./messages.js";
import { check, type Plan, plan } from "./plan.js";
import { type Config, schema } from "./schema.js";

const exports = runtimeOf<typeof import("./runtime.js")>("gwc/retry");

/** Innermost around the call: a cache, a breaker and a limit outside see one call. */
export const retry = defineFeature<Config, Plan>({
  room: "retry",
  namespace: "gwc/retry",
  stages: ["client"],
  schema,
  lenient: "block",
  leniency: "does not know this block, and ignores it",
  messages: messages.messages,
  check,
  plan,
  emit,
});

function emit(plan: Plan, site: EmitSite): Slots {
  const retries = site.name(`${site.subject}Retries`);
  const value = code`const ${retries} = new ${exports.Retries}({\n${indent(rulesCode(plan))},\n});`;
  return {
    module: [lines([comment(`${sentence(plan)} (${site.where}).`), value])],
    wrap: (call) => code`${retries}.call(x, call, (call) => ${call})`,
    // The time of an attempt is that of its whole answer, so a stream would be cut by it.
    takesStreams: plan.attemptTimeoutMs === undefined,
    wantsWholeBody: true,
  };
}

function rulesCode(plan: Plan): Code {
  const members = [
    code`attempts: ${plan.attempts}`,
    code`firstWaitMs: ${plan.firstWaitMs}`,
    code`longestWaitMs: ${plan.longestWaitMs}`,
    code`attemptTimeoutMs: ${plan.attemptTimeoutMs}`,
    code`failures: [${[...plan.failures]}]`,
    code`statuses: [${[...plan.statuses]}]`,
    code`share: ${plan.share}`,
  ];
  return join(members, ",\n");
}

function sentence({ attempts, attemptTimeoutMs, share }: Plan): string {
  const each = attemptTimeoutMs === undefined ? "" : `, each of ${durationText(attemptTimeoutMs)} at most`;
  return `Called up to ${attempts} times${each}, as long as retries are at most ${Number((share * 100).toPrecision(6))} % of the calls`;
}
