// The words in which Go's encoding/json refuses a text: users meet them in KrakenD's log. A strict
// scanner of its own, since the tolerant parser is often further on when Go gives up.

/** How deep Go follows brackets [Go encoding/json scanner.go]. */
export const DEEPEST = 10_000;

const HEX = /[0-9a-fA-F]/;

/** Go's message for the first fault of a text; undefined for a text that is JSON. */
export function goSyntaxFault(text: string): string | undefined {
  return new GoScanner(text).scan();
}

class GoScanner {
  readonly #text: string;
  readonly #open: string[] = [];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  scan(): string | undefined {
    for (;;) {
      const fault = this.#value() ?? this.#afterValue();
      if (fault !== undefined) return fault;
      if (this.#open.length === 0)
        return this.#space() === "" ? undefined : this.#bad("after top-level value");
    }
  }

  /** From where a value should start to the end of a scalar, or past all brackets that open it. */
  #value(): string | undefined {
    for (;;) {
      const character = this.#space();
      if (character !== "{" && character !== "[") return this.#scalar(character);
      this.#open.push(character);
      if (this.#open.length > DEEPEST) return this.#bad("exceeded max depth");
      this.#at++;
      if (this.#space() === (character === "{" ? "}" : "]")) return undefined;
      if (character === "{") {
        const fault = this.#key();
        if (fault !== undefined) return fault;
      }
    }
  }

  /** Closing brackets and the comma after a value; leaves the scanner where the next one starts. */
  #afterValue(): string | undefined {
    while (this.#open.length > 0) {
      const inObject = this.#open.at(-1) === "{";
      const character = this.#space();
      if (character === ",") {
        this.#at++;
        return inObject ? this.#key() : undefined;
      }
      if (character !== (inObject ? "}" : "]")) {
        return this.#bad(inObject ? "after object key:value pair" : "after array element");
      }
      this.#at++;
      this.#open.pop();
    }
    return undefined;
  }

  #key(): string | undefined {
    if (this.#space() !== '"') return this.#bad("looking for beginning of object key string");
    const fault = this.#string();
    if (fault !== undefined) return fault;
    if (this.#space() !== ":") return this.#bad("after object key");
    this.#at++;
    return undefined;
  }

  #scalar(character: string): string | undefined {
    if (character === '"') return this.#string();
    if (character === "t") return this.#literal("true");
    if (character === "f") return this.#literal("false");
    if (character === "n") return this.#literal("null");
    if (character === "-" || isDigit(character)) return this.#number();
    return this.#bad("looking for beginning of value");
  }

  #literal(word: string): string | undefined {
    for (const letter of word) {
      if (this.#text.charAt(this.#at) !== letter) {
        return this.#bad(`in literal ${word} (expecting '${letter}')`, " ");
      }
      this.#at++;
    }
    return undefined;
  }

  #number(): string | undefined {
    if (this.#is("-")) this.#at++;
    if (this.#is("0")) this.#at++;
    else if (!this.#digits()) return this.#bad("in numeric literal", " ");
    if (this.#is(".")) {
      this.#at++;
      if (!this.#digits()) return this.#bad("after decimal point in numeric literal", " ");
    }
    if (this.#is("e") || this.#is("E")) {
      this.#at++;
      if (this.#is("+") || this.#is("-")) this.#at++;
      if (!this.#digits()) return this.#bad("in exponent of numeric literal", " ");
    }
    return undefined;
  }

  #string(): string | undefined {
    for (this.#at++; ; this.#at++) {
      const character = this.#text.charAt(this.#at);
      if (character === "" || character < " ") return this.#bad("in string literal");
      if (character === '"') break;
      if (character === "\\") {
        const fault = this.#escape();
        if (fault !== undefined) return fault;
      }
    }
    this.#at++;
    return undefined;
  }

  #escape(): string | undefined {
    this.#at++;
    const letter = this.#text.charAt(this.#at);
    if (letter === "" || !'"\\/bfnrtu'.includes(letter)) return this.#bad("in string escape code", " ");
    for (let digit = 0; letter === "u" && digit < 4; digit++) {
      this.#at++;
      if (!HEX.test(this.#text.charAt(this.#at)))
        return this.#bad("in \\u hexadecimal character escape", " ");
    }
    return undefined;
  }

  #is(character: string): boolean {
    return this.#text.charAt(this.#at) === character;
  }

  #digits(): boolean {
    const start = this.#at;
    while (isDigit(this.#text.charAt(this.#at))) this.#at++;
    return this.#at > start;
  }

  #space(): string {
    while (" \t\r\n".includes(this.#text.charAt(this.#at) || "x")) this.#at++;
    return this.#text.charAt(this.#at);
  }

  /** Quirk: at the end of the text Go feeds one space, and blames it inside literals [scanner.go eof]. */
  #bad(context: string, atEnd?: string): string {
    const character = this.#text.charAt(this.#at) || atEnd;
    if (character === undefined) return "unexpected end of JSON input";
    return `invalid character '${nameInGo(character)}' ${context}`;
  }
}

function isDigit(character: string): boolean {
  return character >= "0" && character <= "9";
}

const NAMES: Readonly<Record<string, string>> = {
  "\u0007": "\\a",
  "\b": "\\b",
  "\t": "\\t",
  "\n": "\\n",
  "\v": "\\v",
  "\f": "\\f",
  "\r": "\\r",
  "'": "\\'",
  "\\": "\\\\",
};

/** Go looks at bytes: of a longer character it names the first one, as if it were Latin-1. */
function nameInGo(character: string): string {
  const code = character.charCodeAt(0);
  if (code < 0x80) {
    const control = code < 0x20 || code === 0x7f ? `\\x${code.toString(16).padStart(2, "0")}` : character;
    return NAMES[character] ?? control;
  }
  if (code < 0x800) return String.fromCharCode(0xc0 | (code >> 6));
  // The first half of a pair starts four bytes, always 0xf0 to 0xf4.
  if (code >= 0xd800 && code < 0xdc00) return String.fromCharCode(0xf0 | ((code - 0xd7c0) >> 8));
  return String.fromCharCode(0xe0 | (code >> 12));
}
