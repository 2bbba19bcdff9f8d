// Template text -> tokens [Go text/template/parse lex.go]. Each token knows its place.
import type { SourceText, Span } from "../source/text.js";
import { TemplateFault } from "./fault.js";

export type TokenKind =
  | "text"
  | "open"
  | "close"
  | "space"
  | "declare"
  | "assign"
  | "pipe"
  | "comma"
  | "left"
  | "right"
  | "dot"
  | "field"
  | "variable"
  | "word"
  | "number"
  | "character"
  | "string"
  | "raw"
  | "other"
  | "end";

export interface Token {
  readonly kind: TokenKind;
  readonly start: number;
  readonly end: number;
}

const SPACE = " \t\r\n";
const WORD = /[\p{L}\p{Nd}_]*/uy;
/** What may stand right behind a name. */
const BEHIND_WORD = /[ \t\r\n.,|:)(]|$/y;
const NUMBER =
  /[+-]?(?:0[xX][0-9a-fA-F_]*|0[oO][0-7_]*|0[bB][01_]*|[0-9_]+)?(?:\.[0-9a-fA-F_]*)?(?:(?<!0[xX][0-9a-fA-F_.]*)[eE][+-]?[0-9_]+|[pP][+-]?[0-9_]+)?i?/y;
const SIMPLE: Readonly<Record<string, TokenKind>> = { "|": "pipe", ",": "comma", "=": "assign" };

/** All tokens of a template; throws TemplateFault at what is none. */
export function tokensOf(source: SourceText): readonly Token[] {
  return new Lexer(source).run();
}

/** What was probably meant where a name goes on with a character that no name has. */
const REMEDIES: Readonly<Record<string, string>> = {
  "-": 'a name cannot hold `-`: write `(index .object "name-with-dashes")`',
  '"': "write `}}` or a space before it",
  "}": "close the action with `}}`",
};

/** `U+002D '-'` */
function codePoint(character: string): string {
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  return `U+${code} '${character}'`;
}

class Lexer {
  readonly #source: SourceText;
  readonly #text: string;
  readonly #tokens: Token[] = [];
  readonly #parentheses: number[] = [];
  #at = 0;

  constructor(source: SourceText) {
    this.#source = source;
    this.#text = source.text;
  }

  run(): readonly Token[] {
    let textStart = 0;
    for (;;) {
      const open = this.#text.indexOf("{{", textStart);
      if (open < 0) {
        this.#addText(textStart, this.#text.length);
        break;
      }
      const trims = this.#trimsLeft(open);
      this.#addText(textStart, trims ? this.#withoutSpaceBefore(textStart, open) : open);
      this.#at = open + (trims ? 3 : 2);
      const closed = this.#isComment(trims) ? this.#comment(open) : this.#action(open);
      textStart = closed ? this.#skipSpace(this.#at) : this.#at;
    }
    this.#add("end", this.#text.length, this.#text.length);
    return this.#tokens;
  }

  #add(kind: TokenKind, start: number, end: number): void {
    this.#tokens.push({ kind, start, end });
  }

  #addText(start: number, end: number): void {
    if (end > start) this.#add("text", start, end);
  }

  #span(start: number, end: number): Span {
    return this.#source.span(start, end);
  }

  #fail(go: string, start: number, end: number, hint?: string): never {
    throw new TemplateFault(go, this.#span(start, end), hint);
  }

  #trimsLeft(open: number): boolean {
    return this.#text[open + 2] === "-" && this.#isSpace(open + 3);
  }

  #isSpace(at: number): boolean {
    return at < this.#text.length && SPACE.includes(this.#text.charAt(at));
  }

  #skipSpace(at: number): number {
    let next = at;
    while (this.#isSpace(next)) next++;
    return next;
  }

  #withoutSpaceBefore(start: number, end: number): number {
    let before = end;
    while (before > start && this.#isSpace(before - 1)) before--;
    return before;
  }

  #isComment(trims: boolean): boolean {
    return this.#text.startsWith("/*", this.#at + (trims ? 1 : 0));
  }

  /** Past a comment; whether it trims the text behind it. */
  #comment(open: number): boolean {
    const end = this.#text.indexOf("*/", this.#text.indexOf("/*", this.#at) + 2);
    if (end < 0) this.#fail("unclosed comment", open, open + 4, "close it with `*/}}`");
    const trims = this.#text.startsWith("-}}", end + 3) && this.#isSpace(end + 2);
    if (!trims && !this.#text.startsWith("}}", end + 2)) {
      const hint = "a comment is an action of its own: `{{/* text */}}`";
      this.#fail("comment ends before closing delimiter", end, end + 2, hint);
    }
    this.#at = end + (trims ? 6 : 4);
    return trims;
  }

  /** Tokens up to the end of an action; whether it trims the text behind it. */
  #action(open: number): boolean {
    this.#add("open", open, this.#at);
    for (;;) {
      const trims = this.#isSpace(this.#at) && this.#text.startsWith("-}}", this.#at + 1);
      if (trims || this.#text.startsWith("}}", this.#at)) {
        const unclosed = this.#parentheses.at(-1);
        if (unclosed !== undefined)
          this.#fail("unclosed left paren", unclosed, unclosed + 1, "close it with `)`");
        const start = this.#at;
        this.#at += trims ? 4 : 2;
        this.#add("close", start, this.#at);
        return trims;
      }
      if (this.#at >= this.#text.length) this.#fail("unclosed action", open, open + 2, "close it with `}}`");
      this.#inside();
    }
  }

  #inside(): void {
    const start = this.#at;
    const character = this.#text.charAt(start);
    if (this.#isSpace(start)) this.#space();
    else if (character === ":") {
      if (this.#text[start + 1] !== "=") this.#fail("expected :=", start, start + 1);
      this.#take("declare", 2);
    } else if (SIMPLE[character] !== undefined) this.#take(SIMPLE[character], 1);
    else if (character === '"') this.#quoted('"', "string", "unterminated quoted string");
    else if (character === "'") this.#quoted("'", "character", "unterminated character constant");
    else if (character === "`") this.#raw();
    else if (character === "$") this.#name("variable");
    else if (character === ".") this.#dot();
    else if (/[0-9+-]/.test(character)) this.#number();
    else if (character === "(") {
      this.#parentheses.push(start);
      this.#take("left", 1);
    } else if (character === ")") {
      if (this.#parentheses.pop() === undefined) this.#fail("unexpected right paren", start, start + 1);
      this.#take("right", 1);
    } else if (/[\p{L}\p{Nd}_]/u.test(this.#character(start))) this.#name("word");
    else {
      const shown = this.#character(start);
      // Quirk: a character of ASCII is a token that fits nowhere, any other one stops the lexer.
      if (/[!-~]/.test(shown)) this.#take("other", 1);
      else this.#fail(`unrecognized character in action: ${codePoint(shown)}`, start, start + shown.length);
    }
  }

  #character(at: number): string {
    return String.fromCodePoint(this.#text.codePointAt(at) ?? 0);
  }

  #take(kind: TokenKind, length: number): void {
    this.#add(kind, this.#at, this.#at + length);
    this.#at += length;
  }

  /** White space; the last of it belongs to a trim marker behind it. */
  #space(): void {
    const start = this.#at;
    let end = this.#skipSpace(start);
    if (this.#text.startsWith("-}}", end)) end--;
    if (end > start) this.#take("space", end - start);
  }

  #quoted(quote: string, kind: TokenKind, fault: string): void {
    const start = this.#at;
    let at = start + 1;
    while (this.#text[at] !== quote) {
      if (this.#text[at] === "\\" && this.#text[at + 1] !== "\n") at++;
      if (at >= this.#text.length || this.#text[at] === "\n")
        this.#fail(
          fault,
          start,
          Math.min(at, this.#text.length),
          `close it with \`${quote}\` on the same line`,
        );
      at++;
    }
    this.#take(kind, at + 1 - start);
  }

  #raw(): void {
    const end = this.#text.indexOf("`", this.#at + 1);
    if (end < 0)
      this.#fail("unterminated raw quoted string", this.#at, this.#at + 1, "close it with a backquote");
    this.#take("raw", end + 1 - this.#at);
  }

  #dot(): void {
    const next = this.#text.charAt(this.#at + 1);
    if (next >= "0" && next <= "9") this.#number();
    else if (/[\p{L}\p{Nd}_]/u.test(this.#character(this.#at + 1))) this.#name("field");
    else this.#take("dot", 1);
  }

  /** A field, a variable or a word, from its first character. */
  #name(kind: "field" | "variable" | "word"): void {
    WORD.lastIndex = this.#at + (kind === "word" ? 0 : 1);
    WORD.test(this.#text);
    this.#checked(kind, WORD.lastIndex);
  }

  #checked(kind: TokenKind, end: number): void {
    BEHIND_WORD.lastIndex = end;
    if (!BEHIND_WORD.test(this.#text) && !this.#text.startsWith("}}", end)) {
      const shown = this.#character(end);
      this.#fail(`bad character ${codePoint(shown)}`, end, end + shown.length, REMEDIES[shown]);
    }
    this.#take(kind, end - this.#at);
  }

  #number(): void {
    NUMBER.lastIndex = this.#at;
    NUMBER.test(this.#text);
    const end = Math.max(NUMBER.lastIndex, this.#at + 1);
    if (/[\p{L}\p{Nd}_]/u.test(this.#character(end)) || !/\d/.test(this.#text.slice(this.#at, end))) {
      const shown = this.#text.slice(this.#at, end + 1);
      this.#fail(`bad number syntax: "${shown}"`, this.#at, end);
    }
    this.#take("number", end - this.#at);
  }
}
