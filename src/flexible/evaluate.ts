// Runs templates [Go text/template exec.go].
import type { Caller, RenderedText } from "../source/rendered.js";
import type { Span } from "../source/text.js";
import { Expressions, type Host } from "./expressions.js";
import { TemplateFault } from "./fault.js";
import { show } from "./format.js";
import type { BranchNode, Node, Pipeline, Template } from "./nodes.js";
import { Output } from "./output.js";
import { GoInt, GoList, GoMap, type GoValue, int, isTrue, type Maybe } from "./values.js";

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

/** Go stops at 100000; no configuration needs as many. */
const DEEPEST = 400;

type Jump = "break" | "continue" | undefined;

/** The text of a template with a value as its dot; throws RunFault. */
export function execute(template: Template, data: GoValue, name: string, host: Host): RenderedText {
  return new Run(host, data).text(template, name);
}

class Run {
  readonly #host: Host;
  readonly #root: GoValue;
  readonly #values: Expressions;
  readonly #output = new Output();
  #depth = 0;

  constructor(host: Host, root: GoValue) {
    this.#host = host;
    this.#root = root;
    this.#values = new Expressions(host, root);
  }

  text(template: Template, name: string): RenderedText {
    try {
      this.#walk(this.#root, template.nodes);
    } catch (fault) {
      if (fault instanceof TemplateFault) throw new RunFault(fault, this.#values.caller);
      if (fault instanceof RangeError && this.#values.at !== undefined)
        throw new RunFault(new TemplateFault(fault.message, this.#values.at), this.#values.caller);
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
        this.#output.copy(node.span, this.#values.caller);
        return undefined;
      case "action": {
        const value = this.#values.pipeline(dot, node.pipeline);
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
    const mark = this.#values.variables.length;
    const value = this.#values.pipeline(dot, node.pipeline);
    let jump: Jump;
    if (node.kind === "range") jump = this.#range(dot, node, value, mark);
    else if (isTrue(value)) jump = this.#walk(node.kind === "with" ? value : dot, node.body);
    else if (node.otherwise !== undefined) jump = this.#walk(dot, node.otherwise);
    this.#values.variables.length = mark;
    return jump;
  }

  #range(dot: Maybe, node: BranchNode, value: Maybe, mark: number): Jump {
    const { pipeline } = node;
    const items = this.#itemsOf(value, node);
    const inner = this.#values.variables.length;
    for (const [key, item] of items) {
      this.#bind(pipeline, key, item, mark);
      const jump = this.#walk(item, node.body);
      this.#values.variables.length = inner;
      if (jump === "break") break;
    }
    return items.length === 0 && node.otherwise !== undefined ? this.#walk(dot, node.otherwise) : undefined;
  }

  /** Gives the variables of a range their values: the item, or the key and the item. */
  #bind({ variables, assigns }: Pipeline, key: GoValue, item: GoValue, mark: number): void {
    const values = variables.length === 1 ? [item] : [key, item];
    for (const [index, name] of variables.entries()) {
      if (assigns) this.#values.set(name, values[index]);
      else this.#values.variables[mark + index]!.value = values[index];
    }
  }

  #itemsOf(value: Maybe, node: BranchNode): readonly (readonly [GoValue, GoValue])[] {
    if (value === undefined && node.otherwise === undefined)
      this.#values.absent(node.pipeline.span, "range", false);
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
    const inside = node.pipeline === undefined ? null : this.#values.pipeline(dot, node.pipeline);
    const outside = { variables: this.#values.variables, caller: this.#values.caller };
    this.#values.variables = [{ name: "$", value: inside }];
    this.#values.caller = { span: node.span, caller: outside.caller };
    this.#depth++;
    this.#walk(inside, template.nodes);
    this.#depth--;
    this.#values.variables = outside.variables;
    this.#values.caller = outside.caller;
  }

  #print(value: Maybe, span: Span, pipeline: Pipeline): void {
    if (value === undefined || value === null) {
      this.#values.absent(pipeline.span, "print", value === null);
      this.#output.made("<no value>", span, this.#values.caller);
      return;
    }
    const text = show(value);
    const word = pipeline.commands.at(-1)?.words[0];
    const partial = word?.kind === "function" && word.name === "include" ? this.#host.included() : undefined;
    if (partial === undefined || partial.text !== text)
      this.#output.made(text, span, this.#values.caller, this.#values.placeOf(pipeline));
    else this.#output.copy(partial.span(0, partial.text.length), { span, caller: this.#values.caller });
  }
}
