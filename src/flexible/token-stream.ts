// The tokens of a template one after the other, with and without the space between them.
import type { SourceText, Span } from "../source/text.js";
import { TemplateFault } from "./fault.js";
import type { Token } from "./lexer.js";

export class TokenStream {
  readonly #source: SourceText;
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(source: SourceText, tokens: readonly Token[]) {
    this.#source = source;
    this.#tokens = tokens;
  }

  peek(): Token {
    return this.#tokens[Math.min(this.#at, this.#tokens.length - 1)]!;
  }

  next(): Token {
    const token = this.peek();
    this.#at++;
    return token;
  }

  /** The next token that is no space; the space before it is taken. */
  peekSpaced(): Token {
    while (this.peek().kind === "space") this.#at++;
    return this.peek();
  }

  nextSpaced(): Token {
    this.peekSpaced();
    return this.next();
  }

  /** What follows the token that stands next, past space. */
  peekBehind(): Token {
    let at = this.#at + 1;
    while (this.#tokens[at]?.kind === "space") at++;
    return this.#tokens[at] ?? this.peek();
  }

  textOf({ start, end }: Token): string {
    return this.#source.text.slice(start, end);
  }

  spanOf({ start, end }: Token): Span {
    return this.#source.span(start, end);
  }

  /** From a token to the end of the last one taken. */
  spanFrom({ start }: Token): Span {
    return this.#source.span(start, this.#tokens[this.#at - 1]?.end ?? start);
  }

  unexpected(token: Token, context: string, hint?: string): never {
    throw new TemplateFault(`unexpected ${this.#nameOf(token)} in ${context}`, this.spanOf(token), hint);
  }

  #nameOf(token: Token): string {
    if (token.kind === "end") return "EOF";
    const text = this.textOf(token);
    if (token.kind === "dot") return "<.>";
    if (
      token.kind === "word" &&
      /^(?:if|with|range|end|else|template|define|block|break|continue)$/.test(text)
    )
      return `<${text}>`;
    return text.length > 10 ? `${JSON.stringify(text.slice(0, 10))}...` : JSON.stringify(text);
  }
}
