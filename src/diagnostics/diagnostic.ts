// What gwc has to say about a configuration, as data.
import type { Span } from "../source/text.js";

export type Severity = "error" | "warning" | "info";

/** `room/rule` in kebab-case; greppable to the folder that owns it. */
export type Code = `${string}/${string}`;

export interface Diagnostic {
  readonly code: Code;
  readonly severity: Severity;
  /** One sentence, lower case start, values in backticks, no advice. */
  readonly message: string;
  /** Points at the value, or at the key when the key is the fault. */
  readonly span: Span;
  /** What to do, imperative. */
  readonly hint?: string;
  /** What KrakenD does with this configuration. */
  readonly krakend?: string;
  readonly related?: readonly { readonly span: Span; readonly note: string }[];
}

export type Report = (diagnostic: Diagnostic) => void;

/** The result of a phase: a value if there is one, and all that the phase had to say. */
export interface Outcome<T> {
  readonly value: T | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((each) => each.severity === "error");
}

/** By file, position and code, without exact repetitions. */
export function inOrder(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const sorted = [...diagnostics].sort(
    (a, b) =>
      compare(a.span.source.name, b.span.source.name) ||
      a.span.start - b.span.start ||
      compare(a.code, b.code) ||
      compare(a.message, b.message),
  );
  return sorted.filter((each, index) => index === 0 || !same(each, sorted[index - 1]!));
}

function same(a: Diagnostic, b: Diagnostic): boolean {
  return (
    a.code === b.code &&
    a.message === b.message &&
    a.span.start === b.span.start &&
    a.span.source.name === b.span.source.name
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
