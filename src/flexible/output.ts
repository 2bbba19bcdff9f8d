// The text that templates write, with the place of each of its parts.
import { type Caller, type Origin, type Part, RenderedText } from "../source/rendered.js";
import type { Span } from "../source/text.js";

export class Output {
  readonly #pieces: string[] = [];
  readonly #parts: Part[] = [];
  #length = 0;

  /** Text that stands in a template or in a partial as it is. */
  copy(span: Span, caller: Caller | undefined): void {
    this.#add(span.source.text.slice(span.start, span.end), { span, copied: true, caller });
  }

  /** Text that an action made, and where the value stands that it wrote. */
  made(text: string, span: Span, caller: Caller | undefined, value?: Span): void {
    this.#add(
      text,
      value === undefined ? { span, copied: false, caller } : { span, copied: false, caller, value },
    );
  }

  #add(text: string, origin: Origin): void {
    if (text === "") return;
    this.#parts.push({ start: this.#length, origin });
    this.#pieces.push(text);
    this.#length += text.length;
  }

  finish(name: string): RenderedText {
    return new RenderedText(name, this.#pieces.join(""), this.#parts);
  }
}
