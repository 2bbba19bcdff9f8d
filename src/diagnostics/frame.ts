// The lines around a place, with carets under it. Knows no colours: the caller may add them.
import type { Span } from "../source/text.js";
import { type Cell, cellsOf } from "./visible.js";

export interface FrameOptions {
  /** Whether the lines before and after are shown too; on by default. */
  readonly context?: boolean;
  /** Paints line numbers, bars and carets. */
  readonly paint?: { readonly gutter: (text: string) => string; readonly caret: (text: string) => string };
}

/** Longer lines are cut around the caret. */
const COLUMNS = 160;
/** So much of a long line is shown before the caret. */
const LEAD = 60;
const CUT = "...";
const asIs = (text: string): string => text;

/** A part of a line, in UTF-16 units. */
interface Cutting {
  readonly from: number;
  readonly to: number;
}

/**
 * The code frame of a span: the line before it, its first line, carets below, the line after; lines
 * that are empty or not there are left out. No line end behind the last line.
 */
export function codeFrame(span: Span, options: FrameOptions = {}): string {
  const { source, start, end } = span;
  const { line, column } = source.position(start);
  const last = source.position(end).line;
  const text = source.line(line);
  const before = Math.min(column - 1, text.length);
  const until = last > line ? text.length : Math.min(before + end - start, text.length);
  const cutting = cuttingOf(text, before);
  const width = Math.max(5, String(line + 1).length + 3);
  const { gutter = asIs, caret = asIs } = options.paint ?? {};
  const row = (name: string, rest: string): string =>
    rest === "" ? gutter(`${name.padStart(width)} |`) : `${gutter(`${name.padStart(width)} |`)} ${rest}`;
  const context = (number: number): string[] => {
    const shown = options.context === false ? "" : shorten(source.line(number), cutting);
    return shown.trim() === "" ? [] : [row(String(number), shown)];
  };
  return [
    ...(line > 1 ? context(line - 1) : []),
    row(String(line), shorten(text, cutting)),
    row("", caretsBelow(text, cutting, before, until, caret)),
    ...context(line + 1),
  ].join("\n");
}

/** Which part of a line is shown so that a place in it can be seen. */
function cuttingOf(text: string, place: number): Cutting {
  const near = Math.max(0, place - COLUMNS);
  const around = text.slice(near, place + COLUMNS);
  if (around.length === text.length && widthOf(cellsOf(text)) <= COLUMNS) return { from: 0, to: COLUMNS };
  const behind = widthOf(cellsOf(text.slice(place, place + COLUMNS)));
  const lead = Math.max(LEAD, COLUMNS - behind);
  const from = place - unitsWithin([...cellsOf(text.slice(near, place))].reverse(), lead);
  return { from, to: from + unitsWithin(cellsOf(text.slice(from, place + COLUMNS)), COLUMNS) };
}

/** How many UTF-16 units of the text behind some cells fit into so many columns. */
function unitsWithin(cells: readonly Cell[], columns: number): number {
  let units = 0;
  let width = 0;
  for (const cell of cells) {
    width += cell.width;
    if (width > columns) break;
    units += cell.units;
  }
  return units;
}

function shorten(text: string, cutting: Cutting): string {
  const from = boundary(text, cutting.from);
  const to = boundary(text, cutting.to);
  const head = from > 0 && text.length > from ? CUT : "";
  const tail = text.length > to ? CUT : "";
  return head + textOf(cellsOf(text.slice(from, to))) + tail;
}

/** The offset, or the one before it if it would tear a surrogate pair. */
function boundary(text: string, at: number): number {
  return (text.codePointAt(at - 1) ?? 0) > 0xffff ? at - 1 : at;
}

function caretsBelow(
  text: string,
  { from, to }: Cutting,
  start: number,
  end: number,
  paint: (text: string) => string,
): string {
  const before = widthOf(cellsOf(text.slice(from, start))) + (from > 0 ? CUT.length : 0);
  const marked = widthOf(cellsOf(text.slice(from, Math.min(end, to)))) + (from > 0 ? CUT.length : 0) - before;
  return " ".repeat(before) + paint("^".repeat(Math.max(1, marked)));
}

function textOf(cells: readonly Cell[]): string {
  return cells.map((each) => each.text).join("");
}

function widthOf(cells: readonly Cell[]): number {
  return cells.reduce((sum, each) => sum + each.width, 0);
}
