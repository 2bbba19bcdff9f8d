// Patterns of go-logging -> code that makes a line. [op/go-logging format.go]
import { byteLiteral, type Code, code, runtimeOf, template } from "../../codegen/code.js";
import { Late } from "../../config/late.js";
import { layoutOf } from "./layout.js";

const exports = runtimeOf<typeof import("./runtime.js")>("gwc/logging");

/** A pattern's texts and verbs in turn. */
export type Piece =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "verb"; readonly verb: Verb; readonly layout: string | undefined };

const VERBS = [
  ...["id", "pid", "time", "level", "program", "module", "message", "color"],
  ...["longfile", "shortfile", "longpkg", "shortpkg", "longfunc", "shortfunc", "callpath"],
] as const;

export type Verb = (typeof VERBS)[number];

/** Why KrakenD stops at a pattern, in its words. */
export interface PatternFault {
  readonly reason: string;
}

const PLACEHOLDER = /%\{([a-z]+)(?::(.*?[^\\]))?\}/g;
/** What Go's Printf makes of a text: flags, width, precision. */
const PRINTF = /^(-?)(\d*)(?:\.(\d*))?[sv]$/;

export function parsePattern(pattern: string): readonly Piece[] | PatternFault {
  const matches = [...pattern.matchAll(PLACEHOLDER)];
  if (matches.length === 0) return { reason: `logger: invalid log format: ${pattern}` };
  const pieces: Piece[] = [];
  let end = 0;
  for (const { 0: whole, 1: name = "", 2: layout, index } of matches) {
    if (index > end) pieces.push({ kind: "text", text: pattern.slice(end, index) });
    const verb = VERBS.find((each) => each === name);
    if (verb === undefined) return { reason: `logger: unknown variable: ${name}` };
    pieces.push({ kind: "verb", verb, layout });
    end = index + whole.length;
  }
  if (end < pattern.length) pieces.push({ kind: "text", text: pattern.slice(end) });
  return pieces;
}

/** An expression for the line; `level` and `text` are in scope. `prefix` stands in front. */
export function lineCode(prefix: string | Late, pieces: readonly Piece[], escapes: boolean): Code {
  const inner = pieces.map((piece): string | Code =>
    piece.kind === "text" ? utf8(piece.text) : verbCode(piece.verb, piece.layout, escapes),
  );
  return template([prefix instanceof Late ? byteLiteral(prefix) : utf8(prefix), ...inner, "\n"]);
}

function verbCode(verb: Verb, layout: string | undefined, escapes: boolean): string | Code {
  switch (verb) {
    case "time":
      return code`${exports.timeText}(${[...layoutOf(layout ?? "2006-01-02T15:04:05.999Z07:00")]})`;
    case "color":
      if (layout === "reset") return "\x1b[0m";
      return layout === "bold" ? code`${exports.BOLD}[level]` : code`${exports.COLOUR}[level]`;
    case "level":
      return printf(code`level`, layout);
    case "message":
      return printf(escapes ? code`${exports.jsonText}(text)` : code`text`, layout);
    case "module":
      return printf(byteLiteral("KRAKEND"), layout);
    case "pid":
      return printf(code`process.pid`, layout === "d" ? undefined : layout);
    case "id":
      return printf(code`${exports.nextNumber}()`, layout === "d" ? undefined : layout);
    case "program":
      return printf(code`${exports.program}`, layout);
    default:
      // Where in the source a message was written: what go-logging says where it does not know.
      return printf(byteLiteral("???"), verb === "callpath" ? undefined : layout);
  }
}

/** A layout that is not understood is left out; `isPrintf` was asked before. */
function printf(value: Code, layout: string | undefined): Code {
  const [, left, width = "", precision] = layout === undefined ? [] : (PRINTF.exec(layout) ?? []);
  if (width === "" && precision === undefined) return value;
  const most = precision === undefined ? code`undefined` : code`${Number(precision)}`;
  return code`${exports.fitted}(${value}, ${most}, ${Number(width || 0) * (left === "-" ? -1 : 1)})`;
}

/** The verbs whose layout gwc cannot print. */
export function unprintable(pieces: readonly Piece[]): readonly string[] {
  return pieces.flatMap((piece) => {
    if (piece.kind === "text" || piece.layout === undefined) return [];
    if (["time", "color", "callpath"].includes(piece.verb)) return [];
    if ((piece.verb === "pid" || piece.verb === "id") && piece.layout === "d") return [];
    return PRINTF.test(piece.layout) ? [] : [`%{${piece.verb}:${piece.layout}}`];
  });
}

function utf8(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}
