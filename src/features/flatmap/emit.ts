// Plan -> a function that does one operation after the other.
import {
  byteLiteral,
  type Code,
  code,
  comment,
  indent,
  lines,
  runtimeOf,
  runtimeType,
} from "../../codegen/code.js";
import { canonicalKey } from "../../codegen/keys.js";
import type { EmitSite, Slots } from "../kit.js";
import type { Operation, Path, Plan } from "./plan.js";

const exports = runtimeOf<typeof import("./runtime.js")>("gwc/flatmap");

export function emit(plan: Plan, site: EmitSite): Slots {
  const filter = site.name(`filter${site.subject.charAt(0).toUpperCase()}${site.subject.slice(1)}`);
  const keyed = site.stage === "proxy" && site.mode === "keyed";
  const data = runtimeType(keyed ? "Keyed" : "Members");
  const declaration = lines([
    comment(`proxy.flatmap_filter (${site.where}).`),
    code`function ${filter}(data: ${data}): ${exports.Tree} {`,
    indent(
      lines([
        code`const tree = ${treeOf(site)}(data);`,
        ...plan.operations.map(statement),
        ...(plan.operations.at(-1)?.kind === "broken" ? [] : [code`return tree;`]),
      ]),
    ),
    code`}`,
  ]);
  if (site.stage === "backend")
    return { module: [declaration], filter: (members) => code`${filter}(${members})` };
  const around = keyed ? exports.filterKeyed : exports.filterMembers;
  return { module: [declaration], after: [code`outcome = ${around}(outcome, ${filter});`] };
}

function treeOf(site: EmitSite): Code {
  return site.backend?.decode === "feed" ? code`${exports.Tree}.ofFeed` : code`new ${exports.Tree}`;
}

function statement(operation: Operation): Code {
  switch (operation.kind) {
    case "broken":
      return code`throw new Error(${`flatmap_filter: a \`${operation.type}\` without two paths`});`;
    case "delete":
      return code`tree.delete(${operation.path.map(label)});`;
    case "append":
      return code`tree.append(${list(operation.from)}, ${list(operation.to)});`;
    case "move":
      return moved(operation.from, operation.to);
  }
}

/** What a move does depends on how long its paths are [krakend/flatmap tree/tree.go Move]. */
function moved(from: Path, to: Path): Code {
  const parents = from.slice(0, -1);
  const last = label(from.at(-1)!);
  const name = label(to.at(-1)!);
  if (from.length === to.length) return code`tree.rename(${list(parents)}, ${last}, ${name});`;
  if (from.length > to.length)
    return code`tree.lift(${list(parents)}, ${last}, ${list(to.slice(0, -1))}, ${name});`;
  // Quirk: the first segments of the target do not count, the parent of what is moved does.
  return code`tree.sink(${list(parents)}, ${last}, ${list(to.slice(parents.length, -1))}, ${name});`;
}

function list(path: Path): Code {
  return code`[${path.map(label)}]`;
}

/** As keys of a document are spelt. */
function label(segment: string): Code {
  return byteLiteral(canonicalKey(segment));
}
