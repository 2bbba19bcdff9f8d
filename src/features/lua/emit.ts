// Plan -> scripts around the call of a backend.
import { byteLiteral, type Code, code, comment, indent, join, lines, runtimeOf } from "../../codegen/code.js";
import type { EmitSite, Slots } from "../kit.js";
import { givenParams, givenQuery } from "../request-values.js";
import type { Plan, Script } from "./plan.js";

const exports = runtimeOf<typeof import("./runtime.js")>("gwc/lua");

export function emit(plan: Plan, site: EmitSite): Slots {
  const scripts = site.name("SCRIPTS");
  const parts = [
    code`before: ${scriptList(plan.before)}`,
    code`after: ${scriptList(plan.after)}`,
    code`opensLibraries: ${plan.opensLibraries}`,
    code`skipsCall: ${plan.skipsCall}`,
    code`tellsClient: ${site.backendCount === 1 && site.output !== "no-op"}`,
  ];
  const hasAfter = plan.after.length > 0;
  return {
    module: [
      lines([
        comment(`${site.namespace} (${site.where}).`),
        code`const ${scripts} = new ${exports.Scripts}({\n${indent(join(parts, ",\n"))},\n});`,
      ]),
    ],
    beforeCall: beforeCode(scripts, site),
    // Whoever changes a body must have all of it.
    wantsWholeBody: true,
    ...(hasAfter
      ? { after: [code`outcome = ${scripts}.after(x, outcome);`], wrap: (call: Code) => call }
      : {}),
  };
}

/** The text as it is written, so that it can be read in the server file. */
function scriptList(scripts: readonly Script[]): Code {
  if (scripts.length === 0) return code`[]`;
  const items = scripts.map(({ text, name }) => code`[${byteLiteral(text)}, ${name}]`);
  return code`[\n${indent(join(items, ",\n"))},\n]`;
}

function beforeCode(scripts: Code, site: EmitSite): readonly Code[] {
  const { backend, endpoint } = site;
  const [host = ""] = site.hosts;
  const ended = site.name("ended");
  const texts = [
    code`host: ${typeof host === "string" ? byteLiteral(host) : code`${host}`}`,
    code`query: ${givenQuery(backend?.query ?? endpoint!.offers.query)}`,
    code`params: [${givenParams(site)}]`,
  ];
  const empty = site.mode === "text" ? code`""` : code`new Map()`;
  return [
    code`const ${ended} = ${scripts}.before(x, call, {\n${indent(join(texts, ",\n"))},\n}, ${empty});`,
    code`if (${ended} !== undefined) return ${ended};`,
  ];
}
