// Configurations as objects -> what gwc makes of them, and its modules run in this process.
import { compileFunction } from "node:vm";
import { transformSync } from "esbuild";
import type { GeneratedModule } from "../../src/codegen/module.js";
import { understand } from "../../src/compile.js";
import { parse } from "../../src/config/load.js";
import type { Gateway } from "../../src/model/model.js";
import { SourceText } from "../../src/source/text.js";

/** The meaning of a configuration that KrakenD starts with; throws where gwc refuses it. */
export function gatewayOf(config: object): Gateway {
  const text = JSON.stringify(config);
  const loaded = parse(new SourceText("krakend.json", text), {});
  if (loaded.value === undefined) throw new Error(`no configuration: ${text}`);
  const { value, diagnostics } = understand(loaded.value, loaded.diagnostics, {
    compat: true,
    environment: {},
  });
  if (value === undefined) {
    const errors = diagnostics.filter((each) => each.severity === "error");
    throw new Error(`refused: ${errors.map((each) => each.code).join(", ")} in ${text}`);
  }
  return value;
}

/** What a module exports when `imports` stand for the modules it imports, by their specifiers. */
export function exportsOf(
  { text, path }: GeneratedModule,
  imports: Readonly<Record<string, object>>,
): Readonly<Record<string, unknown>> {
  const { code } = transformSync(text, { loader: "ts", format: "cjs", target: "node20" });
  const module = { exports: {} };
  const load = (specifier: string): object => {
    const found = imports[specifier];
    if (found === undefined) throw new Error(`${path} imports ${specifier}`);
    return found;
  };
  compileFunction(code, ["require", "module", "exports"])(load, module, module.exports);
  return module.exports;
}
