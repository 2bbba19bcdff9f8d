// The phases in their order: load, parse, decode, resolve, generate, print. Bundling is a step of its own.
import { createHash } from "node:crypto";
import { catalogue } from "./catalogue.js";
import type { Module } from "./codegen/module.js";
import type { Program } from "./codegen/print.js";
import { BlockReader } from "./config/blocks.js";
import { LateValues } from "./config/late.js";
import { type Environment, type Loaded, load } from "./config/load.js";
import { decode } from "./config/weak.js";
import { type Diagnostic, hasErrors, inOrder, type Outcome } from "./diagnostics/diagnostic.js";
import { atOrigin } from "./diagnostics/origin.js";
import { pipe } from "./features/pipe.js";
import type { Gateway } from "./model/model.js";
import { resolve } from "./model/resolve.js";
import { version } from "./version.js";

export interface CompileOptions {
  /** Start where KrakenD starts, and do without what it does without. */
  readonly compat: boolean;
  readonly environment: Environment;
  /** Serve the debug endpoint, whatever the configuration says. */
  readonly debug?: boolean;
  /** Takes the place of the configured port. */
  readonly port?: number;
  /** The program starts at once, with what `KRAKEND_*` variables have set already. */
  readonly startsNow?: boolean;
}

/** Reads a configuration and finds out what it means. The value is there if there is no error. */
export function check(file: string, options: CompileOptions): Outcome<Gateway> {
  const loaded = load(file, options.environment, options.compat);
  if (loaded.value === undefined)
    return { value: undefined, diagnostics: settle(loaded.diagnostics, options) };
  return understand(loaded.value, loaded.diagnostics, options);
}

/** The same from what is loaded already. */
export function understand(
  loaded: Loaded,
  before: readonly Diagnostic[],
  options: CompileOptions,
): Outcome<Gateway> {
  const found: Diagnostic[] = [...before];
  const report = (diagnostic: Diagnostic): void => void found.push(diagnostic);
  const late = new LateValues(report);
  const decoded = decode(loaded.tree, late);
  found.push(...decoded.diagnostics);
  const gateway = resolve(
    {
      root: decoded.value,
      file: loaded.source,
      compat: options.compat,
      debug: options.debug === true,
      blocks: new BlockReader(pipe, late, report),
      late,
      report,
    },
    {
      sha256: createHash("sha256").update(loaded.source.text).digest("hex"),
      readsKrakendVariables: options.startsNow !== true,
    },
  );
  const diagnostics = settle(
    found.filter((each) => !late.isEcho(each) && !isOverruled(each, options)),
    options,
  );
  if (hasErrors(diagnostics)) return { value: undefined, diagnostics };
  return { value: options.port === undefined ? gateway : { ...gateway, port: options.port }, diagnostics };
}

/** The configured port does not matter where the command line names one. */
function isOverruled({ code }: Diagnostic, { port }: CompileOptions): boolean {
  return port !== undefined && code === "service/port";
}

/** Under compat, what KrakenD gets by with is a warning. */
function settle(diagnostics: readonly Diagnostic[], options: CompileOptions): readonly Diagnostic[] {
  const settled = diagnostics.map(atOrigin).map((each): Diagnostic => {
    const tolerated =
      options.compat && each.severity === "error" && catalogue[each.code]?.compat !== undefined;
    return tolerated ? { ...each, severity: "warning" } : each;
  });
  return inOrder(settled);
}

/** The modules of a gateway's program, before they are text. */
export async function generateModules(gateway: Gateway): Promise<readonly Module[]> {
  const { generate } = await import("./codegen/generate.js");
  return generate(gateway, version);
}

/** The program of a gateway as TypeScript, printed in this thread. The printer is loaded only here: it is large. */
export async function generateProgram(gateway: Gateway): Promise<Program> {
  const { Program } = await import("./codegen/print.js");
  return new Program(await generateModules(gateway));
}
