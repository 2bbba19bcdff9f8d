// YAML text -> located tree, with anchors and merge keys resolved. The library reads the text; what its
// values mean is decided here, after Go's reader. [go-yaml v3; YAML 1.2.2]
import { createRequire } from "node:module";
import type { Alias, Document, Node, Pair, ParsedNode, Scalar, YAMLMap } from "yaml";
import type { Located, Member } from "./located.js";
import type { SourceText, Span } from "./text.js";
import { asSentence, notPlain, type ParsedText, repeatedKey, type TextFault } from "./text-fault.js";
import { type Resolved, resolveScalar } from "./yaml-scalar.js";

/** Aliases may not blow a small text up beyond this many values. */
const MOST_VALUES = 500_000;
const DEEPEST = 1000;

/** Parses the first document of a text; Go's reader does not look at further ones. */
export function parseYaml(source: SourceText): ParsedText {
  // Loaded when it is first needed: most configurations are JSON, and a check should be quick.
  const yaml = createRequire(import.meta.url)("yaml") as typeof import("yaml");
  const [document] = yaml.parseAllDocuments(source.text, {
    schema: "failsafe",
    uniqueKeys: false,
    prettyErrors: false,
  }) as Document.Parsed[];
  if (document === undefined) return { value: { kind: "null", span: source.span(0) }, faults: [] };
  const faults = document.errors.map(
    ({ pos, message }): TextFault => ({
      code: "syntax",
      message: asSentence(message),
      span: source.span(pos[0], Math.min(pos[1], source.text.length)),
    }),
  );
  // After the first fault the rest is guesswork.
  if (faults.length > 0) return { value: undefined, faults: faults.slice(0, 1) };
  return new YamlTree(yaml, document, source).read();
}

class YamlTree {
  readonly #yaml: typeof import("yaml");
  readonly #document: Document.Parsed;
  readonly #source: SourceText;
  readonly #faults: TextFault[] = [];
  /** What each alias stands for: the last anchor of its name before it. */
  readonly #targets = new Map<Alias, ParsedNode>();
  /** Anchors around the current place. */
  readonly #open = new Set<Node>();
  #values = 0;
  #depth = 0;

  constructor(yaml: typeof import("yaml"), document: Document.Parsed, source: SourceText) {
    this.#yaml = yaml;
    this.#document = document;
    this.#source = source;
  }

  read(): ParsedText {
    this.#findTargets();
    const value = this.#node(this.#document.contents, this.#source.span(0));
    const faults = this.#faults.sort((a, b) => a.span.start - b.span.start);
    return { value: faults.some((each) => each.code === "syntax") ? undefined : value, faults };
  }

  #findTargets(): void {
    const anchors = new Map<string, ParsedNode>();
    this.#yaml.visit(this.#document, {
      Node: (_key, node) => {
        if (!this.#yaml.isAlias(node)) {
          if (node.anchor !== undefined) anchors.set(node.anchor, node as ParsedNode);
          return;
        }
        const target = anchors.get(node.source);
        if (target !== undefined) this.#targets.set(node, target);
      },
    });
  }

  #node(node: ParsedNode | null, otherwise: Span): Located {
    if (node === null) return { kind: "null", span: otherwise };
    const span = this.#spanOf(node);
    if (++this.#values > MOST_VALUES || this.#depth > DEEPEST)
      return this.#refuse(span, "the aliases of this text make too much of it");
    if (this.#yaml.isAlias(node)) return this.#alias(node, span);
    if (this.#yaml.isScalar(node)) return this.#scalar(node, span);
    this.#depth++;
    const value: Located = this.#yaml.isMap(node)
      ? { kind: "object", span, members: this.#members(node as YAMLMap<ParsedNode, ParsedNode | null>) }
      : { kind: "array", span, items: node.items.map((item) => this.#node(item as ParsedNode, span)) };
    this.#depth--;
    return value;
  }

  /** The value of an anchor stands where it was written: that is where it must be mended. */
  #alias(alias: Alias, span: Span): Located {
    const target = this.#targets.get(alias);
    if (target === undefined) return this.#refuse(span, `there is no anchor \`${alias.source}\` before`);
    if (this.#open.has(target)) return this.#refuse(span, `the anchor \`${alias.source}\` holds itself`);
    this.#open.add(target);
    const value = this.#node(target, span);
    this.#open.delete(target);
    return value;
  }

  #scalar(node: Scalar, span: Span): Located {
    const resolved = this.#resolve(node);
    if (resolved.kind !== "special") return { ...resolved, span };
    this.#faults.push(notPlain(resolved.what, span));
    return { kind: "null", span };
  }

  #resolve(node: Scalar): Resolved {
    const text = String(node.value ?? "");
    // Quotes say that a scalar is a text, and so does a tag.
    const isText = node.type !== "PLAIN" || node.tag === "tag:yaml.org,2002:str";
    return isText ? { kind: "string", value: text } : resolveScalar(text);
  }

  /** Own keys count before merged ones, and of merged ones the first. */
  #members(map: YAMLMap<ParsedNode, ParsedNode | null>): readonly Member[] {
    const own: Member[] = [];
    const merged: Member[] = [];
    const seen = new Map<string, Span>();
    for (const pair of map.items) {
      if (isMerge(pair)) {
        merged.push(...this.#merged(pair.value, this.#spanOf(pair.key)));
        continue;
      }
      const each = this.#member(pair);
      const first = seen.get(each.key);
      if (first === undefined) seen.set(each.key, each.keySpan);
      else this.#faults.push(repeatedKey(each.key, first, each.keySpan));
      own.push(each);
    }
    const added = merged.filter((each, index) => {
      const before = merged.findIndex((other) => other.key === each.key);
      return before === index && !seen.has(each.key);
    });
    return [...own, ...added];
  }

  #member({ key, value }: Pair<ParsedNode, ParsedNode | null>): Member {
    const keySpan = this.#spanOf(key);
    if (!this.#yaml.isScalar(key)) this.#refuse(keySpan, "a key is a text, not a list or an object");
    const name = this.#yaml.isScalar(key) ? keyText(key, this.#resolve(key)) : "";
    const after = this.#source.span(keySpan.end);
    return { key: name, keySpan, value: this.#node(value, after) };
  }

  #merged(value: ParsedNode | null, span: Span): readonly Member[] {
    const node = this.#node(value, span);
    const parts = node.kind === "array" ? node.items : [node];
    return parts.flatMap((part) => {
      if (part.kind === "object") return part.members;
      this.#refuse(part.span, "`<<` merges objects only");
      return [];
    });
  }

  #refuse(span: Span, message: string): Located {
    // One such fault is enough: they come in crowds.
    if (!this.#faults.some((each) => each.message === message))
      this.#faults.push({ code: "syntax", message, span });
    return { kind: "null", span };
  }

  #spanOf(node: ParsedNode): Span {
    const [start, end] = node.range;
    return this.#source.span(start, end);
  }
}

function isMerge({ key }: Pair<ParsedNode, ParsedNode | null>): boolean {
  const scalar = key as Partial<Scalar>;
  return scalar.value === "<<" && scalar.type === "PLAIN" && scalar.tag === undefined;
}

/** Keys are texts; one that reads as a number or as nothing is written as Go prints it. */
function keyText(key: Scalar, resolved: Resolved): string {
  if (resolved.kind === "null") return "<nil>";
  if (resolved.kind === "number" && Number.isSafeInteger(resolved.value)) return String(resolved.value);
  return String(key.value);
}
