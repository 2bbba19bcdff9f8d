// TOML text -> located tree. [TOML 1.0.0]
import { createRequire } from "node:module";
import type { AST } from "toml-eslint-parser";
import type { Located, LocatedArray, LocatedObject, Member } from "./located.js";
import type { SourceText, Span } from "./text.js";
import { asSentence, notPlain, type ParsedText, type TextFault } from "./text-fault.js";

export function parseToml(source: SourceText): ParsedText {
  // Loaded when it is first needed: most configurations are JSON, and a check should be quick.
  const toml = createRequire(import.meta.url)("toml-eslint-parser") as typeof import("toml-eslint-parser");
  try {
    const program = toml.parseTOML(source.text, { tomlVersion: "1.0.0" });
    return new TomlTree(source).read(program.body[0]);
  } catch (fault) {
    if (!(fault instanceof toml.ParseError)) throw fault;
    return { value: undefined, faults: [syntaxFault(fault.message, fault.index, source)] };
  }
}

/** The parser stops at the first fault. A fault at a line end belongs to the line before. */
function syntaxFault(message: string, index: number, source: SourceText): TextFault {
  const before = source.text.slice(0, index).trimEnd().length;
  const start = index > 0 && source.text[index - 1] === "\n" && message !== DUPLICATE ? before : index;
  const repeated = message === DUPLICATE;
  return {
    code: repeated ? "repeated-key" : "syntax",
    message: repeated ? "a key or table of this name is defined before" : asSentence(message),
    span: source.span(start, Math.min(start + 1, source.text.length)),
    ...(repeated ? { hint: "delete one of them" } : {}),
  };
}

const DUPLICATE = "Defining a key multiple times is invalid";

/** Objects and lists while they grow: TOML comes back to what stands further up. */
type Growing = GrowingObject | GrowingArray;
interface GrowingObject {
  readonly kind: "growing object";
  readonly span: Span;
  readonly members: Map<string, { readonly keySpan: Span; readonly value: Located | Growing }>;
}
interface GrowingArray {
  readonly kind: "growing array";
  readonly span: Span;
  readonly items: GrowingObject[];
}

class TomlTree {
  readonly #source: SourceText;
  readonly #faults: TextFault[] = [];

  constructor(source: SourceText) {
    this.#source = source;
  }

  read(top: AST.TOMLTopLevelTable): ParsedText {
    const root = growingObject(this.#source.span(0, this.#source.text.length));
    for (const each of top.body) {
      if (each.type === "TOMLKeyValue") this.#assign(root, each);
      else {
        const table = this.#table(root, each);
        for (const inner of each.body) this.#assign(table, inner);
      }
    }
    return { value: grown(root), faults: this.#faults };
  }

  /** The object that a table's head opens; the last of a list of tables is the one that is meant. */
  #table(root: GrowingObject, { key, kind, range }: AST.TOMLTable): GrowingObject {
    const span = this.#span(range);
    const owner = this.#owner(root, key.keys.slice(0, -1), span);
    const last = key.keys.at(-1)!;
    if (kind === "standard") return this.#inner(owner, last, span);
    const { name, keySpan } = this.#key(last);
    const list = owner.members.get(name)?.value;
    const object = growingObject(span);
    if (list?.kind === "growing array") list.items.push(object);
    else
      owner.members.set(name, { keySpan, value: { kind: "growing array", span: keySpan, items: [object] } });
    return object;
  }

  #assign(owner: GrowingObject, { key, value, range }: AST.TOMLKeyValue): void {
    const inner = this.#owner(owner, key.keys.slice(0, -1), this.#span(range));
    const { name, keySpan } = this.#key(key.keys.at(-1)!);
    inner.members.set(name, { keySpan, value: this.#value(value) });
  }

  #owner(root: GrowingObject, path: readonly (AST.TOMLBare | AST.TOMLQuoted)[], span: Span): GrowingObject {
    return path.reduce((owner, step) => this.#inner(owner, step, span), root);
  }

  #inner(owner: GrowingObject, step: AST.TOMLBare | AST.TOMLQuoted, span: Span): GrowingObject {
    const { name, keySpan } = this.#key(step);
    const found = owner.members.get(name)?.value;
    if (found?.kind === "growing object") return found;
    if (found?.kind === "growing array") return found.items.at(-1)!;
    const object = growingObject(span);
    owner.members.set(name, { keySpan, value: object });
    return object;
  }

  #key(key: AST.TOMLBare | AST.TOMLQuoted): { readonly name: string; readonly keySpan: Span } {
    return { name: key.type === "TOMLBare" ? key.name : key.value, keySpan: this.#span(key.range) };
  }

  #value(node: AST.TOMLContentNode): Located | Growing {
    const span = this.#span(node.range);
    if (node.type === "TOMLArray")
      return { kind: "array", span, items: node.elements.map((each) => grown(this.#value(each))) };
    if (node.type === "TOMLInlineTable") {
      const object = growingObject(span);
      for (const each of node.body) this.#assign(object, each);
      return object;
    }
    switch (node.kind) {
      case "string":
        return { kind: "string", span, value: node.value };
      case "boolean":
        return { kind: "boolean", span, value: node.value };
      case "integer":
      case "float":
        return Number.isFinite(node.value)
          ? { kind: "number", span, value: node.value, lexeme: node.number }
          : this.#refuse(span, "is not a finite number");
      default:
        return this.#refuse(span, "is a date or a time");
    }
  }

  #refuse(span: Span, what: string): Located {
    const shown = this.#source.text.slice(span.start, span.end);
    this.#faults.push(notPlain(`\`${shown}\` ${what}`, span));
    return { kind: "null", span };
  }

  #span([start, end]: readonly [number, number]): Span {
    return this.#source.span(start, end);
  }
}

function growingObject(span: Span): GrowingObject {
  return { kind: "growing object", span, members: new Map() };
}

function grown(value: Located | Growing): Located {
  if (value.kind === "growing array") {
    return { kind: "array", span: value.span, items: value.items.map(grown) } satisfies LocatedArray;
  }
  if (value.kind !== "growing object") return value;
  const members = [...value.members].map(
    ([key, each]): Member => ({ key, keySpan: each.keySpan, value: grown(each.value) }),
  );
  return { kind: "object", span: value.span, members } satisfies LocatedObject;
}
