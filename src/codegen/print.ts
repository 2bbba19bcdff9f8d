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
import type { Reference } from "./code.js";
import type { ConstantDeclaration, Declaration, GeneratedModule, Module } from "./module.js";
import { constantText, functionText, type ImportLine, Imports, laidOut, withHead } from "./module-text.js";

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
    statements: [...imports.all().map(importStructure), ...statements],
  });
  refuseSyntaxFaults(file.getFullText(), project, module.path);
  const text = withHead(module, laidOut(withFunctions(file.getFullText(), functions)));
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

function refuseSyntaxFaults(text: string, project: Project, path: string): void {
  const file = project.getSourceFileOrThrow(path).compilerNode as unknown as {
    readonly parseDiagnostics: readonly { readonly start: number; readonly messageText: unknown }[];
  };
  const fault = file.parseDiagnostics[0];
  if (fault === undefined) return;
  const line = text.slice(0, fault.start).split("\n").length;
  throw new Error(`generated ${path}:${line} does not parse: ${JSON.stringify(fault.messageText)}`);
}

function importStructure({ from, typeOnly, whole, names }: ImportLine): ImportDeclarationStructure {
  return {
    kind: StructureKind.ImportDeclaration,
    moduleSpecifier: from,
    ...(typeOnly ? { isTypeOnly: true } : {}),
    ...(whole === undefined ? { namedImports: [...names] } : { namespaceImport: whole }),
  };
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

function constantStructure(
  declaration: ConstantDeclaration,
  local: (reference: Reference) => string,
): VariableStatementStructure | string {
  const type = declaration.type?.toText(local);
  const variable = { name: declaration.name, initializer: declaration.value.toText(local) };
  if (variable.initializer.includes("\n")) {
    // ts-morph would indent the lines of an initializer once more.
    return constantText(declaration, local);
  }
  return {
    kind: StructureKind.VariableStatement,
    declarationKind: VariableDeclarationKind.Const,
    isExported: declaration.exported,
    declarations: [type === undefined ? variable : { ...variable, type }],
  };
}
