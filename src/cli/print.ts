// Diagnostics -> text: for a person at a terminal, for a program, for a GitHub workflow.
import { type Diagnostic, inOrder, type Severity } from "../diagnostics/diagnostic.js";
import { codeFrame } from "../diagnostics/frame.js";
import { visible } from "../diagnostics/visible.js";
import type { SourceText, Span } from "../source/text.js";
import { type Paint, type Palette, palette } from "./colour.js";

export interface PrettyOptions {
  readonly colour: boolean;
  /** The JSON pointer of the value a diagnostic is about, if it is known. */
  readonly pointer?: (diagnostic: Diagnostic) => string | undefined;
}

/** For a terminal, with code frames; empty for no diagnostics, else with a line end at the end. */
export function printPretty(diagnostics: readonly Diagnostic[], options: PrettyOptions): string {
  const paint = palette(options.colour);
  return inOrder(diagnostics)
    .map((each) => `${pretty(each, paint, options.pointer?.(each)).join("\n")}\n`)
    .join("\n");
}

function pretty(diagnostic: Diagnostic, paint: Palette, pointer: string | undefined): string[] {
  const tint = tintOf(diagnostic.severity, paint);
  const head = tint(`${diagnostic.severity}[${visible(diagnostic.code)}]`);
  return [
    `${head}: ${paint.bold(indented(diagnostic.message))}`,
    placeLine("-->", diagnostic.span, pointer ?? "", paint),
    ...frame(diagnostic.span, true, paint, tint),
    ...(diagnostic.related ?? []).flatMap(({ span, note }) => [
      placeLine("...", span, indented(note), paint),
      ...frame(span, false, paint, paint.cyan),
    ]),
    ...remark("krakend", diagnostic.krakend, paint),
    ...remark("hint", diagnostic.hint, paint),
  ];
}

function placeLine(arrow: string, span: Span, rest: string, paint: Palette): string {
  const place = `  ${paint.dim(arrow)} ${placeOf(span)}`;
  return rest === "" ? place : `${place}  ${visibleLines(rest)}`;
}

function placeOf({ source, start }: Span): string {
  const { line, column } = source.position(start);
  return hasText(source) ? `${visible(source.name)}:${line}:${column}` : visible(source.name);
}

function frame(span: Span, context: boolean, paint: Palette, caret: Paint): string[] {
  return hasText(span.source) ? [codeFrame(span, { context, paint: { gutter: paint.dim, caret } })] : [];
}

/** A file that could not be read, or is empty, has no place to point at. */
function hasText(source: SourceText): boolean {
  return source.text !== "";
}

function remark(name: string, text: string | undefined, paint: Palette): string[] {
  return text === undefined ? [] : [`  ${paint.cyan(name)}: ${indented(text)}`];
}

/** Further lines of a text stand below its first one. */
function indented(text: string): string {
  return visibleLines(text).replaceAll("\n", "\n    ");
}

function visibleLines(text: string): string {
  return text.split(/\r?\n/).map(visible).join("\n");
}

function tintOf(severity: Severity, paint: Palette): Paint {
  return severity === "error" ? paint.red : severity === "warning" ? paint.yellow : paint.cyan;
}

/**
 * For a program. `version` changes when a field changes its meaning or goes. Lines and columns are
 * 1-based and columns count UTF-16 units; `endColumn` and `endOffset` are behind the last character.
 */
export function printJson(diagnostics: readonly Diagnostic[]): string {
  const all = inOrder(diagnostics);
  const report = {
    version: 1,
    diagnostics: all.map((each) => ({
      ...placeFields(each.span),
      code: each.code,
      severity: each.severity,
      message: each.message,
      hint: each.hint,
      krakend: each.krakend,
      related: each.related?.map(({ span, note }) => ({ ...placeFields(span), note })),
    })),
    errors: count(all, "error"),
    warnings: count(all, "warning"),
  };
  return `${JSON.stringify(report, undefined, 2)}\n`;
}

interface PlaceFields {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  readonly offset: number;
  readonly endOffset: number;
}

function placeFields({ source, start, end }: Span): PlaceFields {
  const from = source.position(start);
  const to = source.position(end);
  return {
    file: source.name,
    line: from.line,
    column: from.column,
    endLine: to.line,
    endColumn: to.column,
    offset: start,
    endOffset: end,
  };
}

/** For a GitHub workflow: one annotation command a line [GitHub Actions, workflow commands]. */
export function printGithub(diagnostics: readonly Diagnostic[]): string {
  return inOrder(diagnostics)
    .map((each) => `${annotation(each)}\n`)
    .join("");
}

const COMMANDS: Readonly<Record<Severity, string>> = { error: "error", warning: "warning", info: "notice" };

function annotation(diagnostic: Diagnostic): string {
  const { file, line, column, endLine, endColumn } = placeFields(diagnostic.span);
  // GitHub refuses columns of an annotation over several lines.
  const columns = line === endLine ? { col: column, endColumn } : {};
  const properties = { file, line, endLine, ...columns, title: diagnostic.code };
  const list = Object.entries(properties).map(([name, value]) => `${name}=${escapeProperty(String(value))}`);
  const { krakend, hint } = diagnostic;
  const lines = [diagnostic.message];
  for (const each of diagnostic.related ?? []) lines.push(`${each.note}: ${placeOf(each.span)}`);
  if (krakend !== undefined) lines.push(`krakend: ${krakend}`);
  if (hint !== undefined) lines.push(`hint: ${hint}`);
  return `::${COMMANDS[diagnostic.severity]} ${list.join(",")}::${escapeData(lines.join("\n"))}`;
}

function escapeData(text: string): string {
  return visibleLines(text).replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}

/** How many there are of each severity: `2 errors, 1 warning`. */
export function summary(diagnostics: readonly Diagnostic[]): string {
  const all = inOrder(diagnostics);
  const parts = [
    counted(count(all, "error"), "error"),
    counted(count(all, "warning"), "warning"),
    counted(count(all, "info"), "note"),
  ];
  return parts.filter((each) => each !== "").join(", ") || "no problems";
}

function count(diagnostics: readonly Diagnostic[], severity: Severity): number {
  return diagnostics.filter((each) => each.severity === severity).length;
}

function counted(number: number, noun: string): string {
  return number === 0 ? "" : `${number} ${noun}${number === 1 ? "" : "s"}`;
}
