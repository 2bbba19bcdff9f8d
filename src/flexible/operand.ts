// Commands and their operands: values, fields, functions, parentheses.
import { closest } from "../source/suggest.js";
import { TemplateFault } from "./fault.js";
import { goUnquote } from "./go-quote.js";
import type { Token, TokenKind } from "./lexer.js";
import type { Command, Name, Operand, Pipeline } from "./nodes.js";
import { readNumber } from "./number-constant.js";
import type { TokenStream } from "./token-stream.js";

export interface OperandContext {
  readonly hasFunction: (name: string) => boolean;
  readonly functionNames: readonly string[];
  readonly hasVariable: (name: string) => boolean;
  readonly pipeline: () => Pipeline;
  readonly report: (fault: TemplateFault) => void;
}

const STARTS = new Set<TokenKind>([
  "dot",
  "field",
  "variable",
  "word",
  "number",
  "character",
  "string",
  "raw",
  "left",
]);

export class OperandReader {
  readonly #stream: TokenStream;
  readonly #context: OperandContext;

  constructor(stream: TokenStream, context: OperandContext) {
    this.#stream = stream;
    this.#context = context;
  }

  /** Whether an operand may begin with a token. */
  static starts(token: Token): boolean {
    return STARTS.has(token.kind);
  }

  /** Operands with space between them, and the `|` behind them if there is one. */
  command(): Command {
    const first = this.#stream.peekSpaced();
    const words: Operand[] = [];
    let end = first.start;
    for (;;) {
      this.#stream.peekSpaced();
      const operand = this.#operand();
      if (operand !== undefined) {
        words.push(operand);
        end = operand.span.end;
      }
      const token = this.#stream.peek();
      if (token.kind === "close" || token.kind === "right") break;
      if (token.kind !== "space" && token.kind !== "pipe") this.#stream.unexpected(token, "operand");
      this.#stream.next();
      if (token.kind === "pipe") break;
    }
    const source = this.#stream.spanOf(first).source;
    if (words.length === 0) throw new TemplateFault("empty command", source.span(first.start, first.end));
    return { span: source.span(first.start, end), words };
  }

  #operand(): Operand | undefined {
    const base = this.#term();
    if (base === undefined || this.#stream.peek().kind !== "field") return base;
    const names: Name[] = [];
    while (this.#stream.peek().kind === "field") names.push(this.#fieldName(this.#stream.next()));
    const span = base.span.source.span(base.span.start, names.at(-1)!.span.end);
    if (base.kind === "field" || base.kind === "variable")
      return { ...base, span, names: [...base.names, ...names] };
    if (base.kind === "function" || base.kind === "pipeline") return { kind: "chain", span, base, names };
    const text = base.span.source.text.slice(base.span.start, base.span.end);
    throw new TemplateFault(`unexpected . after term ${JSON.stringify(text)}`, span);
  }

  #fieldName(token: Token): Name {
    const { source, start, end } = this.#stream.spanOf(token);
    return { text: source.text.slice(start + 1, end), span: source.span(start, end) };
  }

  #term(): Operand | undefined {
    const token = this.#stream.peek();
    if (!STARTS.has(token.kind)) return undefined;
    this.#stream.next();
    const span = this.#stream.spanOf(token);
    const text = this.#stream.textOf(token);
    switch (token.kind) {
      case "word":
        return this.#word(text, token);
      case "dot":
        return { kind: "dot", span };
      case "field":
        return { kind: "field", span, names: [this.#fieldName(token)] };
      case "variable":
        if (!this.#context.hasVariable(text)) {
          const fault = new TemplateFault(`undefined variable "${text}"`, span, undefined, "variable");
          this.#context.report(fault);
        }
        return { kind: "variable", span, name: text, names: [] };
      case "left":
        return this.#context.pipeline();
      case "string":
        return { kind: "string", span, value: this.#unquoted(text, token) };
      case "raw":
        return { kind: "string", span, value: text.slice(1, -1).replaceAll("\r", "") };
      default:
        return readNumber(text, span);
    }
  }

  #unquoted(text: string, token: Token): string {
    const value = goUnquote(text.slice(1, -1), '"');
    if (value === undefined)
      throw new TemplateFault("invalid syntax", this.#stream.spanOf(token), "an escape is none of Go's");
    return value;
  }

  #word(text: string, token: Token): Operand {
    const span = this.#stream.spanOf(token);
    if (text === "true" || text === "false") return { kind: "bool", span, value: text === "true" };
    if (text === "nil") return { kind: "nil", span };
    if (["if", "with", "range", "end", "else", "template", "define", "block"].includes(text))
      this.#stream.unexpected(token, "operand");
    if (!this.#context.hasFunction(text)) {
      const near = closest(text, this.#context.functionNames);
      const hint = near === undefined ? undefined : `did you mean \`${near}\`?`;
      this.#context.report(new TemplateFault(`function "${text}" not defined`, span, hint, "function"));
    }
    return { kind: "function", span, name: text };
  }
}
