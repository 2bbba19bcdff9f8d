// What can be wrong with a YAML or TOML text, as data.
import type { Located } from "./located.js";
import type { Span } from "./text.js";

export interface TextFault {
  /**
   * - syntax: the text cannot be read
   * - repeated-key: a key stands in one object more than once
   * - not-plain: a value that the format has and JSON has not: a date, an infinite number
   */
  readonly code: "syntax" | "repeated-key" | "not-plain";
  /** One sentence, lower case start, values in backticks, no advice. */
  readonly message: string;
  readonly span: Span;
  /** What to do, imperative. */
  readonly hint?: string;
  readonly related?: readonly { readonly span: Span; readonly note: string }[];
}

export interface ParsedText {
  /** Undefined where nothing can be made of the text. */
  readonly value: Located | undefined;
  /** By position. */
  readonly faults: readonly TextFault[];
}

/** A key that stands in an object again. */
export function repeatedKey(key: string, first: Span, again: Span): TextFault {
  return {
    code: "repeated-key",
    message: `the key \`${key}\` stands here again`,
    span: again,
    hint: "delete one of them",
    related: [{ span: first, note: "it stands here first" }],
  };
}

/** A date or an infinite number. */
export function notPlain(what: string, span: Span): TextFault {
  return { code: "not-plain", message: what, span, hint: "put it in quotes to have it as a text" };
}

/** A sentence of a library as one of ours: lower case start, no full stop, one line. */
export function asSentence(message: string): string {
  const [line = ""] = message.split("\n");
  const first = /^[A-Z][a-z]/.test(line) ? line.charAt(0).toLowerCase() + line.slice(1) : line;
  return first.replace(/[.:]\s*$/, "");
}
