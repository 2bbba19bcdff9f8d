// gwc build
import { mkdirSync, writeFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { bundle, warmUp } from "../bundle/bundle.js";
import { PrintThread } from "../codegen/print-thread.js";
import { check, generateModules } from "../compile.js";
import { type BuildReport, reportOf } from "../shipping/report.js";
import { printReport } from "../shipping/report-text.js";
import { version } from "../version.js";
import { emitProject } from "./emit.js";
import { type CompatOption, exitCode, reportToTerminal } from "./report.js";
import { refusal, type ShipOptions, ship } from "./ship.js";

export interface BuildOptions extends CompatOption, ShipOptions {
  readonly output: string;
  readonly emit?: string;
  readonly minify: boolean;
  readonly sourcemap: boolean;
  /** The report as JSON, and nothing else, on standard output. */
  readonly json: boolean;
  /** One line instead of the report. */
  readonly quiet: boolean;
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
  const reason = refusal(config, options);
  if (reason !== undefined) {
    process.stderr.write(`${reason}\n`);
    return 2;
  }
  const program = printer.print(await generateModules(gateway));
  const name = basename(options.output);
  const made = await bundle(program, { minify: options.minify, sourcemap: options.sourcemap, name });
  const modules = await program.modules();
  let shipped = "";
  try {
    if (options.emit !== undefined) emitProject(options.emit, modules);
    mkdirSync(dirname(options.output), { recursive: true });
    writeFileSync(options.output, made.code);
    if (made.map !== undefined) writeFileSync(`${options.output}.map`, made.map);
    shipped = ship(gateway, made.code, config, options);
  } catch (fault) {
    const { code, path = options.output, message } = fault as NodeJS.ErrnoException;
    if (code === undefined) throw fault;
    process.stderr.write(`cannot write \`${path}\`: ${message}\n`);
    return 2;
  }
  sayWhatWasMade(reportOf(gateway, made, name, version), options, performance.now() - started);
  if (!options.json) process.stdout.write(shipped);
  return 0;
}

/** The report, for a program or for a person; a person may want its first line only. */
function sayWhatWasMade(report: BuildReport, { json, quiet, output }: BuildOptions, tookMs: number): void {
  if (json) {
    process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
    return;
  }
  const count = report.routes.length;
  const size = (report.output.bytes / 1024).toFixed(0);
  process.stdout.write(
    `${output}: ${count} ${count === 1 ? "endpoint" : "endpoints"}, ${size} kB, built in ${Math.round(tookMs)} ms\n`,
  );
  if (!quiet) process.stdout.write(printReport(report));
}
