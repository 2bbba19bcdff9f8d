// Cuts a JSON text into tokens. What is wrong inside a token or between two is reported here; what is
// wrong with their order is the parser's to say.
import { type JsonFaults, quoted } from "./json-fault.js";
import { isForeignQuote, readForeignString, readString, reportNul } from "./json-string.js";
import type { Located } from "./located.js";
import type { SourceText } from "./text.js";

/** `value`: a string, number or literal, in `node`. `word`: anything that is no token of JSON. */
export type Token = "{" | "}" | "[" | "]" | ":" | "," | "=" | ";" | "value" | "word" | "end";

/** What the parser waits for. */
export type Place = "value" | "key" | "colon" | "comma" | "done";

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
/** White space of editors and word processors, and invisible characters, that JSON does not know. */
const ODD_SPACE = /[\u000b\u000c\u0085\u00a0\u1680\u2000-\u200f\u2028\u2029\u202f\u205f\u2060\u3000\ufeff]+/y;
const TEMPLATE = /\{\{[^\n{}]{0,400}\}\}/y;

/** The tokens of one text, one after the other. The fields tell of the token read last. */
export class JsonLexer {
  start = 0;
  end = 0;
  /** The value of a `value` token. */
  node: Located | undefined;
  readonly #source: SourceText;
  readonly #text: string;
  readonly #faults: JsonFaults;

  constructor(source: SourceText, faults: JsonFaults) {
    this.#source = source;
    this.#text = source.text;
    this.#faults = faults;
    this.#skipMark();
  }

  next(place: Place): Token {
    const text = this.#text;
    for (let at = this.#skipSpace(this.end); ; at = this.#skipSpace(this.end)) {
      this.start = at;
      this.end = at + 1;
      const character = text.charAt(at);
      switch (character) {
        case "":
          this.end = at;
          return "end";
        case '"':
          return this.#take(readString(this.#source, at, place === "key", this.#faults));
        case "{":
          if (text.charCodeAt(at + 1) !== 0x7b || !this.#isTemplate(at)) return "{";
          if (place === "value") return this.#take(this.#templateNode());
          if (place === "key") this.#skipComma();
          break;
        case "}":
        case "[":
        case "]":
        case ":":
        case ",":
        case ";":
          return character;
        default:
          if (!this.#isGap(at)) return this.#scalar(character, place);
      }
    }
  }

  /** The character after the token read last, white space left out; empty at the end. */
  get following(): string {
    return this.#text.charAt(this.#skipSpace(this.end));
  }

  get colonFollows(): boolean {
    return this.following === ":";
  }

  #take(node: Located): Token {
    this.node = node;
    this.end = node.span.end;
    return "value";
  }

  #skipMark(): void {
    if (this.#text.startsWith("\ufeff")) {
      this.#faults.report("byte-order-mark", 0, 1, "the text starts with a byte order mark", {
        hint: "save the file as UTF-8 without one",
      });
      this.end = 1;
    } else if (this.#text.startsWith("\ufffd\ufffd")) {
      // The mark of UTF-16, read as UTF-8: nothing of what follows can be told.
      this.end = this.#text.length;
      this.#faults.report("byte-order-mark", 0, 2, "the text is not UTF-8", {
        hint: "save the file as UTF-8",
      });
    }
  }

  #skipSpace(from: number): number {
    const text = this.#text;
    let at = from;
    for (; ; at++) {
      const code = text.charCodeAt(at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return at;
    }
  }

  /** Comments and characters that count as white space once they are reported. */
  #isGap(at: number): boolean {
    const text = this.#text;
    const character = text.charAt(at);
    if (character === "#" || startsComment(text, at)) return this.#skipComment(at);
    if (character === "\u0000") {
      reportNul(at, this.#faults);
      return true;
    }
    if (character > " " && character < "\u007f") return false;
    if (!runAt(ODD_SPACE, text, at)) return false;
    this.end = ODD_SPACE.lastIndex;
    const name = `U+${text.charCodeAt(at).toString(16).toUpperCase().padStart(4, "0")}`;
    this.#faults.report(
      "white-space",
      at,
      this.end,
      `the invisible character ${name} is not white space of JSON`,
      {
        hint: "delete it, or write a space",
      },
    );
    return true;
  }

  #skipComment(at: number): true {
    const isBlock = this.#text.startsWith("/*", at);
    const close = isBlock ? this.#text.indexOf("*/", at + 2) : this.#text.indexOf("\n", at);
    this.end = close < 0 ? this.#text.length : isBlock ? close + 2 : close;
    const hint = 'keep remarks under a key like `"@comment"`';
    if (isBlock && close < 0)
      this.#faults.report("unclosed", at, this.end, "the comment never ends", { hint });
    else this.#faults.report("comment", at, this.end, "JSON has no comments", { hint });
    return true;
  }

  #isTemplate(at: number): boolean {
    if (!runAt(TEMPLATE, this.#text, at)) return false;
    this.end = TEMPLATE.lastIndex;
    const message = `the template action ${quoted(this.#text.slice(at, this.end))} is still in the text`;
    this.#faults.report("template", at, this.end, message, { hint: "render the template first" });
    return true;
  }

  #templateNode(): Located {
    const span = this.#source.span(this.start, this.end);
    return { kind: "string", span, value: this.#text.slice(this.start, this.end) };
  }

  #skipComma(): void {
    const at = this.#skipSpace(this.end);
    if (this.#text.charAt(at) === ",") this.end = at + 1;
  }

  #scalar(character: string, place: Place): Token {
    const at = this.start;
    if (isForeignQuote(character)) {
      return this.#take(readForeignString(this.#source, at, place === "key", this.#faults));
    }
    if (character === "=" && place !== "value") {
      if (this.#text.charAt(at + 1) === ">") this.end = at + 2;
      return "=";
    }
    const node = this.#literal(at, place) ?? this.#number(at, place);
    if (node !== undefined) return this.#take(node);
    this.end = wordEnd(this.#text, at + 1, place);
    return "word";
  }

  #literal(at: number, place: Place): Located | undefined {
    const text = this.#text;
    const word = text.startsWith("true", at) ? "true" : text.startsWith("false", at) ? "false" : "null";
    const end = at + word.length;
    if (!text.startsWith(word, at) || wordEnd(text, end, place) !== end) return undefined;
    const span = this.#source.span(at, end);
    return word === "null" ? { kind: "null", span } : { kind: "boolean", span, value: word === "true" };
  }

  #number(at: number, place: Place): Located | undefined {
    if (!runAt(NUMBER, this.#text, at)) return undefined;
    const end = NUMBER.lastIndex;
    if (wordEnd(this.#text, end, place) !== end) return undefined;
    const lexeme = this.#text.slice(at, end);
    const value = Number(lexeme);
    if (!Number.isFinite(value)) {
      this.#faults.report("number-range", at, end, `the number ${quoted(lexeme)} is too large`, {
        hint: "write a number below 1.8e308",
      });
    }
    return { kind: "number", span: this.#source.span(at, end), value, lexeme };
  }
}

function runAt(pattern: RegExp, text: string, at: number): boolean {
  pattern.lastIndex = at;
  return pattern.test(text);
}

function startsComment(text: string, at: number): boolean {
  return text.charAt(at) === "/" && (text.charAt(at + 1) === "/" || text.charAt(at + 1) === "*");
}

/** Where a bare word that goes on at `from` ends. */
function wordEnd(text: string, from: number, place: Place): number {
  let at = from;
  while (!endsWord(text, at, place)) at++;
  return at;
}

function endsWord(text: string, at: number, place: Place): boolean {
  switch (text.charAt(at)) {
    case "":
    case " ":
    case "\n":
    case "\r":
    case "\t":
    case ",":
    case "]":
    case "}":
    case "[":
    case "{":
    case '"':
    case ";":
    case "\u0000":
      return true;
    case ":":
    case "=":
      return place !== "value";
    case "/":
      // An address without quotes (`http://users`) is one word, not a word and a comment.
      return startsComment(text, at) && text.charAt(at - 1) !== ":";
    default:
      return text.charCodeAt(at) > 0x7e && runAt(ODD_SPACE, text, at);
  }
}
