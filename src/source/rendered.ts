// A text that was made from others, and knows of each of its parts where it was written.
import { SourceText, type Span } from "./text.js";

/** Where a part of a made text comes from. */
export interface Origin {
  readonly span: Span;
  /** Set where the part is a copy: each of its characters has a place of its own in the span. */
  readonly copied: boolean;
  /** Where the value that was written here stands, if it was read from a file. */
  readonly value?: Span;
  /** The place that asked for the text in which the part stands; undefined in the first text. */
  readonly caller: Caller | undefined;
}

/** A place that another text was put in, and the one that put it there in turn. */
export interface Caller {
  readonly span: Span;
  readonly caller: Caller | undefined;
}

/** A part of a made text, up to the start of the next one. */
export interface Part {
  readonly start: number;
  readonly origin: Origin;
}

/** Where a range of a made text comes from. */
export interface Source {
  readonly span: Span;
  readonly caller: Caller | undefined;
  readonly value: Span | undefined;
}

/** The text under the name that diagnostics show for it; parts are in order and start at 0. */
export class RenderedText extends SourceText {
  readonly #parts: readonly Part[];

  constructor(name: string, text: string, parts: readonly Part[]) {
    super(name, text);
    this.#parts = parts;
  }

  /** Where a range was written, and through which calls; undefined for a text without parts. */
  origin(start: number, end: number): Source | undefined {
    const first = this.#partAt(start);
    if (first === undefined) return undefined;
    const from = placeIn(first, start);
    const last = this.#partAt(Math.max(start, end - 1));
    const together = last !== undefined && sameText(first.origin, last.origin);
    const to = together ? endIn(last, end) : first.origin.span.end;
    const { source } = first.origin.span;
    const span = source.span(from, Math.max(from, to));
    return { span, caller: first.origin.caller, value: this.#valueIn(start, end) };
  }

  /** Where the first value that was written into a range stands. */
  #valueIn(start: number, end: number): Span | undefined {
    for (let at = this.#indexAt(start); at < this.#parts.length; at++) {
      const { start: from, origin } = this.#parts[at]!;
      if (from >= Math.max(end, start + 1)) return undefined;
      if (origin.value !== undefined) return origin.value;
    }
    return undefined;
  }

  #partAt(offset: number): Part | undefined {
    return this.#parts[this.#indexAt(offset)];
  }

  #indexAt(offset: number): number {
    let low = 0;
    let high = this.#parts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#parts[middle]?.start ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

function sameText(a: Origin, b: Origin): boolean {
  return a.span.source === b.span.source && a.caller === b.caller;
}

function placeIn({ start, origin }: Part, offset: number): number {
  const { span } = origin;
  return origin.copied ? Math.min(span.start + offset - start, span.end) : span.start;
}

function endIn({ start, origin }: Part, end: number): number {
  const { span } = origin;
  return origin.copied ? Math.min(span.start + end - start, span.end) : span.end;
}
