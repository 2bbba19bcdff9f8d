// The other side of print-thread.ts: loads the printer, and prints the modules that come.
import { parentPort } from "node:worker_threads";
import { Code } from "./code.js";
import type { Declaration, Module } from "./module.js";
import { Program } from "./print.js";

parentPort?.on("message", (modules: readonly Module[]) => {
  const program = new Program(modules.map(revived));
  parentPort?.postMessage(modules.map(({ path }) => program.text(path)));
});

/** Pieces of code lose their class on the way between threads. */
function revived(module: Module): Module {
  return { ...module, declarations: module.declarations.map(revivedDeclaration) };
}

function revivedDeclaration(declaration: Declaration): Declaration {
  switch (declaration.kind) {
    case "function":
      return {
        ...declaration,
        parameters: declaration.parameters.map(({ name, type }) => ({ name, type: new Code(type.parts) })),
        returns: new Code(declaration.returns.parts),
        body: new Code(declaration.body.parts),
      };
    case "constant": {
      const type = declaration.type === undefined ? {} : { type: new Code(declaration.type.parts) };
      return { ...declaration, ...type, value: new Code(declaration.value.parts) };
    }
    case "statement":
      return { ...declaration, code: new Code(declaration.code.parts) };
  }
}
