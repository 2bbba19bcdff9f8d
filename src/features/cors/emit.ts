// Plan -> code around the router. Headers that are always the same are constants.
import { type Code, code, comment, indent, join, lines, runtime, runtimeOf } from "../../codegen/code.js";
import type { EmitSite, Slots } from "../kit.js";
import type { Origins, Plan } from "./plan.js";

const exports = runtimeOf<typeof import("./runtime.js")>("gwc/cors");

export function emit(plan: Plan, site: EmitSite): Slots {
  const rules = site.name("CORS");
  const isPreflight = code`${exports.isPreflight}(x)`;
  const answer = code`${exports.answerPreflight}(x, ${rules})`;
  const before = plan.passThrough
    ? [code`if (${isPreflight}) {\n  ${answer};\n} else {\n${indent(lines(actualCode(plan, rules)))}\n}`]
    : [code`if (${isPreflight}) return void ${answer};`, ...actualCode(plan, rules)];
  return {
    module: [lines([comment(`Which pages may read answers (${site.where}).`), rulesCode(plan, rules)])],
    before,
  };
}

function rulesCode(plan: Plan, name: Code): Code {
  const preflight = [
    ...credentials(plan),
    ...(plan.maxAgeSeconds === undefined ? [] : ["Access-Control-Max-Age", String(plan.maxAgeSeconds)]),
  ];
  const members = [
    code`origins: ${plan.origins === "all" ? code`undefined` : originsCode(plan.origins)}`,
    code`methods: new Set([${[...plan.methods]}])`,
    code`headers: ${plan.headers === "all" ? code`undefined` : code`[${[...plan.headers]}]`}`,
    code`readable: [${[...readable(plan)]}]`,
    code`preflight: [${preflight}]`,
    code`privateNetwork: ${plan.privateNetwork}`,
    code`status: ${plan.passThrough ? undefined : plan.status}`,
  ];
  return code`const ${name} = {\n${indent(join(members, ",\n"))},\n};`;
}

function originsCode({ exact, wildcards, late }: Origins): Code {
  if (late.length > 0) {
    const fixed = [...exact, ...wildcards.map(({ prefix, suffix }) => `${prefix}*${suffix}`)];
    return code`${exports.Origins}.of([${[...fixed, ...late]}])`;
  }
  const pairs = wildcards.map(({ prefix, suffix }) => code`[${prefix}, ${suffix}]`);
  const more = pairs.length === 0 ? code`` : code`, [${join(pairs, ", ")}]`;
  return code`new ${exports.Origins}([${[...exact]}]${more})`;
}

function credentials(plan: Plan): readonly string[] {
  return plan.credentials ? ["Access-Control-Allow-Credentials", "true"] : [];
}

/** Headers that let a page read an answer; the origin stands before them where it is not `*`. */
function readable(plan: Plan): readonly string[] {
  return [
    ...(plan.origins === "all" ? ["Vary", "Origin", "Access-Control-Allow-Origin", "*"] : []),
    ...(plan.exposed === "" ? [] : ["Access-Control-Expose-Headers", plan.exposed]),
    ...credentials(plan),
  ];
}

/** Any other request is served; without these headers the page cannot read what it gets. */
function actualCode(plan: Plan, rules: Code): readonly Code[] {
  const all = plan.origins === "all";
  const rest = readable(plan).length === 0 ? code`` : code`, ...${rules}.readable`;
  const headers = all
    ? code`${rules}.readable`
    : code`["Vary", "Origin", "Access-Control-Allow-Origin", origin${rest}]`;
  const condition = [
    code`origin !== ""`,
    ...(all ? [] : [code`${rules}.origins.allow(origin)`]),
    code`${exports.allowsMethod}(${rules}.methods, x.method)`,
  ];
  return [
    code`const origin = x.header("origin") ?? "";`,
    code`const mayRead = ${join(condition, " && ")};`,
    code`${runtime.addHeaders}(x, mayRead ? ${headers} : ["Vary", "Origin"]);`,
  ];
}
