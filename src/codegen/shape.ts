// Shape of a backend -> the functions that read its answer. A document is walked once: listed keys
// are kept as slices of text, the rest is skipped. [lura proxy/formatter.go, encoding/]
import type { Backend, KeyTree, ShapePlan } from "../model/model.js";
import {
  block,
  byteLiteral,
  type Code,
  code,
  identifier,
  indent,
  lines,
  runtime,
  runtimeType,
  template,
} from "./code.js";
import { feed, xml } from "./encodings.js";
import { canonicalKey } from "./keys.js";
import type { FunctionDeclaration } from "./module.js";
import { camelCase, type Names, upperFirst } from "./names.js";
import { fixedKey, type Output, outputsOf, shapeLines } from "./shape-keys.js";

/** text: the members as one text. keyed: under their keys, where keys may collide or are asked for. */
export type DataMode = "text" | "keyed";

/** What stands for the outcome of a good answer, and the functions it needs. */
export interface Reading {
  /** An Outcome; `answer` is in scope. */
  readonly outcome: Code;
  readonly functions: readonly FunctionDeclaration[];
}

/** An expression of `Filtered` for an expression of Members. */
export type Filter = (members: Code) => Code;

/** What is left of a shape where a room filters instead. */
export function unfiltered({ target, allow, group }: ShapePlan): ShapePlan {
  // A list without entries stands for a target that leads nowhere.
  const nothing = allow?.size === 0 ? allow : undefined;
  return { target, allow: nothing, deny: undefined, mapping: new Map(), group };
}

/** How a good answer of this backend is read; `filter` takes the place of allow, deny and mapping. */
export function reading(backend: Backend, mode: DataMode, names: Names, filter?: Filter): Reading {
  const { decode } = backend;
  const shape = filter === undefined ? backend.shape : unfiltered(backend.shape);
  const writer = new ShapeWriter({ ...backend, shape }, mode, names, filter);
  switch (decode) {
    case "json": {
      const whenNull = writer.whenNull();
      const rest = whenNull === undefined ? code`` : code`, ${whenNull}`;
      return writer.decoded(runtime.decodeObject, code`answer`, rest);
    }
    case "collection":
      return writer.result(writer.fixed("collection", code`${runtime.decodeCollection}(answer)`, shape));
    case "string":
      return writer.result(writer.fixed("content", code`${runtime.quote}(answer.body)`, shape));
    case "safejson": {
      const reader = writer.objectReader();
      const list = code`(list) => ${writer.fixedData("collection", code`list`)}`;
      const value = code`(value) => ${writer.fixedData("content", code`value`)}`;
      return writer.result(
        code`${runtime.settle}(${runtime.decodeSafe}(answer, ${reader}, ${list}, ${value}))`,
      );
    }
    case "xml":
      return writer.decoded(xml.decodeXml, code`answer.body`);
    case "xml-collection":
      return writer.decoded(xml.decodeXmlCollection, code`answer.body`);
    case "feed":
      return writer.decoded(feed.decodeFeed, code`answer.body`);
    case "no-op":
      return writer.result(code`${runtime.succeeded}(${writer.empty()})`);
  }
}

class ShapeWriter {
  readonly #backend: Backend;
  readonly #mode: DataMode;
  readonly #names: Names;
  readonly #filter: Filter | undefined;
  readonly #functions: FunctionDeclaration[] = [];

  constructor(backend: Backend, mode: DataMode, names: Names, filter: Filter | undefined) {
    this.#backend = backend;
    this.#mode = mode;
    this.#names = names;
    this.#filter = filter;
  }

  result(outcome: Code): Reading {
    return { outcome, functions: this.#functions };
  }

  /** An outcome for a decoder that gives one object; `rest` follows it where the outcome is made. */
  decoded(decoder: Code, body: Code, rest: Code = code``): Reading {
    const decoded = code`${decoder}(${body}, ${this.objectReader()})`;
    return this.result(code`${runtime.settle}(${decoded}${rest})`);
  }

  empty(): Code {
    const key = this.#backend.shape.group;
    const grouped = key !== undefined && this.#backend.decode !== "no-op";
    if (this.#mode === "text") return grouped ? template([`,"${canonicalKey(key)}":{}`]) : code`""`;
    return grouped ? code`new Map([[${byteLiteral(canonicalKey(key))}, "{}"]])` : code`new Map()`;
  }

  /** What a JSON `null` becomes: no data, unless a target or a group makes some of it. */
  whenNull(): Code | undefined {
    const { group, target } = this.#backend.shape;
    if (target.length > 0) return this.empty();
    if (group === undefined) return undefined;
    const key = canonicalKey(group);
    return this.#mode === "text"
      ? template([`,"${key}":null`])
      : code`new Map([[${byteLiteral(key)}, "null"]])`;
  }

  /** An outcome for a decoder that puts a value under a key of its own. */
  fixed(key: string, decoded: Code, shape: ShapePlan): Code {
    const [kept] = fixedKey(key, shape);
    if (kept === undefined) return code`${runtime.settleValue}(${decoded}, () => ${this.empty()})`;
    return code`${runtime.settleValue}(${decoded}, (value) => ${this.fixedData(key, code`value`)})`;
  }

  /** The data of such a decoder. */
  fixedData(key: string, value: Code): Code {
    const { shape } = this.#backend;
    const [kept] = fixedKey(key, shape);
    if (kept === undefined) return this.empty();
    const member = [`"${canonicalKey(kept)}":`, value];
    if (this.#filter !== undefined) return this.#filtering(this.#filter).wrap(template([",", ...member]));
    const group = shape.group === undefined ? undefined : canonicalKey(shape.group);
    if (this.#mode === "text") {
      return group === undefined ? template([",", ...member]) : template([`,"${group}":{`, ...member, "}"]);
    }
    if (group !== undefined)
      return code`new Map([[${byteLiteral(group)}, ${template(["{", ...member, "}"])}]])`;
    return code`new Map([[${byteLiteral(canonicalKey(kept))}, ${value}]])`;
  }

  /** The function that reads the whole object: target, filters, mapping, group. */
  objectReader(): Code {
    const { shape, subject } = this.#backend;
    const name = `read${upperFirst(camelCase(subject, "answer"))}`;
    if (shape.target.length > 0) return this.#below(name, shape.target);
    return this.#filtered(name, this.#end());
  }

  /** How the outermost reader hands over what it collected. */
  #end(): End {
    const { group } = this.#backend.shape;
    if (this.#filter !== undefined) return this.#filtering(this.#filter);
    if (group === undefined) return { mode: this.#mode, result: this.#mode, wrap: (data) => data };
    const key = canonicalKey(group);
    const wrap = (members: Code): Code => {
      const document = code`${runtime.document}(${members})`;
      return this.#mode === "text"
        ? template([`,"${key}":`, document])
        : code`new Map([[${byteLiteral(key)}, ${document}]])`;
    };
    return { mode: "text", result: this.#mode, wrap };
  }

  /** The room's filter takes members; a group stands around what it leaves. */
  #filtering(filter: Filter): End {
    const { group } = this.#backend.shape;
    const wrap = (members: Code): Code => {
      const filtered = filter(members);
      if (group === undefined)
        return code`${filtered}.${identifier(this.#mode === "text" ? "members" : "keyed")}()`;
      const key = canonicalKey(group);
      const document = code`${filtered}.document()`;
      return this.#mode === "text"
        ? template([`,"${key}":`, document])
        : code`new Map([[${byteLiteral(key)}, ${document}]])`;
    };
    return { mode: "text", result: this.#mode, wrap, emptied: group === undefined };
  }

  /** Goes down the target, then filters. */
  #below(wish: string, target: readonly string[]): Code {
    const outer = target.length === this.#backend.shape.target.length;
    const end = outer ? this.#end() : inside(this.#end().mode);
    const name = this.#names.claim(wish);
    const [step = "", ...rest] = target;
    const next = `${wish}${upperFirst(camelCase(step, "target"))}`;
    const reader = rest.length > 0 ? this.#below(next, rest) : this.#filtered(next, inside(end.mode));
    const nothing = end.mode === "text" ? code`""` : code`new Map()`;
    const found = code`found = json.enterObject() ? ${reader}(json) : ${nothing};`;
    this.#function(
      name,
      end,
      [`target: ${target.join(".")}`],
      lines([
        code`let found: ${runtimeType(end.mode === "text" ? "Members" : "Keyed")} = ${nothing};`,
        forEachKey([[canonicalKey(step), found]]),
        code`return ${end.wrap(code`found`)};`,
      ]),
    );
    return identifier(name);
  }

  #filtered(wish: string, end: End): Code {
    const { shape } = this.#backend;
    const about = [...shapeLines({ ...shape, target: [] }), this.#backend.where];
    if (shape.allow !== undefined) return this.#allowed(wish, end, shape.allow, shape, about);
    if (shape.deny !== undefined || shape.mapping.size > 0) {
      return this.#denied(wish, end, shape.deny ?? new Map(), shape, about);
    }
    if (end.mode === end.result && shape.group === undefined && this.#filter === undefined) {
      return end.mode === "text" ? code`${runtime.readMembers}` : code`${runtime.readKeyed}`;
    }
    if (shape.target.length > 0) return code`${runtime.readMembers}`;
    const name = this.#names.claim(wish);
    this.#function(name, end, about, code`return ${end.wrap(code`json.keepMembers()`)};`);
    return identifier(name);
  }

  /** Keeps what is listed. */
  #allowed(wish: string, end: End, tree: KeyTree, shape: ShapePlan, about: readonly string[]): Code {
    const name = this.#names.claim(wish);
    const outputs = outputsOf(tree, shape);
    const wanted = [...new Set(outputs.flatMap((output) => output.sources))];
    const locals = this.#locals(wanted);
    const cases = wanted.map((key): [string, Code] => {
      const below = tree.get(key);
      const local = locals.get(key)!;
      if (below === undefined || below === true) return [canonicalKey(key), code`${local} = json.keep();`];
      const inner = `${wish}${upperFirst(camelCase(key, "part"))}`;
      const reader = this.#allowed(inner, inside("text"), below, { ...shape, mapping: new Map() }, [
        `allow below ${key}`,
      ]);
      return [canonicalKey(key), code`${local} = json.enterObject() ? ${reader}(json) : "";`];
    });
    const isObject = (key: string): boolean => tree.get(key) instanceof Map;
    this.#function(
      name,
      end,
      about,
      lines([
        ...declared(locals),
        forEachKey(cases),
        start(end.mode),
        ...collect(end, outputs, locals, isObject),
      ]),
    );
    return identifier(name);
  }

  /** Keeps what is not listed. */
  #denied(wish: string, end: End, tree: KeyTree, shape: ShapePlan, about: readonly string[]): Code {
    const name = this.#names.claim(wish);
    const { mode } = end;
    const gone = (key: string): boolean => tree.get(key) === true || shape.mapping.get(key) === key;
    const mapped = [...shape.mapping].filter(([from]) => !gone(from));
    const captured = [...new Set(mapped.flat())].filter((key) => !gone(key));
    const locals = this.#locals(captured);
    const outputs = outputsOf(captured, { ...shape, mapping: new Map(mapped) });
    const skipped = [...new Set([...tree.keys(), ...shape.mapping.keys()])].filter(gone);
    const cases: [string, Code][] = skipped.map((key) => [canonicalKey(key), code`json.skip();`]);
    for (const [key, below] of tree) {
      if (below === true || gone(key)) continue;
      const inner = `${wish}${upperFirst(camelCase(key, "part"))}`;
      const reader = this.#denied(inner, inside("text"), below, { ...shape, mapping: new Map() }, [
        `deny below ${key}`,
      ]);
      const value = code`json.tryEnterObject() ? ${runtime.document}(${reader}(json)) : json.keep()`;
      cases.push([canonicalKey(key), this.#store(mode, key, locals, value)]);
    }
    for (const key of captured) {
      if (!tree.has(key)) cases.push([canonicalKey(key), code`${locals.get(key)!} = json.keep();`]);
    }
    const rest =
      mode === "text" ? code`members += \`,"\${key}":\${json.keep()}\`;` : code`data.set(key, json.keep());`;
    this.#function(
      name,
      end,
      about,
      lines([
        start(mode),
        ...declared(locals),
        forEachKey(cases, rest),
        ...collect(end, outputs, locals, () => false),
      ]),
    );
    return identifier(name);
  }

  #store(mode: DataMode, key: string, locals: ReadonlyMap<string, Code>, value: Code): Code {
    const local = locals.get(key);
    if (local !== undefined) return code`${local} = ${value};`;
    if (mode === "keyed") return code`data.set(key, ${value});`;
    return code`members += ${template([`,"${canonicalKey(key)}":`, value])};`;
  }

  #locals(keys: readonly string[]): ReadonlyMap<string, Code> {
    const names = this.#names.inner(["json", "key", "members", "data", "found"]);
    return new Map(keys.map((key) => [key, identifier(names.claim(camelCase(key, "value")))]));
  }

  #function(name: string, end: End, about: readonly string[], body: Code): void {
    this.#functions.unshift({
      kind: "function",
      name,
      async: false,
      exported: false,
      parameters: [{ name: "json", type: runtimeType("JsonReader") }],
      returns: code`${runtimeType(end.result === "text" ? "Members" : "Keyed")}${end.emptied ? code` | undefined` : code``}`,
      about,
      body,
    });
  }
}

/** In which form a reader collects, in which it returns, and what it does in between. */
interface End {
  readonly mode: DataMode;
  readonly result: DataMode;
  readonly wrap: (data: Code) => Code;
  /** A filter may leave nothing, not even an empty object. */
  readonly emptied?: boolean;
}

/** A reader of a part returns what it collected. */
function inside(mode: DataMode): End {
  return { mode, result: mode, wrap: (data) => data };
}

function start(mode: DataMode): Code {
  return mode === "text" ? code`let members = "";` : code`const data: ${runtimeType("Keyed")} = new Map();`;
}

/** Puts what was read together, keys in the order of Go's encoder. */
function collect(
  end: End,
  outputs: readonly Output[],
  locals: ReadonlyMap<string, Code>,
  isObject: (source: string) => boolean,
): readonly Code[] {
  const statements = outputs.map(({ key, sources }) => {
    const values = sources.map((source) => locals.get(source)!);
    const present = values.map((value) => code`${value} !== ""`);
    const text = chosen(sources, values, isObject);
    const bytes = canonicalKey(key);
    const put =
      end.mode === "text"
        ? code`members += ${template([`,"${bytes}":`, text])};`
        : code`data.set(${byteLiteral(bytes)}, ${text});`;
    return code`if (${joinOr(present)}) ${put}`;
  });
  return [...statements, code`return ${end.wrap(end.mode === "text" ? code`members` : code`data`)};`];
}

/** One line for each value that is kept; no text: absent. */
function declared(locals: ReadonlyMap<string, Code>): readonly Code[] {
  return [...locals.values()].map((local) => code`let ${local} = "";`);
}

function joinOr(conditions: readonly Code[]): Code {
  return conditions.slice(1).reduce((all, one) => code`${all} || ${one}`, conditions[0] ?? code`false`);
}

/** The text of the first source that is present; members of a nested object get their braces. */
function chosen(
  sources: readonly string[],
  values: readonly Code[],
  isObject: (source: string) => boolean,
): Code {
  const texts = sources.map((source, index) =>
    isObject(source) ? code`${runtime.document}(${values[index]!})` : values[index]!,
  );
  return texts
    .slice(0, -1)
    .reduceRight((rest, text, index) => code`${values[index]!} !== "" ? ${text} : ${rest}`, texts.at(-1)!);
}

/** Walks the members of the object that the reader stands in. */
function forEachKey(cases: readonly (readonly [string, Code])[], rest: Code = code`json.skip();`): Code {
  const labels = cases.map(
    ([key, action]) => code`case ${byteLiteral(key)}:\n${indent(lines([action, code`break;`]))}`,
  );
  const all = [...labels, code`default:\n${indent(rest)}`];
  const body = cases.length === 0 ? rest : block(code`switch (key)`, all);
  return block(code`for (let key = json.key(); key !== undefined; key = json.key())`, [body]);
}
