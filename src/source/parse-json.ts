// JSON text -> located tree. Strict in what is JSON [RFC 8259], tolerant in going on: one run tells all
// faults, each of them once.
import { DEEPEST, goSyntaxFault } from "./go-syntax.js";
import { breaksSyntax, type JsonFault, type JsonFaultCode, JsonFaults, quoted } from "./json-fault.js";
import { JsonLexer, type Place, type Token } from "./json-lexer.js";
import { type Frame, JsonTree } from "./json-tree.js";
import { readWord } from "./json-word.js";
import type { Located } from "./located.js";
import type { SourceText } from "./text.js";

export type { JsonFault, JsonFaultCode } from "./json-fault.js";

export interface ParsedJson {
  /** Of a faulty text the best guess; undefined if there is none. */
  readonly value: Located | undefined;
  /** By position. */
  readonly faults: readonly JsonFault[];
}

/**
 * Parses a text as JSON and reports all its faults, and what JSON allows but readers trip over:
 * repeated keys, halves of surrogate pairs, numbers beyond a double.
 */
export function parseJson(source: SourceText): ParsedJson {
  const faults = new JsonFaults(source);
  const value = new JsonParser(source, faults).parse();
  return { value, faults: withGoText(faults, source.text) };
}

/** Puts Go's message on the fault that Go would stop at: the first of syntax, else the first number. */
function withGoText(faults: JsonFaults, text: string): readonly JsonFault[] {
  const list = faults.inOrder();
  const isStop = (code: JsonFaultCode) => (faults.broken ? breaksSyntax(code) : code === "number-range");
  const first = list.findIndex((each) => isStop(each.code));
  const fault = list[first];
  if (fault === undefined) return list;
  const lexeme = text.slice(fault.span.start, fault.span.end);
  const go = faults.broken
    ? goSyntaxFault(text)
    : `json: cannot unmarshal number ${lexeme} into Go value of type float64`;
  return go === undefined ? list : list.with(first, { ...fault, go });
}

class JsonParser {
  readonly #source: SourceText;
  readonly #faults: JsonFaults;
  readonly #lexer: JsonLexer;
  readonly #tree: JsonTree;
  #place: Place = "value";
  /** Where the token before the current one ended. */
  #lastEnd = 0;
  /** Offset of the comma right before the current place; -1 if there is none. */
  #comma = -1;
  /** Set after a bracket that does not match: that the brackets do not add up is no news then. */
  #unbalanced = false;
  #hasSurplus = false;
  #hopeless = false;

  constructor(source: SourceText, faults: JsonFaults) {
    this.#source = source;
    this.#faults = faults;
    this.#lexer = new JsonLexer(source, faults);
    this.#tree = new JsonTree(source, faults);
  }

  parse(): Located | undefined {
    while (!this.#faults.full && !this.#hopeless) {
      this.#lastEnd = this.#lexer.end;
      const token = this.#lexer.next(this.#place);
      if (token === "end") {
        this.#atEnd();
        break;
      }
      if (this.#place === "done") {
        this.#afterValue(token);
        break;
      }
      this.#step(token);
    }
    return this.#tree.root;
  }

  #step(token: Token): void {
    const frame = this.#tree.innermost;
    if (token === "}" || token === "]") this.#close(frame, token);
    else if (frame === undefined || this.#place === "value") this.#atValue(frame, token);
    else if (this.#place === "key") this.#atKey(frame, token);
    else if (this.#place === "colon") this.#atColon(frame, token);
    else this.#atComma(frame, token);
  }

  #atValue(frame: Frame | undefined, token: Token): void {
    if (token === "value") this.#add(this.#lexer.node!);
    else if (token === "word")
      this.#add(readWord(this.#source, this.#lexer.start, this.#lexer.end, this.#faults));
    else if (token === "{" || token === "[") this.#open(token);
    else if (token === "," && frame?.isObject) {
      this.#reportKeyAlone(frame);
      this.#nextPlace(frame, this.#lexer.start);
    } else this.#reportSurplus(token);
  }

  #atKey(frame: Frame, token: Token): void {
    if (token === "value" || token === "word") this.#takeKey(frame, token);
    else if (token === "," || token === ";") this.#reportSurplus(token);
    else {
      frame.key = undefined;
      const opens = token === "{" || token === "[";
      this.#report("missing-key", "a value of an object has no key", 'write `"key":` before the value');
      if (opens) this.#open(token);
      else this.#place = "value";
    }
  }

  #takeKey(frame: Frame, token: Token): void {
    const { start, end, node } = this.#lexer;
    const isString = token === "value" && node?.kind === "string";
    frame.key = isString ? node.value : this.#source.text.slice(start, end);
    frame.keySpan = this.#source.span(start, end);
    if (!isString) {
      const message = `the key ${quoted(frame.key)} is not in double quotes`;
      this.#report("unquoted-key", message, "put keys in double quotes");
    }
    this.#comma = -1;
    this.#place = "colon";
  }

  #atColon(frame: Frame, token: Token): void {
    this.#place = "value";
    if (token === ":") return;
    if (token === ",") this.#atValue(frame, token);
    else if (token === "value" && this.#lexer.colonFollows) {
      this.#reportKeyAlone(frame);
      this.#takeKey(frame, token);
    } else {
      const message = `there is no \`:\` after the key ${quoted(frame.key ?? "")}`;
      this.#reportGap("missing-colon", message, "write `:` after the key");
      // The missing colon is the fault; the word after it has probably suffered with it.
      if (token === "word") this.#add(this.#wordAsString());
      else if (token !== "=" && token !== ";") this.#atValue(frame, token);
    }
  }

  #atComma(frame: Frame, token: Token): void {
    if (token === ",") this.#nextPlace(frame, this.#lexer.start);
    else if (token === ";") {
      this.#report("stray", "`;` stands between two values", "write `,`");
      this.#nextPlace(frame, -1);
    } else if (this.#startsNext(frame, token)) {
      const what = frame.isObject ? "members" : "items";
      this.#reportGap("missing-comma", `there is no \`,\` between two ${what}`, "write `,` between them");
      this.#nextPlace(frame, -1);
      this.#step(token);
    } else this.#skipStray(frame, token);
  }

  /** Whether a token after a value is the start of the next one, and only the comma is missing. */
  #startsNext(frame: Frame, token: Token): boolean {
    if (frame.isObject) return (token === "value" || token === "word") && this.#lexer.colonFollows;
    return token === "value" || token === "{" || token === "[";
  }

  #skipStray(frame: Frame, token: Token): void {
    if (!this.#hasSurplus) {
      const shown = quoted(this.#source.text.slice(this.#lexer.start, this.#lexer.end));
      this.#report("stray", `${shown} stands after a value`, "write `,` between values, or delete it");
    }
    this.#hasSurplus = true;
    frame.key = undefined;
    if (token === "{" || token === "[") this.#open(token);
    else if (token === ":" || token === "=") this.#place = "value";
  }

  #add(node: Located): void {
    this.#tree.add(node);
    this.#afterAdding();
  }

  #afterAdding(): void {
    this.#comma = -1;
    this.#hasSurplus = false;
    this.#place = this.#tree.depth === 0 ? "done" : "comma";
  }

  #open(bracket: "{" | "["): void {
    if (this.#tree.depth === DEEPEST) {
      this.#report("too-deep", `brackets nest deeper than ${DEEPEST} levels`, "nest less");
      this.#hopeless = true;
      return;
    }
    this.#tree.open(bracket === "{", this.#lexer.start);
    this.#comma = -1;
    this.#hasSurplus = false;
    this.#place = bracket === "{" ? "key" : "value";
  }

  #close(frame: Frame | undefined, bracket: "}" | "]"): void {
    if (frame === undefined) {
      this.#reportSurplus(bracket);
      return;
    }
    if (frame.isObject !== (bracket === "}")) this.#reportWrongBracket(frame, bracket);
    else if (this.#comma >= 0) {
      const message = `\`,\` stands before \`${bracket}\``;
      this.#faults.report("trailing-comma", this.#comma, this.#comma + 1, message, { hint: "delete it" });
    } else if (frame.isObject && this.#place !== "key" && this.#place !== "comma")
      this.#reportKeyAlone(frame);
    this.#tree.close(this.#lexer.end);
    this.#afterAdding();
  }

  /** Decides whether the bracket is the wrong one or others before it are missing; closes the latter. */
  #reportWrongBracket(frame: Frame, bracket: "}" | "]"): void {
    this.#unbalanced = true;
    const missing = frame.isObject ? "}" : "]";
    const related = [{ span: this.#source.span(frame.start, frame.start + 1), note: "this bracket is open" }];
    const partner = this.#tree.partner;
    if (partner !== undefined && this.#fits(partner.outer)) {
      const message = `there is no \`${missing}\` before \`${bracket}\``;
      this.#report("wrong-bracket", message, `write \`${missing}\` before it`, related);
      this.#tree.closeTo(partner.depth, this.#lexer.start);
    } else {
      const message = `\`${bracket}\` stands where \`${missing}\` should`;
      this.#report("wrong-bracket", message, `write \`${missing}\``, related);
    }
  }

  /** Whether what follows the current bracket may follow a value inside of this frame. */
  #fits(outer: Frame | undefined): boolean {
    const next = this.#lexer.following;
    if (outer === undefined) return next === "";
    return next === "," || next === (outer.isObject ? "}" : "]");
  }

  #atEnd(): void {
    const end = this.#source.text.trimEnd().length;
    const frame = this.#tree.innermost;
    if (frame !== undefined && !this.#unbalanced && !this.#isCutShort(end)) {
      const message = `the text ends inside ${frame.isObject ? "an object" : "an array"}`;
      const hint = `close it with \`${frame.isObject ? "}" : "]"}\``;
      const related = [{ span: this.#source.span(frame.start, frame.start + 1), note: "it starts here" }];
      this.#faults.report("unclosed", end, end, message, { hint, related });
    }
    this.#tree.closeTo(0, end);
    if (this.#tree.root === undefined && !this.#faults.broken) {
      const message =
        this.#source.text === "" ? "the text is empty" : "the text holds nothing but white space";
      this.#faults.report("empty", 0, 0, message, { hint: "write one JSON value, for example `{}`" });
    }
  }

  /** Whether a string or comment without an end has taken the rest of the text. */
  #isCutShort(end: number): boolean {
    const last = this.#faults.last;
    if (last?.code !== "unterminated-string" && last?.code !== "unclosed") return false;
    return last.span.end >= end;
  }

  #afterValue(token: Token): void {
    if (this.#unbalanced && (token === "}" || token === "]")) return;
    // A text that starts with a bare word is no JSON at all: that was said already.
    if (this.#tree.root?.kind === "string" && this.#faults.has("bare-word")) return;
    const shown = quoted(this.#source.text.slice(this.#lexer.start, this.#lexer.end));
    const message = `${shown} stands after the end of the JSON value`;
    this.#report("after-value", message, "delete what follows the value");
  }

  #nextPlace(frame: Frame, comma: number): void {
    this.#place = frame.isObject ? "key" : "value";
    this.#comma = comma;
    this.#hasSurplus = false;
  }

  #wordAsString(): Located {
    const { start, end } = this.#lexer;
    return {
      kind: "string",
      span: this.#source.span(start, end),
      value: this.#source.text.slice(start, end),
    };
  }

  #reportKeyAlone({ key, keySpan }: Frame): void {
    if (key === undefined || keySpan === undefined) return;
    const message = `the key ${quoted(key)} has no value`;
    const hint = "write a value, or delete the key";
    this.#faults.report("missing-value", keySpan.start, keySpan.end, message, { hint });
  }

  /** A token that is one too many; of several in a row the first is the fault. */
  #reportSurplus(token: Token): void {
    if (this.#hasSurplus) return;
    this.#hasSurplus = true;
    this.#report("stray", `\`${token}\` stands where a ${this.#place} should`, "delete it");
  }

  /** Reports what is missing between the last token and the current one. */
  #reportGap(code: JsonFaultCode, message: string, hint: string): void {
    this.#faults.report(code, this.#lastEnd, this.#lastEnd, message, { hint });
  }

  /** Reports a fault at the current token. */
  #report(code: JsonFaultCode, message: string, hint: string, related?: JsonFault["related"]): void {
    const extras = related === undefined ? { hint } : { hint, related };
    this.#faults.report(code, this.#lexer.start, this.#lexer.end, message, extras);
  }
}
