// What can be wrong with a JSON text, as data, and the list in which a parser collects it.
import type { SourceText, Span } from "./text.js";

/** Kinds of faults. The last three are not faults of syntax: the text has a value all the same. */
export type JsonFaultCode =
  | "after-value"
  | "bad-escape"
  | "bad-number"
  | "bad-quotes"
  | "bare-word"
  | "byte-order-mark"
  | "comment"
  | "control-character"
  | "empty"
  | "missing-colon"
  | "missing-comma"
  | "missing-key"
  | "missing-value"
  | "nul-byte"
  | "stray"
  | "template"
  | "too-deep"
  | "trailing-comma"
  | "unclosed"
  | "unquoted-key"
  | "unterminated-string"
  | "white-space"
  | "wrong-bracket"
  | "duplicate-key"
  | "lone-surrogate"
  | "number-range";

/** One fault of a JSON text. */
export interface JsonFault {
  readonly code: JsonFaultCode;
  /** One sentence, lower case start, values in backticks, no advice. */
  readonly message: string;
  readonly span: Span;
  /** What to do, imperative. */
  readonly hint?: string;
  readonly related?: readonly { readonly span: Span; readonly note: string }[];
  /** The text of Go's decoder, on the first fault that makes it refuse the whole text. */
  readonly go?: string;
}

/** What a fault may carry beside its code, place and message. */
export type FaultExtras = Pick<JsonFault, "hint" | "related">;

const LAWFUL: ReadonlySet<JsonFaultCode> = new Set(["duplicate-key", "lone-surrogate", "number-range"]);

/** Whether a fault makes the text something else than JSON [RFC 8259]. */
export function breaksSyntax(code: JsonFaultCode): boolean {
  return !LAWFUL.has(code);
}

/** More faults of a kind than this are noise, and a reason to stop reading. */
const MOST = 100;

/** The faults of one text while it is read. */
export class JsonFaults {
  readonly source: SourceText;
  readonly #list: JsonFault[] = [];
  readonly #kinds = new Set<JsonFaultCode>();
  #broken = 0;
  #lawful = 0;

  constructor(source: SourceText) {
    this.source = source;
  }

  report(code: JsonFaultCode, start: number, end: number, message: string, extras: FaultExtras = {}): void {
    const count = breaksSyntax(code) ? ++this.#broken : ++this.#lawful;
    if (count > MOST) return;
    this.#kinds.add(code);
    this.#list.push({ code, message, span: this.source.span(start, end), ...extras });
  }

  has(code: JsonFaultCode): boolean {
    return this.#kinds.has(code);
  }

  /** Whether the text is not JSON at all. */
  get broken(): boolean {
    return this.#broken > 0;
  }

  /** Whether reading on makes no sense. */
  get full(): boolean {
    return this.#broken >= MOST;
  }

  /** The fault reported last. */
  get last(): JsonFault | undefined {
    return this.#list.at(-1);
  }

  inOrder(): JsonFault[] {
    return this.#list.sort((a, b) => a.span.start - b.span.start);
  }
}

/** A piece of the text fit for a message: in backticks, one line, not long. */
export function quoted(text: string): string {
  const line = text.replace(/\s+/g, " ");
  return `\`${line.length > 40 ? `${line.slice(0, 37)}...` : line}\``;
}
