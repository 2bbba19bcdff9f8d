// Tokens -> templates [Go text/template/parse parse.go].
import type { SourceText, Span } from "../source/text.js";
import { TemplateFault } from "./fault.js";
import { goUnquote } from "./go-quote.js";
import { type Token, tokensOf } from "./lexer.js";
import type { BranchNode, Command, Node, Operand, Pipeline, Template } from "./nodes.js";
import { OperandReader } from "./operand.js";
import { TokenStream } from "./token-stream.js";

/** What a parser knows of the world, and whom it tells of faults that do not stop it. */
export interface ParserContext {
  readonly hasFunction: (name: string) => boolean;
  /** For did-you-mean. */
  readonly functionNames: readonly string[];
  readonly report: (fault: TemplateFault) => void;
}

const KEYWORDS = new Set([
  "if",
  "with",
  "range",
  "end",
  "else",
  "template",
  "define",
  "block",
  "break",
  "continue",
]);

interface Listed {
  readonly nodes: readonly Node[];
  readonly end: "end" | "else" | "text";
  /** Where the list ended. */
  readonly at: Span;
}

/** All templates of a text: the one of the text itself and those that it defines. Throws TemplateFault. */
export function parseTemplates(
  name: string,
  source: SourceText,
  context: ParserContext,
): readonly Template[] {
  return new Parser(source, context).parse(name);
}

class Parser {
  readonly #source: SourceText;
  readonly #stream: TokenStream;
  readonly #operands: OperandReader;
  readonly #templates: Template[] = [];
  #variables: string[] = ["$"];
  #ranges = 0;

  constructor(source: SourceText, context: ParserContext) {
    this.#source = source;
    this.#stream = new TokenStream(source, tokensOf(source));
    this.#operands = new OperandReader(this.#stream, {
      ...context,
      hasVariable: (name) => this.#variables.includes(name),
      pipeline: () => this.#pipeline("parenthesized pipeline", "right"),
    });
  }

  parse(name: string): readonly Template[] {
    const { nodes, end, at } = this.#list(true);
    if (end !== "text") throw new TemplateFault(`unexpected {{${end}}}`, at, "no action is open here");
    this.#define(name, nodes, this.#source.span(0));
    return this.#templates;
  }

  /** Quirk: of two templates of one name the one that is not empty stays [parse.go Tree.add]. */
  #define(name: string, nodes: readonly Node[], span: Span): void {
    const old = this.#templates.findIndex((each) => each.name === name);
    if (old < 0) this.#templates.push({ name, nodes });
    else if (isEmpty(this.#templates[old]!)) this.#templates[old] = { name, nodes };
    else if (!isEmpty({ name, nodes }))
      throw new TemplateFault(`multiple definition of template ${JSON.stringify(name)}`, span);
  }

  /** Nodes up to an `end`, an `else` or the end of the text. */
  #list(atTop = false, opener?: Span): Listed {
    const nodes: Node[] = [];
    for (;;) {
      const token = this.#stream.next();
      const span = this.#stream.spanOf(token);
      if (token.kind === "text") nodes.push({ kind: "text", span });
      else if (token.kind === "end") {
        if (atTop) return { nodes, end: "text", at: span };
        throw new TemplateFault("unexpected EOF", opener ?? span, "close this action with `{{end}}`");
      } else {
        const word = this.#stream.peekSpaced();
        const keyword = word.kind === "word" ? this.#stream.textOf(word) : "";
        if (keyword === "end" || keyword === "else") {
          this.#stream.nextSpaced();
          if (keyword === "end") this.#close("end");
          return { nodes, end: keyword, at: this.#stream.spanFrom(token) };
        }
        const node = this.#action(token, keyword, atTop);
        if (node !== undefined) nodes.push(node);
      }
    }
  }

  #close(context: string): void {
    const token = this.#stream.nextSpaced();
    if (token.kind !== "close") this.#stream.unexpected(token, context);
  }

  #action(open: Token, keyword: string, atTop: boolean): Node | undefined {
    if (!KEYWORDS.has(keyword)) {
      const pipeline = this.#pipeline("command", "close");
      return { kind: "action", span: this.#stream.spanFrom(open), pipeline };
    }
    const word = this.#stream.nextSpaced();
    if (keyword === "if" || keyword === "with" || keyword === "range") return this.#branch(open, keyword);
    if (keyword === "template") return this.#template(open);
    if (keyword === "block") return this.#block(open);
    if (keyword === "define") {
      if (!atTop) this.#stream.unexpected(word, "command", "definitions stand at the top of a file");
      this.#definition(open);
      return undefined;
    }
    const loop = keyword === "break" ? "break" : "continue";
    this.#close(`{{${loop}}}`);
    const span = this.#stream.spanFrom(open);
    if (this.#ranges === 0) throw new TemplateFault(`{{${loop}}} outside {{range}}`, span);
    return { kind: loop, span };
  }

  #branch(open: Token, kind: BranchNode["kind"]): BranchNode {
    const mark = this.#variables.length;
    const pipeline = this.#pipeline(kind, "close");
    const opener = this.#stream.spanFrom(open);
    if (kind === "range") this.#ranges++;
    const then = this.#list(false, opener);
    if (kind === "range") this.#ranges--;
    const otherwise = then.end === "else" ? this.#otherwise(kind, opener) : undefined;
    this.#variables.length = mark;
    return { kind, span: opener, pipeline, body: then.nodes, otherwise };
  }

  /** What follows an `else`: its list and `end`, or one branch that shares the `end`. */
  #otherwise(kind: BranchNode["kind"], opener: Span): readonly Node[] {
    const next = this.#stream.peekSpaced();
    if (next.kind === "word") {
      const keyword = this.#stream.textOf(next);
      if (keyword === kind && kind !== "range") {
        this.#stream.nextSpaced();
        return [this.#branch(next, kind)];
      }
      this.#stream.unexpected(
        next,
        "else",
        kind === "if" ? "write `{{else if ...}}` or `{{else}}`" : undefined,
      );
    }
    this.#close("else");
    const list = this.#list(false, opener);
    if (list.end !== "end") throw new TemplateFault("expected end; found {{else}}", list.at);
    return list.nodes;
  }

  #template(open: Token): Node {
    const token = this.#stream.nextSpaced();
    const name = this.#name(token, "template clause");
    const more = this.#stream.peekSpaced().kind !== "close";
    const pipeline = more ? this.#pipeline("template clause", "close") : undefined;
    if (!more) this.#stream.nextSpaced();
    const span = this.#stream.spanFrom(open);
    return { kind: "template", span, name, nameSpan: this.#stream.spanOf(token), pipeline };
  }

  #name(token: Token, context: string): string {
    if (token.kind !== "string" && token.kind !== "raw")
      this.#stream.unexpected(token, context, "the name of a template is a text in quotes, not a value");
    const inside = this.#stream.textOf(token).slice(1, -1);
    return token.kind === "raw" ? inside : (goUnquote(inside, '"') ?? inside);
  }

  #block(open: Token): Node {
    const token = this.#stream.nextSpaced();
    const name = this.#name(token, "block clause");
    const pipeline = this.#pipeline("block clause", "close");
    const span = this.#stream.spanFrom(open);
    this.#body(name, "block clause", span);
    return { kind: "template", span, name, nameSpan: this.#stream.spanOf(token), pipeline };
  }

  #definition(open: Token): void {
    const name = this.#name(this.#stream.nextSpaced(), "define clause");
    this.#close("define clause");
    this.#body(name, "define clause", this.#stream.spanFrom(open));
  }

  /** A template of its own inside of this text: it sees no variables and no loop from outside. */
  #body(name: string, context: string, opener: Span): void {
    const outside = { variables: this.#variables, ranges: this.#ranges };
    this.#variables = ["$"];
    this.#ranges = 0;
    const list = this.#list(false, opener);
    if (list.end !== "end") throw new TemplateFault(`unexpected {{else}} in ${context}`, list.at);
    this.#variables = outside.variables;
    this.#ranges = outside.ranges;
    this.#define(name, list.nodes, opener);
  }

  #pipeline(context: string, end: "close" | "right"): Pipeline {
    const first = this.#stream.peekSpaced();
    const { variables, assigns } = this.#declarations(context);
    const commands: Command[] = [];
    for (;;) {
      const token = this.#stream.peekSpaced();
      if (token.kind === end) {
        this.#stream.nextSpaced();
        const span = this.#source.span(
          first.start,
          end === "right" ? token.end : Math.max(first.start, token.start),
        );
        const pipeline: Pipeline = { kind: "pipeline", span, variables, assigns, commands };
        this.#checkPipeline(pipeline, context, token);
        return pipeline;
      }
      if (!OperandReader.starts(token)) this.#stream.unexpected(token, context);
      commands.push(this.#operands.command());
    }
  }

  #checkPipeline({ commands }: Pipeline, context: string, end: Token): void {
    if (commands.length === 0)
      throw new TemplateFault(`missing value for ${context}`, this.#stream.spanOf(end), "write a value");
    for (const [index, { words, span }] of commands.entries()) {
      const first = words[0] as Operand;
      if (index === 0 || !["bool", "dot", "nil", "number", "string"].includes(first.kind)) continue;
      const hint = "what follows `|` must be a function that takes the value";
      throw new TemplateFault(`non executable command in pipeline stage ${index + 1}`, span, hint);
    }
  }

  /** `$a :=`, `$a =` or, for a range, `$i, $e :=`. */
  #declarations(context: string): { readonly variables: readonly string[]; readonly assigns: boolean } {
    const variables: string[] = [];
    for (;;) {
      const token = this.#stream.peekSpaced();
      const behind = token.kind === "variable" ? this.#stream.peekBehind() : undefined;
      const isList = behind?.kind === "comma";
      if (behind === undefined || !(isList || behind.kind === "declare" || behind.kind === "assign"))
        return { variables, assigns: false };
      this.#stream.nextSpaced();
      this.#stream.nextSpaced();
      variables.push(this.#stream.textOf(token));
      if (!isList) {
        this.#variables.push(...variables);
        return { variables, assigns: behind.kind === "assign" };
      }
      if (context !== "range" || variables.length > 1)
        throw new TemplateFault(`too many declarations in ${context}`, this.#stream.spanOf(token));
      if (!["variable", "close", "right"].includes(this.#stream.peekSpaced().kind))
        throw new TemplateFault(
          "range can only initialize variables",
          this.#stream.spanOf(this.#stream.peekSpaced()),
        );
    }
  }
}

/** Whether a template holds nothing but white space. */
export function isEmpty({ nodes }: Template): boolean {
  return nodes.every(
    (node) =>
      node.kind === "text" && node.span.source.text.slice(node.span.start, node.span.end).trim() === "",
  );
}
