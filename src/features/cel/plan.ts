// Config -> the expressions of each moment. [krakend-cel internal/cel.go parseByKey]
import { foldedMembers } from "../../config/fold.js";
import { at, type Located } from "../../source/located.js";
import type { Site } from "../kit.js";
import { callsOf, type Fault, type Parsed, parse, type Variable } from "./language.js";
import { rewritten } from "./rewrite.js";

export type Config = readonly unknown[];

export const schema = {
  type: "array",
  items: {
    type: ["object", "null"],
    properties: {
      check_expr: { type: ["string", "null"], atBuild: "expressions are checked at build" },
      mod_expr: { type: ["string", "null"], atBuild: "it has no effect" },
    },
  },
} as const;

/** When an expression is evaluated: its text says so, as plain text. */
export const MOMENTS = { before: "req", after: "resp", token: "JWT" } as const;

export type Moment = keyof typeof MOMENTS;

export interface Plan {
  readonly before: readonly string[];
  readonly after: readonly string[];
  /** What the expressions before the call name. */
  readonly reads: readonly Variable[];
  readonly numbersAreTexts: boolean;
  /** An expression looks for a pattern. */
  readonly matches: boolean;
}

/** An item of the list with its expression; undefined where it has none. */
export interface Check {
  readonly item: Located;
  /** Where the text stands. */
  readonly node: Located;
  readonly text: string;
  readonly parsed: Parsed | Fault | undefined;
}

export function checksOf({ block, compat }: Site): readonly Check[] {
  return (block.kind === "array" ? block.items : []).map((item) => {
    const written = at(item, "check_expr");
    const folded = compat ? foldedMembers(item, ["check_expr"]).check_expr : undefined;
    const text = written?.kind === "string" ? written.value : typeof folded === "string" ? folded : "";
    return { item, node: written ?? item, text, parsed: text === "" ? undefined : parse(text) };
  });
}

/** The moments at which an expression is evaluated. */
export function momentsOf(text: string): readonly Moment[] {
  return (Object.keys(MOMENTS) as Moment[]).filter((moment) => text.includes(MOMENTS[moment]));
}

/**
 * Undefined: nothing is checked. Expressions that cannot work are left out; one that cannot be read
 * takes all others with it, but only where it would be evaluated.
 */
export function plan(_config: Config, site: Site): Plan | undefined {
  const found = checksOf(site).filter(({ text }) => momentsOf(text).some((moment) => moment !== "token"));
  const good = found.flatMap(({ parsed }) => (parsed !== undefined && "tree" in parsed ? [parsed] : []));
  const unreadable = found.some(({ parsed }) => isFault(parsed) && parsed.kind === "syntax");
  if (unreadable || good.length === 0) return undefined;
  const of = (moment: Moment): readonly Parsed[] =>
    good.filter(({ text }) => momentsOf(text).includes(moment));
  return {
    before: of("before").map(rewritten),
    after: of("after").map(rewritten),
    reads: [...new Set(of("before").flatMap(({ variables }) => [...variables]))],
    numbersAreTexts: site.compat,
    matches: good.some(({ tree }) => callsOf(tree).includes("matches")),
  };
}

export function isFault(parsed: Parsed | Fault | undefined): parsed is Fault {
  return parsed !== undefined && "kind" in parsed;
}
