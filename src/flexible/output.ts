// The text that templates write, with the place of each of its parts.
import { type Caller, type Part, RenderedText } from "../source/rendered.js";
import type { Span } from "../source/text.js";

export class Output {
  readonly #pieces: string[] = [];
  readonly #parts: Part[] = [];
  #length = 0;

  /** Text that stands in a template or in a partial as it is. */
  copy(span: Span, caller: Caller | undefined): void {
    this.#add(span.source.text.slice(span.start, span.end), span, true, caller);
  }

  /** Text that an action made. */
  made(text: string, span: Span, caller: Caller | undefined): void {
    this.#add(text, span, false, caller);
  }

  #add(text: string, span: Span, copied: boolean, caller: Caller | undefined): void {
    if (text === "") return;
    this.#parts.push({ start: this.#length, origin: { span, copied, caller } });
    this.#pieces.push(text);
    this.#length += text.length;
  }

  finish(name: string): RenderedText {
    return new RenderedText(name, this.#pieces.join(""), this.#parts);
  }
}
