// What a module's text is made of, whoever prints it: its imports, its functions, its constants.
import { type Code, commentText, type Reference, ROOT } from "./code.js";
import type { ConstantDeclaration, Declaration, FunctionDeclaration, Module } from "./module.js";

/** The name of a reference in the module. */
export type Local = (reference: Reference) => string;

/** The name of a reference where it is used, and whether only its type is. */
interface LocalName {
  local: string;
  typeOnly: boolean;
}

/** One line of imports. */
export interface ImportLine {
  readonly from: string;
  readonly typeOnly: boolean;
  /** `* as name`: the module as a whole; else its names. */
  readonly whole?: string;
  readonly names: readonly { readonly name: string; readonly alias?: string }[];
}

/** Long imports on lines of their own, air below the imports. */
export function laidOut(text: string): string {
  const wrapped = text.replace(
    /^import (type )?\{ (.*) \} from (".*");$/gm,
    (line: string, type = "", names = "", from = "") =>
      line.length <= COLUMNS ? line : `import ${type}{\n${filled(names.split(", "))}\n} from ${from};`,
  );
  const lines = wrapped.split("\n");
  const last = lines.findLastIndex((line) => /^(?:import|\}) .*from ".*";$/.test(line));
  if (last >= 0) lines.splice(last + 1, 0, "");
  return `${lines
    .join("\n")
    .replace(/\n{3,}/g, "\n\n")
    .trim()}\n`;
}

const COLUMNS = 110;

/** Names in lines as long as allowed. */
function filled(names: readonly string[]): string {
  const lines: string[] = [];
  for (const name of names) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + name.length + 2 <= COLUMNS)
      lines[lines.length - 1] = `${last} ${name},`;
    else lines.push(`  ${name},`);
  }
  return lines.join("\n");
}

/** The module's own words above its text. */
export function withHead({ about }: Module, text: string): string {
  const head = about.map((line) => `// ${commentText(line)}`).join("\n");
  return `${head === "" ? "" : `${head}\n`}${text}`;
}

/** A comment's lines, broken between words. */
function folded(about: readonly string[]): readonly string[] {
  return about.flatMap((line) => {
    const indentation = /^ */.exec(line)?.[0] ?? "";
    const lines: string[] = [];
    for (const word of line.trim().split(" ")) {
      const last = lines.at(-1);
      if (last !== undefined && last.length + word.length < COLUMNS - 4)
        lines[lines.length - 1] = `${last} ${word}`;
      else lines.push(lines.length === 0 ? indentation + word : `${indentation}    ${word}`);
    }
    return lines;
  });
}

/** The imports of one module, and the local name of each reference. */
export class Imports {
  readonly #names = new Map<string, Map<string, LocalName>>();
  /** From the module to the root of the program. */
  readonly #up: string;

  constructor(module: Module) {
    this.#up = "../".repeat(module.path.split("/").length - 1) || "./";
    const declared = new Set(module.declarations.flatMap((each) => ("name" in each ? [each.name] : [])));
    for (const reference of referencesOf(module)) this.#add(reference, declared);
  }

  #add(reference: Reference, declared: Set<string>): void {
    const names = this.#names.get(reference.from) ?? new Map();
    this.#names.set(reference.from, names);
    const known = names.get(reference.name);
    if (known !== undefined) {
      known.typeOnly &&= reference.typeOnly;
      return;
    }
    let local = reference.name;
    while (declared.has(local)) local += "$";
    declared.add(local);
    names.set(reference.name, { local, typeOnly: reference.typeOnly });
  }

  /** Names of whole modules are written `* as name` in a reference. */
  local(reference: Reference): string {
    const local = this.#names.get(reference.from)?.get(reference.name)?.local ?? reference.name;
    return local.startsWith("* as ") ? local.slice(5) : local;
  }

  /** In the order of the text. */
  all(): readonly ImportLine[] {
    const sorted = [...this.#names].sort(([a], [b]) => importRank(a) - importRank(b) || (a < b ? -1 : 1));
    return sorted.flatMap(([from, names]) => importsFrom(this.#specifier(from), names));
  }

  /** The same as text. */
  lines(): readonly string[] {
    return this.all().map(({ from, typeOnly, whole, names }) => {
      const named = names.map(({ name, alias }) => (alias === undefined ? name : `${name} as ${alias}`));
      const what = whole === undefined ? `{ ${named.join(", ")} }` : `* as ${whole}`;
      return `import ${typeOnly ? "type " : ""}${what} from ${JSON.stringify(from)};`;
    });
  }

  #specifier(from: string): string {
    return from.startsWith(ROOT) ? this.#up + from.slice(ROOT.length) : from;
  }
}

function importRank(from: string): number {
  return from.startsWith(".") || from.startsWith(ROOT) ? 1 : 0;
}

function importsFrom(from: string, names: ReadonlyMap<string, Readonly<LocalName>>): readonly ImportLine[] {
  const entries = [...names].sort(([a], [b]) => (a < b ? -1 : 1));
  const named = (typeOnly: boolean): ImportLine["names"] =>
    entries
      .filter(([name, each]) => each.typeOnly === typeOnly && !name.startsWith("* as "))
      .map(([name, { local }]) => (name === local ? { name } : { name, alias: local }));
  const wholes = entries.filter(([name]) => name.startsWith("* as "));
  const parts = [false, true].map((typeOnly) => ({ from, typeOnly, names: named(typeOnly) }));
  return [
    ...wholes.map(([name]) => ({ from, typeOnly: false, whole: name.slice(5), names: [] })),
    ...parts.filter(({ names: own }) => own.length > 0),
  ];
}

function referencesOf(module: Module): readonly Reference[] {
  return module.declarations.flatMap((each) => codesOf(each).flatMap((piece) => piece.references));
}

function codesOf(declaration: Declaration): readonly Code[] {
  switch (declaration.kind) {
    case "function":
      return [...declaration.parameters.map((each) => each.type), declaration.returns, declaration.body];
    case "constant":
      return declaration.type === undefined ? [declaration.value] : [declaration.type, declaration.value];
    case "statement":
      return [declaration.code];
  }
}

export function functionText(
  { name, async, exported, parameters, returns, about, body }: FunctionDeclaration,
  local: Local,
): string {
  const taken = parameters.map((each) => `${each.name}: ${each.type.toText(local)}`).join(", ");
  const head = `${exported ? "export " : ""}${async ? "async " : ""}function ${name}`;
  const lines = body.toText(local).replace(/^(?=.)/gm, "  ");
  return `${docComment(about)}${head}(${taken}): ${returns.toText(local)} {\n${lines}\n}`;
}

function docComment(about: readonly string[]): string {
  const lines = folded(about).map(commentText);
  if (lines.length === 0) return "";
  if (lines.length === 1) return `/** ${lines.join("")} */\n`;
  return `/**\n${lines.map((line) => ` * ${line}`).join("\n")}\n */\n`;
}

/** A constant on its line, or on several where its value is. */
export function constantText({ name, exported, type, value }: ConstantDeclaration, local: Local): string {
  const typed = type === undefined ? "" : `: ${type.toText(local)}`;
  return `${exported ? "export " : ""}const ${name}${typed} = ${value.toText(local)};`;
}
