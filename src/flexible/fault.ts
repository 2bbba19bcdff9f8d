// What stops a template: in Go's words, at its place.
import type { Span } from "../source/text.js";

/** Faults with a message of their own; the text of an `unsupported` one is the reason. */
export type FaultKind = "function" | "variable" | "template" | "unsupported" | "other";

export class TemplateFault extends Error {
  readonly span: Span;
  readonly hint: string | undefined;
  readonly kind: FaultKind;

  /** `go` is what text/template says after the place. */
  constructor(go: string, span: Span, hint?: string, kind: FaultKind = "other") {
    super(go);
    this.kind = kind;
    this.span = span;
    this.hint = hint;
  }
}
