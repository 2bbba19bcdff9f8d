// JSON.parse as an oracle. V8 14 (Node 26) mixes up keys that are written with escapes when it meets
// objects of like shape in one text, so keys are decoded one at a time here.

const SPACE = /[ \t\n\r]*/y;
const SCALAR = /true|false|null|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const STRING = /"(?:[^"\\]|\\.)*"/sy;

/** The value of a text that JSON.parse accepts; throws as JSON.parse does where it does not. */
export function parseAsJson(text: string): unknown {
  JSON.parse(text);
  return new Walk(text).value();
}

class Walk {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(): unknown {
    this.#take(SPACE);
    const first = this.#text[this.#at];
    if (first === "{") return this.#object();
    if (first === "[") return this.#array();
    return JSON.parse(this.#take(first === '"' ? STRING : SCALAR));
  }

  #object(): unknown {
    const entries: [string, unknown][] = [];
    while (!this.#ends("}")) {
      const key = JSON.parse(this.#take(STRING)) as string;
      this.#take(SPACE);
      this.#at += 1;
      entries.push([key, this.value()]);
    }
    return Object.fromEntries(entries);
  }

  #array(): unknown[] {
    const items: unknown[] = [];
    while (!this.#ends("]")) items.push(this.value());
    return items;
  }

  /** Steps over a bracket or a comma; true at the end of the list. */
  #ends(close: string): boolean {
    this.#take(SPACE);
    if (this.#text[this.#at] !== close) this.#at += 1;
    this.#take(SPACE);
    if (this.#text[this.#at] !== close) return false;
    this.#at += 1;
    return true;
  }

  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? "";
    this.#at += found.length;
    return found;
  }
}
