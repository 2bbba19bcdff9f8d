// Module -> text: one ts-morph structure per file, printed once. The only import of ts-morph.
import {
  type ImportDeclarationStructure,
  IndentationText,
  Project,
  type StatementStructures,
  StructureKind,
  VariableDeclarationKind,
  type VariableStatementStructure,
} from "ts-morph";
import { type Code, commentText, type Reference, ROOT } from "./code.js";
import type {
  ConstantDeclaration,
  Declaration,
  FunctionDeclaration,
  GeneratedModule,
  Module,
} from "./module.js";

/**
 * The texts of modules, each printed when it is first asked for. A syntax fault in the result is a
 * bug in gwc and throws, since no configuration may be able to cause one.
 */
export class Program {
  readonly #modules: ReadonlyMap<string, Module>;
  readonly #texts = new Map<string, string>();
  readonly #project = new Project({
    useInMemoryFileSystem: true,
    skipLoadingLibFiles: true,
    manipulationSettings: { indentationText: IndentationText.TwoSpaces },
    compilerOptions: { isolatedModules: true },
  });

  constructor(modules: readonly Module[]) {
    this.#modules = new Map(modules.map((module) => [module.path, module]));
  }

  /** The text of the module at a path; undefined where there is none. */
  text(path: string): string | undefined {
    const module = this.#modules.get(path);
    if (module === undefined) return undefined;
    const text = this.#texts.get(path) ?? printOne(this.#project, module);
    this.#texts.set(path, text);
    return text;
  }

  /** All modules, in the order in which they were generated. */
  modules(): readonly GeneratedModule[] {
    return [...this.#modules.keys()].map((path) => ({ path, text: this.text(path) ?? "" }));
  }
}

function printOne(project: Project, module: Module): string {
  const imports = new Imports(module);
  const functions: string[] = [];
  const statements = module.declarations.flatMap((each) => structureOf(each, imports, functions));
  const file = project.createSourceFile(module.path, {
    statements: [...imports.structures(), ...statements],
  });
  refuseSyntaxFaults(file.getFullText(), project, module.path);
  const head = module.about.map((line) => `// ${commentText(line)}`).join("\n");
  const text = `${head === "" ? "" : `${head}\n`}${laidOut(withFunctions(file.getFullText(), functions))}`;
  project.removeSourceFile(file);
  return text;
}

/**
 * Functions stand in the structure as a mark and are put in afterwards: their text is laid out
 * already, and to have it written and parsed once more takes three quarters of the time. The bundler
 * parses it soon enough.
 */
function markOf(index: number): string {
  return `__function_${index}__;`;
}

function withFunctions(text: string, functions: readonly string[]): string {
  return text.replace(
    /^__function_(\d+)__;$/gm,
    (_mark, index: string) => `\n${functions[Number(index)] ?? ""}\n`,
  );
}

/** What ts-morph leaves to its caller: long imports on lines of their own, air below the imports. */
function laidOut(text: string): string {
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

function refuseSyntaxFaults(text: string, project: Project, path: string): void {
  const file = project.getSourceFileOrThrow(path).compilerNode as unknown as {
    readonly parseDiagnostics: readonly { readonly start: number; readonly messageText: unknown }[];
  };
  const fault = file.parseDiagnostics[0];
  if (fault === undefined) return;
  const line = text.slice(0, fault.start).split("\n").length;
  throw new Error(`generated ${path}:${line} does not parse: ${JSON.stringify(fault.messageText)}`);
}

/** The imports of one module, and the local name of each reference. */
class Imports {
  readonly #names = new Map<string, Map<string, { local: string; typeOnly: boolean }>>();
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

  structures(): ImportDeclarationStructure[] {
    const sorted = [...this.#names].sort(([a], [b]) => importRank(a) - importRank(b) || (a < b ? -1 : 1));
    return sorted.flatMap(([from, names]) => importsFrom(this.#specifier(from), names));
  }

  #specifier(from: string): string {
    return from.startsWith(ROOT) ? this.#up + from.slice(ROOT.length) : from;
  }
}

function importRank(from: string): number {
  return from.startsWith(".") || from.startsWith(ROOT) ? 1 : 0;
}

function importsFrom(
  from: string,
  names: ReadonlyMap<string, { readonly local: string; readonly typeOnly: boolean }>,
): ImportDeclarationStructure[] {
  const entries = [...names].sort(([a], [b]) => (a < b ? -1 : 1));
  const named = (typeOnly: boolean) =>
    entries
      .filter(([name, each]) => each.typeOnly === typeOnly && !name.startsWith("* as "))
      .map(([name, { local }]) => (name === local ? { name } : { name, alias: local }));
  const structures: ImportDeclarationStructure[] = [];
  const base = { kind: StructureKind.ImportDeclaration as const, moduleSpecifier: from };
  for (const [name] of entries.filter(([each]) => each.startsWith("* as "))) {
    structures.push({ ...base, namespaceImport: name.slice(5) });
  }
  const values = named(false);
  const types = named(true);
  if (values.length > 0) structures.push({ ...base, namedImports: values });
  if (types.length > 0) structures.push({ ...base, namedImports: types, isTypeOnly: true });
  return structures;
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

function structureOf(
  declaration: Declaration,
  imports: Imports,
  functions: string[],
): (StatementStructures | string)[] {
  const local = (reference: Reference): string => imports.local(reference);
  switch (declaration.kind) {
    case "function":
      functions.push(functionText(declaration, local));
      return [markOf(functions.length - 1)];
    case "constant":
      return [constantStructure(declaration, local)];
    case "statement":
      return [declaration.code.toText(local)];
  }
}

function functionText(
  { name, async, exported, parameters, returns, about, body }: FunctionDeclaration,
  local: (reference: Reference) => string,
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

function constantStructure(
  declaration: ConstantDeclaration,
  local: (reference: Reference) => string,
): VariableStatementStructure | string {
  const type = declaration.type?.toText(local);
  const variable = { name: declaration.name, initializer: declaration.value.toText(local) };
  if (variable.initializer.includes("\n")) {
    // ts-morph would indent the lines of an initializer once more.
    const head = `${declaration.exported ? "export " : ""}const ${variable.name}${type === undefined ? "" : `: ${type}`}`;
    return `${head} = ${variable.initializer};`;
  }
  return {
    kind: StructureKind.VariableStatement,
    declarationKind: VariableDeclarationKind.Const,
    isExported: declaration.exported,
    declarations: [type === undefined ? variable : { ...variable, type }],
  };
}
