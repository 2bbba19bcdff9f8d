// gwc build
import { mkdirSync, writeFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { bundle, warmUp } from "../bundle/bundle.js";
import { PrintThread } from "../codegen/print-thread.js";
import { check, generateModules } from "../compile.js";
import type { Gateway } from "../model/model.js";
import { emitProject } from "./emit.js";
import { type CompatOption, exitCode, reportToTerminal } from "./report.js";

export interface BuildOptions extends CompatOption {
  readonly output: string;
  readonly emit?: string;
  readonly minify: boolean;
  readonly sourcemap: boolean;
}

/** Writes the server file; nothing at all when the configuration has an error. */
export async function build(config: string, options: BuildOptions): Promise<number> {
  const printer = new PrintThread();
  try {
    return await buildWith(printer, config, options);
  } finally {
    await printer.end();
  }
}

async function buildWith(printer: PrintThread, config: string, options: BuildOptions): Promise<number> {
  const started = performance.now();
  warmUp();
  const { value: gateway, diagnostics } = check(config, {
    compat: options.compat === "krakend",
    environment: process.env,
  });
  reportToTerminal(diagnostics);
  if (gateway === undefined) return exitCode(diagnostics) || 1;
  const program = printer.print(await generateModules(gateway));
  const made = await bundle(program, {
    minify: options.minify,
    sourcemap: options.sourcemap,
    name: basename(options.output),
  });
  const modules = await program.modules();
  try {
    if (options.emit !== undefined) emitProject(options.emit, modules);
    mkdirSync(dirname(options.output), { recursive: true });
    writeFileSync(options.output, made.code);
    if (made.map !== undefined) writeFileSync(`${options.output}.map`, made.map);
  } catch (fault) {
    const { code, path = options.output, message } = fault as NodeJS.ErrnoException;
    if (code === undefined) throw fault;
    process.stderr.write(`cannot write \`${path}\`: ${message}\n`);
    return 2;
  }
  const size = (Buffer.byteLength(made.code) / 1024).toFixed(0);
  const count = gateway.endpoints.length;
  process.stdout.write(
    `${options.output}: ${count} ${count === 1 ? "endpoint" : "endpoints"}, ${size} kB, built in ${Math.round(performance.now() - started)} ms\n${environmentLine(gateway)}`,
  );
  return 0;
}

/** Which variables the server file needs when it starts, and which it reads if they are there. */
export function environmentLine({ late }: Gateway): string {
  const variables = late.flatMap((each) => each.variables);
  const names = (wanted: boolean): string => {
    const chosen = variables.filter(({ otherwise }) => (otherwise === undefined) === wanted);
    return [...new Set(chosen.map(({ name }) => name))].sort().join(", ");
  };
  const needed = names(true);
  const optional = names(false);
  const parts = [
    ...(needed === "" ? [] : [`needs ${needed}`]),
    ...(optional === "" ? [] : [`reads ${optional} if set`]),
  ];
  return parts.length === 0 ? "" : `at start it ${parts.join(" and ")}\n`;
}
