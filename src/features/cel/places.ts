// Where a part of an expression stands in the configuration.
import type { Located } from "../../source/located.js";
import type { Span } from "../../source/text.js";

const PIECE = /\\(?:u[0-9A-Fa-f]{4}|.)|[^\\]/gs;

/**
 * The span of a part of a text, given by offsets in its value; the span of the whole text where it is
 * not written as JSON writes texts.
 */
export function spanWithin(node: Located, start: number, end: number): Span {
  const { source, start: from, end: to } = node.span;
  if (node.kind !== "string" || source.text[from] !== '"') return node.span;
  const pieces = source.text.slice(from + 1, to - 1).match(PIECE) ?? [];
  if (pieces.length !== node.value.length) return node.span;
  const offsetOf = (index: number): number => pieces.slice(0, index).join("").length + from + 1;
  const last = Math.max(end, start + 1);
  // A fault at the end is shown at the quote behind it.
  return source.span(offsetOf(start), last > pieces.length ? offsetOf(pieces.length) + 1 : offsetOf(last));
}
