// Runs templates [Go text/template exec.go].
import type { Caller, RenderedText } from "../source/rendered.js";
import type { SourceText, Span } from "../source/text.js";
import { constantFor, isConstant, valueFor } from "./arguments.js";
import { TemplateFault } from "./fault.js";
import { show } from "./format.js";
import type { GoFunction, Kind } from "./functions/kit.js";
import type { BranchNode, Command, Name, Node, Operand, Pipeline, Template } from "./nodes.js";
import { Output } from "./output.js";
import {
  GoError,
  GoInt,
  GoList,
  GoMap,
  GoObject,
  type GoValue,
  int,
  isTrue,
  type Maybe,
  typeOf,
  Unsupported,
} from "./values.js";

/** A value that is not there, where one is needed. */
export interface Absence {
  readonly span: Span;
  readonly caller: Caller | undefined;
  /** `print`: written as `<no value>`; `use`: handed to a function; `range`: nothing to go through. */
  readonly need: "print" | "use" | "range";
  /** The name that was not found and what there is instead; undefined for null and for computed values. */
  readonly missing:
    | { readonly name: Name; readonly among: readonly string[]; readonly atRoot: boolean }
    | undefined;
  readonly isNull: boolean;
}

export interface Host {
  readonly templates: ReadonlyMap<string, Template>;
  readonly functions: Readonly<Record<string, GoFunction>>;
  readonly absent: (absence: Absence) => void;
  /** The partial that the last `include` gave, if it gave one. */
  readonly included: () => SourceText | undefined;
  /** Told after each call of a function. */
  readonly called: (span: Span, caller: Caller | undefined) => void;
}

/** A fault of a run with the calls on the way to it. */
export class RunFault extends Error {
  readonly fault: TemplateFault;
  readonly caller: Caller | undefined;

  constructor(fault: TemplateFault, caller: Caller | undefined) {
    super(fault.message);
    this.fault = fault;
    this.caller = caller;
  }
}

/** Functions that are there to deal with what may be absent. */
const TOLERANT = new Set(
  "and or not eq ne default empty coalesce ternary any all kindOf kindIs typeOf typeIs typeIsLike deepEqual compact hasKey".split(
    " ",
  ),
);

/** Go stops at 100000; no configuration needs as many. */
const DEEPEST = 400;

type Final = { readonly value: Maybe; readonly span: Span } | undefined;
type Jump = "break" | "continue" | undefined;

/** The text of a template with a value as its dot; throws RunFault. */
export function execute(template: Template, data: GoValue, name: string, host: Host): RenderedText {
  return new Run(host, data).text(template, name);
}

class Run {
  readonly #host: Host;
  readonly #root: GoValue;
  readonly #output = new Output();
  #variables: { readonly name: string; value: Maybe }[] = [];
  #caller: Caller | undefined;
  #depth = 0;
  #miss: Absence["missing"];
  /** The command that ran last. */
  #at: Span | undefined;

  constructor(host: Host, root: GoValue) {
    this.#host = host;
    this.#root = root;
  }

  text(template: Template, name: string): RenderedText {
    try {
      this.#variables = [{ name: "$", value: this.#root }];
      this.#walk(this.#root, template.nodes);
    } catch (fault) {
      if (fault instanceof TemplateFault) throw new RunFault(fault, this.#caller);
      if (fault instanceof RangeError && this.#at !== undefined)
        throw new RunFault(new TemplateFault(fault.message, this.#at), this.#caller);
      throw fault;
    }
    return this.#output.finish(name);
  }

  #walk(dot: Maybe, nodes: readonly Node[]): Jump {
    for (const node of nodes) {
      const jump = this.#node(dot, node);
      if (jump !== undefined) return jump;
    }
    return undefined;
  }

  #node(dot: Maybe, node: Node): Jump {
    switch (node.kind) {
      case "text":
        this.#output.copy(node.span, this.#caller);
        return undefined;
      case "action": {
        const value = this.#pipeline(dot, node.pipeline);
        if (node.pipeline.variables.length === 0) this.#print(value, node.span, node.pipeline);
        return undefined;
      }
      case "template":
        this.#template(dot, node);
        return undefined;
      case "break":
      case "continue":
        return node.kind;
      default:
        return this.#branch(dot, node);
    }
  }

  #branch(dot: Maybe, node: BranchNode): Jump {
    const mark = this.#variables.length;
    const value = this.#pipeline(dot, node.pipeline);
    let jump: Jump;
    if (node.kind === "range") jump = this.#range(dot, node, value, mark);
    else if (isTrue(value)) jump = this.#walk(node.kind === "with" ? value : dot, node.body);
    else if (node.otherwise !== undefined) jump = this.#walk(dot, node.otherwise);
    this.#variables.length = mark;
    return jump;
  }

  #range(dot: Maybe, node: BranchNode, value: Maybe, mark: number): Jump {
    const { pipeline } = node;
    const items = this.#itemsOf(value, node);
    const inner = this.#variables.length;
    for (const [key, item] of items) {
      this.#bind(pipeline, key, item, mark);
      const jump = this.#walk(item, node.body);
      this.#variables.length = inner;
      if (jump === "break") break;
    }
    return items.length === 0 && node.otherwise !== undefined ? this.#walk(dot, node.otherwise) : undefined;
  }

  /** Gives the variables of a range their values: the item, or the key and the item. */
  #bind({ variables, assigns }: Pipeline, key: GoValue, item: GoValue, mark: number): void {
    const values = variables.length === 1 ? [item] : [key, item];
    for (const [index, name] of variables.entries()) {
      if (assigns) this.#set(name, values[index]);
      else this.#variables[mark + index]!.value = values[index];
    }
  }

  #itemsOf(value: Maybe, node: BranchNode): readonly (readonly [GoValue, GoValue])[] {
    if (value === undefined && node.otherwise === undefined) this.#absent(node.pipeline.span, "range", false);
    if (value === undefined || value === null) return [];
    if (value instanceof GoList) return value.items.map((item, index) => [int(index), item]);
    if (value instanceof GoMap) return value.keys.map((key) => [key, value.entries.get(key) ?? null]);
    if (value instanceof GoInt && node.pipeline.variables.length < 2)
      return Array.from({ length: Math.max(0, Number(value.value)) }, (_, index) => {
        const item = new GoInt(value.type, index);
        return [item, item];
      });
    throw new TemplateFault(
      `range can't iterate over ${show(value)}`,
      node.pipeline.span,
      typeof value === "number" ? "write `until (int ...)` to count" : "it goes through lists and objects",
    );
  }

  #template(dot: Maybe, node: Extract<Node, { kind: "template" }>): void {
    const template = this.#host.templates.get(node.name);
    if (template === undefined)
      throw new TemplateFault(`template "${node.name}" not defined`, node.nameSpan, undefined, "template");
    if (this.#depth >= DEEPEST)
      throw new TemplateFault(
        "exceeded maximum template depth (100000)",
        node.span,
        "it calls itself without end",
      );
    const inside = node.pipeline === undefined ? null : this.#pipeline(dot, node.pipeline);
    const outside = { variables: this.#variables, caller: this.#caller };
    this.#variables = [{ name: "$", value: inside }];
    this.#caller = { span: node.span, caller: outside.caller };
    this.#depth++;
    this.#walk(inside, template.nodes);
    this.#depth--;
    this.#variables = outside.variables;
    this.#caller = outside.caller;
  }

  #print(value: Maybe, span: Span, pipeline: Pipeline): void {
    if (value === undefined || value === null) {
      this.#absent(pipeline.span, "print", value === null);
      this.#output.made("<no value>", span, this.#caller);
      return;
    }
    const text = show(value);
    const word = pipeline.commands.at(-1)?.words[0];
    const partial = word?.kind === "function" && word.name === "include" ? this.#host.included() : undefined;
    if (partial === undefined || partial.text !== text) this.#output.made(text, span, this.#caller);
    else this.#output.copy(partial.span(0, partial.text.length), { span, caller: this.#caller });
  }

  #absent(span: Span, need: Absence["need"], isNull: boolean): void {
    const miss = this.#miss;
    const near = miss !== undefined && miss.name.span.source === span.source;
    const inside = near && miss.name.span.start >= span.start && miss.name.span.end <= span.end;
    this.#host.absent({ span, caller: this.#caller, need, missing: inside ? miss : undefined, isNull });
  }

  #pipeline(dot: Maybe, pipeline: Pipeline): Maybe {
    let final: Final;
    for (const command of pipeline.commands)
      final = { value: this.#command(dot, command, final), span: command.span };
    const value = final?.value;
    for (const name of pipeline.variables) {
      if (pipeline.assigns) this.#set(name, value);
      else this.#variables.push({ name, value });
    }
    return value;
  }

  #set(name: string, value: Maybe): void {
    const variable = this.#variables.findLast((each) => each.name === name);
    if (variable === undefined)
      throw new TemplateFault(`undefined variable: ${name}`, this.#at!, `declare it with \`:=\``, "variable");
    variable.value = value;
  }

  #command(dot: Maybe, { words, span }: Command, final: Final): Maybe {
    const [first, ...rest] = words as readonly [Operand, ...Operand[]];
    this.#at = span;
    switch (first.kind) {
      case "field":
        return this.#chain(dot, dot, first.names, rest, final);
      case "variable":
        if (first.names.length === 0) break;
        return this.#chain(dot, this.#variable(first.name, first.span), first.names, rest, final);
      case "chain":
        return this.#chain(dot, this.#operand(dot, first.base), first.names, rest, final);
      case "function":
        return this.#function(dot, first.name, first.span, rest, final, span);
      case "nil":
        throw new TemplateFault("nil is not a command", first.span);
      default:
    }
    if (rest.length > 0 || final !== undefined) {
      const shown = first.span.source.text.slice(first.span.start, first.span.end);
      throw new TemplateFault(
        `can't give argument to non-function ${shown}`,
        span,
        "only functions take arguments",
      );
    }
    return this.#operand(dot, first);
  }

  /** The value of an operand on its own, without arguments. */
  #operand(dot: Maybe, node: Operand): Maybe {
    switch (node.kind) {
      case "dot":
        return dot;
      case "nil":
        return null;
      case "number":
        return node.ideal;
      case "bool":
      case "string":
        return node.value;
      case "pipeline":
        return this.#pipeline(dot, node);
      case "variable":
        return this.#chain(dot, this.#variable(node.name, node.span), node.names, [], undefined);
      case "field":
        return this.#chain(dot, dot, node.names, [], undefined);
      case "chain":
        return this.#chain(dot, this.#operand(dot, node.base), node.names, [], undefined);
      case "function":
        return this.#function(dot, node.name, node.span, [], undefined, node.span);
    }
  }

  #variable(name: string, span: Span): Maybe {
    const variable = this.#variables.findLast((each) => each.name === name);
    if (variable === undefined)
      throw new TemplateFault(`undefined variable: ${name}`, span, undefined, "variable");
    return variable.value;
  }

  /** A chain of fields; arguments belong to the last one. */
  #chain(dot: Maybe, start: Maybe, names: readonly Name[], words: readonly Operand[], final: Final): Maybe {
    return names.reduce<Maybe>((value, name, index) => {
      const isLast = index === names.length - 1;
      return this.#field(dot, value, name, isLast ? words : [], isLast ? final : undefined);
    }, start);
  }

  #field(dot: Maybe, receiver: Maybe, name: Name, words: readonly Operand[], final: Final): Maybe {
    if (receiver === undefined) return undefined;
    if (receiver === null)
      throw new TemplateFault(
        `nil pointer evaluating interface {}.${name.text}`,
        name.span,
        "the value before it is null",
      );
    if (receiver instanceof GoObject) return this.#member(dot, receiver, name, words, final);
    if (receiver instanceof GoMap) {
      if (words.length > 0 || final !== undefined) {
        const hint = "a value takes no arguments; `|` and a space hand them to functions";
        throw new TemplateFault(`${name.text} is not a method but has arguments`, name.span, hint);
      }
      const value = receiver.entries.get(name.text);
      if (value === undefined) this.#miss = { name, among: receiver.keys, atRoot: receiver === this.#root };
      return value;
    }
    const hint = receiver instanceof GoList ? "write `index` to take an item of a list" : undefined;
    throw new TemplateFault(`can't evaluate field ${name.text} in type ${typeOf(receiver)}`, name.span, hint);
  }

  #member(dot: Maybe, receiver: GoObject, name: Name, words: readonly Operand[], final: Final): Maybe {
    const method = receiver.method(name.text);
    if (method !== undefined) {
      const args = words.map((word) => this.#operand(dot, word) ?? null);
      return this.#guard(name.text, name.span, () =>
        method(final === undefined ? args : [...args, final.value ?? null]),
      );
    }
    const value = receiver.field(name.text);
    if (value !== undefined) return value;
    throw new TemplateFault(`can't evaluate field ${name.text} in type ${receiver.type}`, name.span);
  }

  #function(
    dot: Maybe,
    name: string,
    nameSpan: Span,
    words: readonly Operand[],
    final: Final,
    span: Span,
  ): Maybe {
    const body = Object.hasOwn(this.#host.functions, name) ? this.#host.functions[name] : undefined;
    if (body === undefined) throw new TemplateFault(`function "${name}" not defined`, nameSpan);
    const count = words.length + (final === undefined ? 0 : 1);
    const least = body.takes.length;
    if (count < least || (count > least && body.rest === undefined)) {
      const want = body.rest === undefined ? `${least}` : `at least ${least}`;
      throw new TemplateFault(`wrong number of args for ${name}: want ${want} got ${count}`, nameSpan);
    }
    if (name === "and" || name === "or") return this.#shortCircuit(dot, name, words, final);
    const kindAt = (index: number): Kind => body.takes[index] ?? body.rest!;
    const tolerant = TOLERANT.has(name);
    const args = words.map((word, index) => this.#argument(dot, kindAt(index), word, tolerant));
    if (final !== undefined) args.push(this.#taken(kindAt(words.length), final.value, final.span, tolerant));
    this.#at = span;
    const value = this.#guard(name, span, () => body.call(args));
    this.#host.called(span, this.#caller);
    return value;
  }

  #shortCircuit(dot: Maybe, name: "and" | "or", words: readonly Operand[], final: Final): Maybe {
    let value: Maybe;
    for (const [index, word] of words.entries()) {
      value = this.#operand(dot, word);
      if (isTrue(value) === (name === "or") && index < words.length) return value;
    }
    return final === undefined ? value : final.value;
  }

  #argument(dot: Maybe, kind: Kind, node: Operand, tolerant: boolean): unknown {
    if (isConstant(node)) return constantFor(kind, node);
    return this.#taken(kind, this.#operand(dot, node), node.span, tolerant);
  }

  #taken(kind: Kind, value: Maybe, span: Span, tolerant: boolean): unknown {
    const taken = valueFor(kind, value, span);
    if (value === undefined && !tolerant) this.#absent(span, "use", false);
    return taken;
  }

  #guard(name: string, span: Span, body: () => Maybe): Maybe {
    try {
      return body();
    } catch (fault) {
      if (fault instanceof Unsupported)
        throw new TemplateFault(fault.message, span, undefined, "unsupported");
      if (fault instanceof GoError) throw new TemplateFault(`error calling ${name}: ${fault.message}`, span);
      throw fault;
    }
  }
}
