// The items of a list that was kept as text.
import { CLOSE_BRACKET, SKIP_STOPS } from "./byte.js";
import { Scanner } from "./scanner.js";
import type { JsonText } from "./text.js";
import { bytesOf } from "./workspace.js";

/** The text is valid JSON, and a list. */
export function itemsOf(list: JsonText): readonly JsonText[] {
  return new ItemScanner(list).items();
}

class ItemScanner extends Scanner {
  readonly #text: JsonText;

  constructor(text: JsonText) {
    super(bytesOf(text), text.length);
    this.#text = text;
  }

  items(): readonly JsonText[] {
    const found: JsonText[] = [];
    // Behind the bracket, later behind a comma or the last bracket.
    let at = this.space(1);
    if (this.bytes[at] === CLOSE_BRACKET) return found;
    while (at < this.#text.length) {
      const end = this.value(at, SKIP_STOPS);
      found.push(this.#text.slice(at, end));
      at = this.space(this.space(end) + 1);
    }
    return found;
  }
}
