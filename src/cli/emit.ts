// The generated program as a project of its own, for people who want to read it.
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { GeneratedModule } from "../codegen/module.js";

const template = fileURLToPath(new URL("../../templates/project", import.meta.url));

/** Writes the modules below a folder, with the files that make it a project. */
export function emitProject(folder: string, modules: readonly GeneratedModule[]): void {
  cpSync(template, folder, { recursive: true });
  for (const { path, text } of modules) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}
