// Plan -> checks around the backends together, or around one.
import {
  byteLiteral,
  type Code,
  code,
  comment,
  identifier,
  indent,
  join,
  lines,
  runtime,
  runtimeOf,
  template,
} from "../../codegen/code.js";
import { forwardCode } from "../../codegen/forward.js";
import type { QueryPlan } from "../../model/model.js";
import type { EmitSite, Slots } from "../kit.js";
import { givenParams } from "../request-values.js";
import type { Variable } from "./language.js";
import type { Plan } from "./plan.js";

const exports = runtimeOf<typeof import("./runtime.js")>("gwc/cel");

export function emit(plan: Plan, site: EmitSite): Slots {
  const checks = site.name("CHECKS");
  const label = byteLiteral(Buffer.from(`${site.label}[CEL]`, "utf8").toString("latin1"));
  const parts = [
    code`before: ${textList(plan.before)}`,
    code`after: ${textList(plan.after)}`,
    code`numbersAreTexts: ${plan.numbersAreTexts}`,
    ...(plan.matches ? [code`patterns: ${runtime.RegularExpression}`] : []),
  ];
  const made = code`const ${checks} = new ${exports.Checks}(${label}, {\n${indent(join(parts, ",\n"))},\n});`;
  const before = plan.before.length === 0 ? [] : beforeCode(plan, checks, site);
  return {
    module: [lines([comment(`validation/cel (${site.where}).`), made])],
    ...(site.stage === "proxy" ? { before } : { beforeCall: before }),
    ...(plan.after.length === 0 ? {} : { after: [code`outcome = ${checks}.after(outcome);`] }),
  };
}

function textList(texts: readonly string[]): Code {
  if (texts.length === 0) return code`[]`;
  return code`[\n${indent(
    join(
      texts.map((text) => code`${text}`),
      ",\n",
    ),
  )},\n]`;
}

function beforeCode({ reads }: Plan, checks: Code, site: EmitSite): readonly Code[] {
  const refusal = site.name("refusal");
  const values = reads.flatMap((variable) => {
    const value = valueFor(variable, site);
    return value === undefined ? [] : [code`${identifier(variable)}: ${value}`];
  });
  const object = values.length === 0 ? code`{}` : code`{\n${indent(join(values, ",\n"))},\n}`;
  const offered = site.stage === "proxy" && reads.includes("req_headers");
  return [
    ...(offered ? forwardCode(site.endpoint!.offers.headers) : []),
    code`const ${refusal} = ${checks}.before(${object});`,
    code`if (${refusal} !== undefined) return ${runtime.failed}(${refusal});`,
  ];
}

/** What stands for a variable before the call; undefined where it is not there. */
function valueFor(variable: Variable, site: EmitSite): Code | undefined {
  const { backend, endpoint } = site;
  switch (variable) {
    case "req_method":
      return backend === undefined ? code`x.method` : code`call.method`;
    case "req_path":
      return code`${exports.text}(${backend === undefined ? code`x.path` : pathOf(site)})`;
    case "req_params":
      return paramsOf(site);
    case "req_headers":
      return code`${exports.headerLists}(${backend === undefined ? code`headers` : code`call.headers`})`;
    case "req_querystring":
      return queryOf(backend?.query ?? endpoint!.offers.query);
    case "now":
      return code`${exports.now}()`;
    default:
      return undefined;
  }
}

/** The pattern filled in, its query included. [lura proxy/request.go GeneratePath] */
function pathOf(site: EmitSite): Code {
  return template(
    site.backend!.pattern.map((piece) => {
      if (piece.kind === "text") return piece.text;
      if (piece.kind === "late") return code`${piece.late}`;
      const local = site.param(piece.name)!;
      return piece.kind === "param" ? local : code`${local} ?? ${byteLiteral(`{{.${piece.name}}}`)}`;
    }),
  );
}

function paramsOf(site: EmitSite): Code {
  return code`${exports.texts}(${givenParams(site, (name) => code`${name}`)})`;
}

function queryOf(query: QueryPlan): Code {
  if (query === "none") return code`${exports.queryLists}("")`;
  if (query === "all") return code`${exports.queryLists}(x.query)`;
  const names = query.map((name) => byteLiteral(Buffer.from(name, "utf8").toString("latin1")));
  return code`${exports.queryLists}(x.query, [${join(names, ", ")}])`;
}
