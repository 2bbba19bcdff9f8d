// Module -> text without ts-morph, for `gwc run`: nobody waits for a printer to load while a pod starts.
// The text is the same as print.ts gives, which test/golden.test.ts holds; the bundler refuses syntax faults.
import type { Declaration, GeneratedModule, Module } from "./module.js";
import { constantText, functionText, Imports, type Local, laidOut, withHead } from "./module-text.js";

/** The texts of modules, all printed at once. */
export class PlainProgram {
  readonly #texts: ReadonlyMap<string, string>;

  constructor(modules: readonly Module[]) {
    this.#texts = new Map(modules.map((module) => [module.path, printOne(module)]));
  }

  /** The text of the module at a path; undefined where there is none. */
  text(path: string): string | undefined {
    return this.#texts.get(path);
  }

  /** All modules, in the order in which they were generated. */
  modules(): readonly GeneratedModule[] {
    return [...this.#texts].map(([path, text]) => ({ path, text }));
  }
}

function printOne(module: Module): string {
  const imports = new Imports(module);
  const declarations = module.declarations.map((each) => declarationText(each, imports.local.bind(imports)));
  return withHead(module, laidOut([...imports.lines(), ...declarations].join("\n")));
}

function declarationText(declaration: Declaration, local: Local): string {
  switch (declaration.kind) {
    case "function":
      return `\n${functionText(declaration, local)}\n`;
    case "constant":
      return constantText(declaration, local);
    case "statement":
      return declaration.code.toText(local);
  }
}
