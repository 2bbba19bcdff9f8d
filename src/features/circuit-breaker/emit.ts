// Plan -> code of a circuit breaker.
import { byteLiteral, Code, code, commentText, lines, runtime, runtimeOf } from "../../codegen/code.js";
import { Late } from "../../config/late.js";
import type { EmitSite, Slots } from "../kit.js";
import type { Plan } from "./plan.js";

const exports = runtimeOf<typeof import("./runtime.js")>("gwc/circuit-breaker");

export function emit(plan: Plan, site: EmitSite): Slots {
  const breaker = site.name(`${site.subject}Breaker`);
  const permit = site.name(`${site.subject}Permit`);
  return {
    module: [constantOf(breaker, plan, site)],
    before: [
      code`const ${permit} = ${breaker}.enter(performance.now());`,
      code`if (${permit} instanceof ${runtime.UpstreamError}) return ${runtime.failed}(${permit});`,
    ],
    after: [code`${breaker}.record(${permit}, outcome, performance.now());`],
  };
}

function constantOf(breaker: Code, plan: Plan, site: EmitSite): Code {
  return lines([
    new Code([`// ${commentText(`${summary(plan)} (${site.where}).`)}`]),
    code`const ${breaker} = new ${exports.CircuitBreaker}({`,
    code`  name: ${byteLiteral(plan.name instanceof Late ? plan.name : Buffer.from(plan.name, "utf8").toString("latin1"))},`,
    code`  label: ${byteLiteral(site.label)},`,
    code`  tolerated: ${plan.tolerated},`,
    code`  windowMs: ${plan.windowMs},`,
    code`  openMs: ${plan.openMs},`,
    code`  logsChanges: ${plan.logsChanges},`,
    code`});`,
  ]);
}

function summary({ tolerated, windowMs, openMs }: Plan): string {
  const count = tolerated === 0 ? "the first failure" : `${tolerated + 1} failures in a row`;
  const window = windowMs === 0 || tolerated === 0 ? "" : ` within ${windowMs / 1000} s`;
  return `Opens at ${count}${window}, for ${openMs / 1000} s`;
}
