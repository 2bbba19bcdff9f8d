// CEL as KrakenD has it: its variables, the standard functions of cel-go and no more.
// [krakend-cel internal/cel.go; cel-go common/stdlib]
import { type ASTNode, Environment, type TypeCheckResult } from "@marcbachmann/cel-js";

const TEXTS = "map<string, string>";
const LISTS = "map<string, list<string>>";

/** All variables are declared for every expression; which of them have a value is another matter. */
export const VARIABLES = {
  req_method: "string",
  req_path: "string",
  req_params: TEXTS,
  req_headers: LISTS,
  req_querystring: LISTS,
  resp_completed: "bool",
  resp_metadata_status: "int",
  resp_metadata_headers: LISTS,
  resp_data: "map<string, dyn>",
  JWT: "map<string, dyn>",
  now: "string",
} as const;

export type Variable = keyof typeof VARIABLES;

/** Overloads of cel-go that the library lacks; `runtime-language.ts` has them with their bodies. */
export const OVERLOADS = [
  "matches(string, string): bool",
  "int(uint): int",
  "int(google.protobuf.Timestamp): int",
  "string(google.protobuf.Timestamp): string",
  "string(google.protobuf.Duration): string",
  "timestamp(google.protobuf.Timestamp): google.protobuf.Timestamp",
  "duration(google.protobuf.Duration): google.protobuf.Duration",
] as const;

const STANDARD = new Set([
  ...["size", "contains", "startsWith", "endsWith", "matches", "type", "dyn"],
  ...["int", "uint", "double", "bool", "string", "bytes", "timestamp", "duration"],
  ...["has", "all", "exists", "exists_one", "map", "filter"],
  ...["getFullYear", "getMonth", "getDayOfYear", "getDayOfMonth", "getDate", "getDayOfWeek"],
  ...["getHours", "getMinutes", "getSeconds", "getMilliseconds"],
]);

export interface Fault {
  /** unsupported: KrakenD may know better. */
  readonly kind: "syntax" | "type" | "unsupported";
  readonly reason: string;
  /** Offsets in the expression. */
  readonly start: number;
  readonly end: number;
}

export interface Parsed {
  readonly text: string;
  readonly tree: ASTNode;
  readonly variables: ReadonlySet<Variable>;
}

/** Built on first use: many configurations have no expression. */
let known: Environment | undefined;

function environment(): Environment {
  if (known !== undefined) return known;
  known = new Environment({ homogeneousAggregateLiterals: false });
  for (const [name, type] of Object.entries(VARIABLES)) known.registerVariable(name, type);
  for (const overload of OVERLOADS) known.registerFunction(overload, unused);
  return known;
}

function unused(): never {
  throw new Error("expressions are not evaluated by the compiler");
}

/** The expression, or why KrakenD would not take it. */
export function parse(text: string): Parsed | Fault {
  let result: { readonly tree: ASTNode; readonly check: TypeCheckResult };
  try {
    const parsed = environment().parse(text);
    result = { tree: parsed.ast, check: parsed.check() };
  } catch (error) {
    return faultOf("syntax", error as CelError, text);
  }
  const { tree, check } = result;
  if (check.error !== undefined) {
    // To cel-go `has` is a macro, of the parser.
    const kind = /^has\(\)/.test(check.error.summary) ? "syntax" : "type";
    return faultOf(kind, check.error, text);
  }
  const foreign = nodesOf(tree).find((node) => isCall(node) && !STANDARD.has(node.args[0]));
  if (foreign !== undefined) {
    const reason = `CEL has no function \`${String((foreign.args as unknown[])[0])}\``;
    return { kind: "type", reason, start: foreign.range.start, end: foreign.range.end };
  }
  return oversized(tree, text) ?? { text, tree, variables: variablesOf(tree) };
}

type CelError = NonNullable<TypeCheckResult["error"]>;

/** The parser lets faults of JavaScript through, of numbers and escapes, that have no place. */
function faultOf(kind: "syntax" | "type", error: Error & Partial<CelError>, text: string): Fault {
  const { start, end } = error.range ?? { start: 0, end: text.length };
  const summary = error.summary ?? error.message;
  const reason = (summary.charAt(0).toLowerCase() + summary.slice(1)).replace("token: EOF", "end");
  const isOurs = (kind === "syntax" ? BEYOND_SYNTAX : BEYOND_TYPES).test(kind === "syntax" ? text : reason);
  return { kind: isOurs ? "unsupported" : kind, reason, start, end };
}

/**
 * What cel-go reads and the library may not: messages, names with a dot before them or in backquotes,
 * bytes of raw texts, `.5`.
 */
const BEYOND_SYNTAX = /`|\b[bB][rR]['"]|[rR][bB]['"]|\w\s*\{|(?:^|[^\w\s)\]}'"])\s*\.\s*\w/;

/** What the library has no overload for, or mistakes: order of bytes, sums of times, empty lists. */
const BEYOND_TYPES = /overlaps with|bytes|Duration|Timestamp/;

/** A whole number that no int can hold, which cel-go does not read. */
function oversized(tree: ASTNode, text: string): Fault | undefined {
  const node = nodesOf(tree).find(({ op, args, range }) => {
    if (op !== "value" || typeof args !== "bigint") return false;
    const negative = text.slice(0, range.start).trimEnd().endsWith("-");
    return args > (negative ? 2n ** 63n : 2n ** 63n - 1n) || args < -(2n ** 63n);
  });
  if (node === undefined) return undefined;
  return { kind: "syntax", reason: "the number is too large", ...node.range };
}

export type Call = Extract<ASTNode, { readonly op: "call" | "rcall" }>;

/** A call by name, of a function or of a method. */
export function isCall(node: ASTNode): node is Call {
  return node.op === "call" || node.op === "rcall";
}

/** The node and all below it. */
export function nodesOf(node: ASTNode): readonly ASTNode[] {
  return [node, ...below(node.args).flatMap(nodesOf)];
}

/** Names of the functions that it calls. */
export function callsOf(tree: ASTNode): readonly string[] {
  return nodesOf(tree).flatMap((node) => (isCall(node) ? [node.args[0]] : []));
}

function below(args: unknown): readonly ASTNode[] {
  if (Array.isArray(args)) return args.flatMap(below);
  return typeof args === "object" && args !== null && "op" in args ? [args as ASTNode] : [];
}

function variablesOf(tree: ASTNode): ReadonlySet<Variable> {
  const names = nodesOf(tree).flatMap((node) => (node.op === "id" ? [node.args] : []));
  return new Set(names.filter((name): name is Variable => Object.hasOwn(VARIABLES, name)));
}
