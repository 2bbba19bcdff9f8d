// A tree of routes -> nested switches on decoded segments.
import {
  block,
  byteLiteral,
  type Code,
  code,
  comment,
  commentText,
  identifier,
  indent,
  lines,
  runtime,
  runtimeType,
} from "./code.js";
import { discriminate, groupBy } from "./discriminate.js";
import type { FunctionDeclaration } from "./module.js";
import { camelCase, type Names, upperFirst } from "./names.js";
import { branching, countRoutes, inBetween, type Place, type Step } from "./route-tree.js";

/** More fixed segments than this at one place are told apart by length or by a letter first. */
const MOST_COMPARED = 8;
/** A subtree with more routes than this becomes a function of its own. */
const MOST_INLINE = 12;

/** Where a place stands: its depth, and whether a parameter beside an outer way was passed by. */
interface Standing {
  readonly depth: number;
  readonly held: readonly number[];
  readonly forked: boolean;
}

export class RouterWriter {
  readonly #names: Names;
  readonly #functions: FunctionDeclaration[];

  constructor(names: Names, functions: FunctionDeclaration[]) {
    this.#names = names;
    this.#functions = functions;
  }

  whole(place: Place): readonly Code[] {
    return this.#place(place, { depth: 1, held: [], forked: false });
  }

  /** The segment that starts at `start<depth>`, then what may follow it. */
  #place(place: Place, standing: Standing): readonly Code[] {
    const { depth } = standing;
    const end = identifier(`end${depth}`);
    const start = identifier(`start${depth}`);
    const statements = [
      code`const ${end} = ${runtime.segmentEnd}(path, ${start});`,
      code`const ${identifier(`segment${depth}`)} = path.slice(${start}, ${end});`,
    ];
    const forked = standing.forked || place.params.size > 0;
    const fixed = [...place.fixed, ...(forked ? inBetween(place) : [])];
    if (fixed.length > 0) statements.push(this.#fixed(fixed, place, { ...standing, forked }));
    const params = [...place.params].sort(([a], [b]) => b.length - a.length);
    params.forEach(([beginning, step], index) => {
      // A parameter with a shorter beginning is still to come.
      const beside = params.slice(index + 1).some(([other]) => beginning.startsWith(other));
      statements.push(this.#param(beginning, step, { ...standing, forked: standing.forked || beside }));
    });
    return statements;
  }

  #fixed(children: readonly (readonly [string, Step])[], place: Place, standing: Standing): Code {
    const segment = identifier(`segment${standing.depth}`);
    const split = children.length <= MOST_COMPARED ? undefined : discriminate(children.map(([text]) => text));
    if (split === undefined) {
      const cases = children.map(([text, step]) =>
        caseOf(byteLiteral(text), this.#step(step, standing, text, branching(place, text, step))),
      );
      return block(code`switch (${segment})`, cases);
    }
    const groups = groupBy(children, split.of);
    const cases = [...groups].map(([value, group]) =>
      caseOf(code`${value}`, [this.#fixed(group, place, standing)], split.note(value)),
    );
    return block(code`switch (${split.code(segment)})`, cases);
  }

  /** A parameter never takes the empty rest of a path, but it takes an empty segment before more. */
  #param(beginning: string, step: Step, standing: Standing): Code {
    const { depth, held } = standing;
    const start = identifier(`start${depth}`);
    const body = this.#step(step, { ...standing, held: [...held, depth] }, undefined, true);
    // Where more must follow, its own condition says that the path goes on.
    if (beginning === "" && step.route === undefined && !standing.forked) return lines(body);
    const condition =
      beginning === ""
        ? code`if (${start} < path.length)`
        : code`if (${identifier(`segment${depth}`)}.startsWith(${byteLiteral(beginning)}) && ${start} + ${beginning.length} < path.length)`;
    return block(condition, body);
  }

  /**
   * After a segment; `fixed` is its text, undefined for a parameter. `branches`: whether the tree
   * branches here, undefined where nothing can end.
   */
  #step(
    step: Step,
    standing: Standing,
    fixed: string | undefined,
    branches: boolean | undefined,
  ): readonly Code[] {
    const end = identifier(`end${standing.depth}`);
    const statements: Code[] = [];
    if (step.route !== undefined) statements.push(code`if (${end} === path.length) return ${step.route};`);
    if (step.rest !== undefined) return [...statements, code`if (${end} < path.length) return ${step.rest};`];
    if (standing.forked && branches !== undefined) {
      statements.push(...deadEnds(step, end, fixed === undefined, branches));
    }
    if (step.next !== undefined) {
      statements.push(
        block(code`if (${end} < path.length)`, this.#below(step.next, standing, fixed ?? "param")),
      );
    }
    return statements;
  }

  #below(next: Place, { depth, held, forked }: Standing, hint: string): readonly Code[] {
    const below: Standing = { depth: depth + 1, held, forked };
    if (forked || held.length > 0 || countRoutes(next) <= MOST_INLINE) {
      const declare = code`const ${identifier(`start${depth + 1}`)} = ${identifier(`end${depth}`)} + 1;`;
      return [declare, ...this.#place(next, below)];
    }
    const name = this.#names.claim(`route${upperFirst(camelCase(hint, "part"))}`);
    const writer = new RouterWriter(this.#names, this.#functions);
    const body = renumbered(writer.#place(next, below), depth);
    this.#functions.push(routeFunction(name, [`Paths below a segment \`${commentText(hint)}\`.`], body));
    return [code`return ${identifier(name)}(x, path, ${identifier(`end${depth}`)} + 1);`];
  }
}

export function routeFunction(
  name: string,
  about: readonly string[],
  body: readonly Code[],
): FunctionDeclaration {
  return {
    kind: "function",
    name,
    async: false,
    exported: false,
    parameters: [
      { name: "x", type: runtimeType("Exchange") },
      { name: "path", type: code`string` },
      { name: "start1", type: code`number` },
    ],
    returns: code`Promise<void> | undefined`,
    about,
    body: lines([...body, code`return undefined;`]),
  };
}

/**
 * Quirk: KrakenD's router does not try the parameter beside an outer way once a way inside came so
 * near that a slash more or less would do, or once a parameter inside took the last segment. Then
 * there is no route, and what follows is a redirect or 404. [gin tree.go getValue]
 */
function deadEnds(step: Step, end: Code, isParam: boolean, branches: boolean): readonly Code[] {
  const note = comment("KrakenD stops here");
  const slashRoute = step.next?.fixed.get("")?.route !== undefined;
  const stops: Code[] = [];
  const missesSlash = slashRoute && !branches;
  if (step.route === undefined && (isParam || missesSlash)) stops.push(code`${end} === path.length`);
  if (step.next === undefined && isParam) stops.push(code`${end} < path.length`);
  else if (!slashRoute && (isParam || branches || step.next === undefined))
    stops.push(code`${end} + 1 === path.length`);
  return stops.map((condition) => code`if (${condition}) return undefined; ${note}`);
}

/** A function of its own is called with the start of its first segment under the one parameter name. */
function renumbered(statements: readonly Code[], depth: number): readonly Code[] {
  return depth === 0 ? statements : [code`const ${identifier(`start${depth + 1}`)} = start1;`, ...statements];
}

function caseOf(label: Code, body: readonly Code[], note?: Code): Code {
  const head = note === undefined ? code`case ${label}: {` : code`case ${label}: { ${note}`;
  return code`${head}\n${indent(lines([...body, code`break;`]))}\n}`;
}
