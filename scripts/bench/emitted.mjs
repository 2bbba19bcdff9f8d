// Pieces of a program as gwc emits it, for the micro-benchmarks: what is measured is what ships.
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("../../", import.meta.url));
const src = path.join(root, "src");

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "gwc-micro-"));
process.on("exit", () => fs.rmSync(folder, { recursive: true, force: true }));

let loaded = 0;

/** Compiles a configuration; gives the folder of the emitted program. */
export function emit(config) {
  const program = path.join(folder, config.name);
  const file = `${program}.json`;
  fs.writeFileSync(file, JSON.stringify(config));
  const gwc = path.join(root, "bin", "gwc.js");
  const args = [gwc, "build", file, "-o", `${program}.cjs`, "--emit", program];
  execFileSync(process.execPath, args, { stdio: ["ignore", "ignore", "inherit"] });
  return program;
}

/**
 * Loads a module written here as if it stood in the emitted program: `source` may import its modules and `gwc/...`.
 * `stub`: a pattern of modules whose every export becomes a function that gives its first argument.
 */
export async function load(program, source, stub) {
  const outfile = path.join(folder, `${path.basename(program)}-${loaded++}.cjs`);
  await build({
    stdin: { contents: source, resolveDir: program, loader: "ts" },
    outfile,
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node20",
    logLevel: "error",
    plugins: [runtime, ...(stub ? [stubs(stub)] : [])],
  });
  return (await import(pathToFileURL(outfile).href)).default;
}

const runtime = {
  name: "runtime",
  setup(setup) {
    setup.onResolve({ filter: /^gwc\// }, ({ path: specifier }) => {
      const name = specifier.slice("gwc/".length);
      const file = name === "runtime" ? "runtime/index.ts" : `features/${name}/runtime.ts`;
      return { path: path.join(src, file), sideEffects: false };
    });
  },
};

const stubs = (filter) => ({
  name: "stubs",
  setup(setup) {
    setup.onResolve({ filter }, ({ path: name, resolveDir }) => ({
      path: path.join(resolveDir, name.replace(/\.js$/, ".ts")),
      namespace: "stub",
    }));
    setup.onLoad({ filter: /.*/, namespace: "stub" }, ({ path: file }) => {
      const exported = fs.readFileSync(file, "utf8").matchAll(/^export (?:async )?function (\w+)/gm);
      return { contents: [...exported].map(([, name]) => `export const ${name} = (x) => x;`).join("\n") };
    });
  },
});
