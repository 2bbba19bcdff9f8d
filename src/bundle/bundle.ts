// Modules in memory -> one file. The runtime is taken from its sources, so only what is used ships.
import { fileURLToPath } from "node:url";
import { build, type Metafile, type Plugin, stop, transform } from "esbuild";
import { keyOf, portableCode, portableMap, portablePath } from "./portable.js";
import { standIns } from "./stand-ins.js";

export interface BundleOptions {
  readonly minify: boolean;
  readonly sourcemap: boolean;
  /** Name of the file, for the comment that leads to its source map. */
  readonly name: string;
  /** Further plugins: tests put something else in place of a part of the runtime. */
  readonly plugins?: readonly Plugin[];
}

export interface Bundle {
  readonly code: string;
  readonly map: string | undefined;
  /** Bytes of each source file that went in, by its path. */
  readonly inputs: Readonly<Record<string, number>>;
  /** The source files that each source file imports; those that did not go in among them. */
  readonly imports: Readonly<Record<string, readonly string[]>>;
}

const root = fileURLToPath(new URL("../../", import.meta.url));

/** The texts of a program by path; printed while other modules are being bundled. */
export interface Texts {
  text(path: string): string | Promise<string> | undefined;
}

/** Bundles for Node 20 and newer as CommonJS. */
export async function bundle(program: Texts, options: BundleOptions): Promise<Bundle> {
  const result = await build({
    entryPoints: ["gateway:main.ts"],
    outfile: options.name,
    absWorkingDir: root,
    bundle: true,
    write: false,
    metafile: true,
    platform: "node",
    format: "cjs",
    target: "node20",
    minify: options.minify,
    sourcemap: options.sourcemap ? "linked" : false,
    legalComments: "none",
    charset: "utf8",
    logLevel: "silent",
    plugins: [...(options.plugins ?? []), standIns, generated(program)],
  });
  const map = result.outputFiles.find((file) => file.path.endsWith(".map"))?.text;
  const code = result.outputFiles.find((file) => !file.path.endsWith(".map"))?.text ?? "";
  const paths = Object.keys(result.metafile.inputs);
  return {
    code: portableCode(code, paths),
    map: map === undefined ? undefined : portableMap(map, paths),
    ...contentsOf(result.metafile, code),
  };
}

function contentsOf({ inputs, outputs }: Metafile, code: string): Pick<Bundle, "inputs" | "imports"> {
  const output = Object.values(outputs).find((each) => each.entryPoint !== undefined);
  const bytes = Object.entries(output?.inputs ?? {}).map(([path, { bytesInOutput }]) => {
    // A CommonJS module counts with its key.
    const less = code.includes(keyOf(path)) ? path.length - portablePath(path).length : 0;
    return [portablePath(path), bytesInOutput - less] as const;
  });
  const imports = Object.entries(inputs).map(
    ([path, each]) => [portablePath(path), each.imports.map((one) => portablePath(one.path))] as const,
  );
  return { inputs: Object.fromEntries(bytes), imports: Object.fromEntries(imports) };
}

/** Starts the bundler, which takes a while, without waiting for it. */
export function warmUp(): void {
  void transform("").catch(() => undefined);
}

/** Ends the bundler's process; it would stay as long as this one. */
export async function endBundler(): Promise<void> {
  await stop();
}

/** Serves the generated modules, and the sources of the runtime for `gwc/...`. */
function generated(program: Texts): Plugin {
  return {
    name: "generated",
    setup(setup) {
      setup.onResolve({ filter: /^gateway:/ }, ({ path }) => ({
        path: path.slice("gateway:".length),
        namespace: "gateway",
      }));
      setup.onResolve({ filter: /^\./, namespace: "gateway" }, ({ path, importer }) => ({
        path: join(importer, path).replace(/\.js$/, ".ts"),
        namespace: "gateway",
      }));
      setup.onResolve({ filter: /^gwc\// }, ({ path }) => ({ path: runtimeFile(path), sideEffects: false }));
      setup.onLoad({ filter: /.*/, namespace: "gateway" }, async ({ path }) => {
        const contents = await program.text(path);
        return contents === undefined ? null : { contents, loader: "ts", resolveDir: root };
      });
    },
  };
}

/**
 * `gwc/runtime` is shared, `gwc/encoding/<name>` one part of it that few need, `gwc/<room>` the
 * runtime of a room.
 */
export function runtimeFile(specifier: string): string {
  const name = specifier.slice("gwc/".length);
  if (name.startsWith("encoding/")) return `${root}src/runtime/${name}.ts`;
  return name === "runtime" ? `${root}src/runtime/index.ts` : `${root}src/features/${name}/runtime.ts`;
}

function join(importer: string, relative: string): string {
  const parts = importer.split("/").slice(0, -1);
  for (const part of relative.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== ".") parts.push(part);
  }
  return parts.join("/");
}
