// gwc check
import { check } from "../compile.js";
import { summary } from "./print.js";
import { type CompatOption, exitCode, type Format, reportAs } from "./report.js";

export interface CheckOptions extends CompatOption {
  readonly format: Format;
  readonly strict: boolean;
}

/** Reports all that can be said about a configuration; the exit code. */
export function checkCommand(config: string, options: CheckOptions): number {
  const started = performance.now();
  const { value, diagnostics } = check(config, {
    compat: options.compat === "krakend",
    environment: process.env,
  });
  process.stdout.write(reportAs(diagnostics, options.format));
  if (options.format === "pretty") {
    const count = value?.endpoints.length;
    const what = count === undefined ? config : `${count} ${count === 1 ? "endpoint" : "endpoints"}`;
    const found = diagnostics.length === 0 ? "nothing to report" : summary(diagnostics);
    process.stdout.write(`checked ${what} in ${Math.round(performance.now() - started)} ms: ${found}\n`);
  }
  return exitCode(diagnostics, options.strict);
}
