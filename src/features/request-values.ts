// What a request to a backend is made of, for rooms that show it to expressions and scripts.
import { byteLiteral, type Code, code, join, runtime } from "../codegen/code.js";
import { upperFirst } from "../codegen/names.js";
import type { QueryPlan } from "../model/model.js";
import type { EmitSite } from "./kit.js";

/**
 * `["Id", id]` for each path parameter, with its first letter in upper case; in a sequence also for
 * values of earlier answers, which may be undefined.
 */
export function givenParams(site: EmitSite, name: (text: string) => Code = inBytes): Code {
  const { backend, endpoint } = site;
  const earlier = (backend?.pattern ?? []).flatMap((piece) => (piece.kind === "earlier" ? [piece.name] : []));
  const propagated = backend === undefined ? [] : endpoint!.settings.propagated.map((each) => each.name);
  const names = [...new Set([...endpoint!.params.map((each) => each.name), ...earlier, ...propagated])];
  const pairs = names.flatMap((each) => {
    const local = site.param(each);
    return local === undefined
      ? []
      : [code`[${name(upperFirst(Buffer.from(each, "latin1").toString("utf8")))}, ${local}]`];
  });
  return join(pairs, ", ");
}

function inBytes(text: string): Code {
  return byteLiteral(Buffer.from(text, "utf8").toString("latin1"));
}

/** The query that goes to a backend, encoded. */
export function givenQuery(query: QueryPlan): Code {
  if (query === "none") return code`""`;
  if (query === "all") return code`${runtime.wholeQuery}(x.query)`;
  const names = query.map(inBytes);
  return code`${runtime.pickQuery}(x.query, ${join(names, ", ")})`;
}
