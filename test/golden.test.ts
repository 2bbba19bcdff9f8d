// Every fixture: what gwc says of it, and the program that it becomes, byte for byte.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { printPretty, summary } from "../src/cli/print.js";
import type { GeneratedModule } from "../src/codegen/module.js";
import { PlainProgram } from "../src/codegen/print-plain.js";
import { generateModules, generateProgram, understand } from "../src/compile.js";
import { formatOf } from "../src/config/formats.js";
import { parse } from "../src/config/load.js";
import type { Diagnostic } from "../src/diagnostics/diagnostic.js";
import { SourceText } from "../src/source/text.js";

const root = resolve(import.meta.dirname, "..");
const fixtures = join(root, "fixtures");

function configurations(folder: string): readonly string[] {
  if (folder === join(fixtures, "oracle")) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === "expect" ? [] : configurations(path);
    return /^krakend\.(?:json|yaml|toml)$/.test(entry.name) ? [path] : [];
  });
}

function said(diagnostics: readonly Diagnostic[]): string {
  if (diagnostics.length === 0) return "nothing to report\n";
  return `${printPretty(diagnostics, { colour: false })}${summary(diagnostics)}\n`;
}

/** Where the code of rooms stands: routes, what is around all of them, and what is before them. */
function isOfRooms({ path, text }: GeneratedModule): boolean {
  if (path === "main.ts") return text.includes("function handle(");
  return path.startsWith("routes/") || path === "guard.ts";
}

const all = configurations(fixtures);
const options = { compat: false, environment: {} };

function check(file: string): ReturnType<typeof understand> {
  const source = new SourceText(basename(file), readFileSync(file, "utf8"));
  const loaded = parse(source, {}, formatOf(file));
  if (loaded.value === undefined) return { value: undefined, diagnostics: loaded.diagnostics };
  return understand(loaded.value, loaded.diagnostics, options);
}

describe("goldens", () => {
  it.each(all.map((file) => [relative(fixtures, dirname(file)), file]))("%s", async (_name, file) => {
    const { value, diagnostics } = check(file);
    await expect(said(diagnostics)).toMatchFileSnapshot(join(dirname(file), "expect/diagnostics.txt"));
    if (value === undefined) return;
    const modules = (await generateProgram(value)).modules();
    expect(new PlainProgram(await generateModules(value)).modules()).toEqual(modules);
    const wanted = _name?.startsWith("whole/") ? modules : modules.filter((each) => isOfRooms(each));
    for (const { path, text } of wanted) {
      await expect(text).toMatchFileSnapshot(join(dirname(file), "expect/src", path));
    }
  });

  it("the same configuration gives the same text", async () => {
    const once = (await generateProgram(check(all[0]!).value!)).modules();
    const again = (await generateProgram(check(all[0]!).value!)).modules();
    expect(again).toEqual(once);
  });
});

describe("generated programs", () => {
  it("type-check against the runtime, without an unused name", () => {
    const files = all.flatMap((file) => emitted(join(dirname(file), "expect/src")));
    expect(files.length).toBeGreaterThan(10);
    const rooms = readdirSync(join(root, "src/features"), { withFileTypes: true }).filter((entry) =>
      entry.isDirectory(),
    );
    const program = ts.createProgram(files, {
      target: ts.ScriptTarget.ES2023,
      lib: ["lib.es2023.d.ts"],
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      strict: true,
      noUncheckedIndexedAccess: true,
      noUnusedLocals: true,
      noEmit: true,
      skipLibCheck: true,
      types: ["node"],
      paths: {
        "gwc/runtime": [join(root, "src/runtime/index.ts")],
        "gwc/encoding/*": [join(root, "src/runtime/encoding/*.ts")],
        ...Object.fromEntries(
          rooms.map(({ name }) => [`gwc/${name}`, [join(root, `src/features/${name}/runtime.ts`)]]),
        ),
      },
    });
    const faults = ts.getPreEmitDiagnostics(program).map((each) => {
      const where = each.file === undefined ? "" : `${relative(root, each.file.fileName)}: `;
      return `${where}${ts.flattenDiagnosticMessageText(each.messageText, "\n")}`;
    });
    // Goldens of single rooms hold their own code only; what it imports of the rest is not there.
    const missing = /Cannot find module '\.{1,2}\/(?:upstreams|router|misses|environment)\.js'/;
    expect(faults.filter((fault) => !missing.test(fault))).toEqual([]);
  }, 180_000);
});

function emitted(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => join(entry.parentPath, entry.name));
}
