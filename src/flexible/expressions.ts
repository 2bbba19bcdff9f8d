// What the operands, commands and pipelines of templates give [Go text/template exec.go].
import type { Caller } from "../source/rendered.js";
import { closest } from "../source/suggest.js";
import type { SourceText, Span } from "../source/text.js";
import { constantFor, isConstant, isScalar, valueFor } from "./arguments.js";
import { TemplateFault } from "./fault.js";
import { GO_NAMES, type GoFunction, type Kind } from "./functions/kit.js";
import type { Command, Name, Operand, Pipeline, Template } from "./nodes.js";
import {
  GoError,
  GoList,
  GoMap,
  GoObject,
  type GoValue,
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
  /** Where the value under a name of an object stands, if it was read from a file. */
  readonly placeOf: (object: GoMap, name: string) => Span | undefined;
  /** Told after each call of a function. */
  readonly called: (span: Span, caller: Caller | undefined) => void;
}

/** Functions that are there to deal with what may be absent. */
const TOLERANT = new Set(
  "and or not eq ne default empty coalesce ternary any all kindOf kindIs typeOf typeIs typeIsLike deepEqual compact hasKey".split(
    " ",
  ),
);

/** A variable as it is while a template runs. */
export interface Variable {
  readonly name: string;
  value: Maybe;
}

type Final = { readonly value: Maybe; readonly span: Span } | undefined;

export class Expressions {
  readonly #host: Host;
  readonly #root: GoValue;
  #miss: Absence["missing"];
  #last: { readonly object: GoMap; readonly name: string } | undefined;
  /** What the template that runs can see, innermost last. */
  variables: Variable[];
  /** Who called the template that runs. */
  caller: Caller | undefined;
  /** The command that ran last. */
  at: Span | undefined;

  constructor(host: Host, root: GoValue) {
    this.#host = host;
    this.#root = root;
    this.variables = [{ name: "$", value: root }];
  }

  /** Where the value stands that a pipeline gave, if it only took it from an object. */
  placeOf({ commands }: Pipeline): Span | undefined {
    const words = commands.length === 1 ? (commands[0]?.words ?? []) : [];
    const [word] = words;
    const isChain = words.length === 1 && word !== undefined && "names" in word && word.names.length > 0;
    return isChain && this.#last !== undefined
      ? this.#host.placeOf(this.#last.object, this.#last.name)
      : undefined;
  }

  /** Tells the host that something is not there. */
  absent(span: Span, need: Absence["need"], isNull: boolean): void {
    this.#host.absent({ span, caller: this.caller, need, missing: this.#missIn(span), isNull });
  }

  /** The name that was looked for last, if it is part of a span. */
  #missIn(span: Span): Absence["missing"] {
    const name = this.#miss?.name.span;
    const isInside = name?.source === span.source && name.start >= span.start && name.end <= span.end;
    return isInside ? this.#miss : undefined;
  }

  pipeline(dot: Maybe, pipeline: Pipeline): Maybe {
    let final: Final;
    for (const command of pipeline.commands)
      final = { value: this.#command(dot, command, final), span: command.span };
    const value = final?.value;
    for (const name of pipeline.variables) {
      if (pipeline.assigns) this.set(name, value);
      else this.variables.push({ name, value });
    }
    return value;
  }

  set(name: string, value: Maybe): void {
    const variable = this.variables.findLast((each) => each.name === name);
    if (variable === undefined)
      throw new TemplateFault(`undefined variable: ${name}`, this.at!, `declare it with \`:=\``, "variable");
    variable.value = value;
  }

  #command(dot: Maybe, { words, span }: Command, final: Final): Maybe {
    const [first, ...rest] = words as readonly [Operand, ...Operand[]];
    this.at = span;
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
        return this.pipeline(dot, node);
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
    const variable = this.variables.findLast((each) => each.name === name);
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
      this.#last = { object: receiver, name: name.text };
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
    this.at = span;
    const value = this.#guard(name, span, () => body.call(args));
    this.#host.called(span, this.caller);
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
    if (value === undefined && isScalar(kind)) throw this.#nothing(kind, span);
    const taken = valueFor(kind, value, span);
    if (value === undefined && !tolerant) this.absent(span, "use", false);
    return taken;
  }

  /** What Go says where a function wants a value that is not there. */
  #nothing(kind: Kind, span: Span): TemplateFault {
    const miss = this.#missIn(span);
    const near = miss === undefined ? undefined : closest(miss.name.text, miss.among);
    const shown = span.source.text.slice(span.start, span.end);
    const hint = `\`${shown}\` is not defined${near === undefined ? "" : `; did you mean \`${near}\`?`}`;
    return new TemplateFault(`invalid value; expected ${GO_NAMES[kind]}`, span, hint);
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
