// Diagnostics to people and machines, and the exit code that follows from them.
import { type Diagnostic, hasErrors } from "../diagnostics/diagnostic.js";
import { printGithub, printJson, printPretty, summary } from "./print.js";

export type Format = "pretty" | "json" | "github";

/** `--compat krakend`, as commander hands it over. */
export interface CompatOption {
  readonly compat?: "krakend";
}

export function wantsColour(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY && process.env.NO_COLOR === undefined;
}

/** 2 when nothing could be read, 1 on errors, else 0. */
export function exitCode(diagnostics: readonly Diagnostic[], strict = false): number {
  if (diagnostics.some((each) => each.code === "config/unreadable")) return 2;
  const warned = strict && diagnostics.some((each) => each.severity === "warning");
  return hasErrors(diagnostics) || warned ? 1 : 0;
}

/** Writes what there is to say about a configuration to standard error. */
export function reportToTerminal(diagnostics: readonly Diagnostic[]): void {
  const said = diagnostics.filter((each) => each.severity !== "info");
  if (said.length === 0) return;
  process.stderr.write(printPretty(said, { colour: wantsColour(process.stderr) }));
  process.stderr.write(`${summary(said)}\n`);
}

/** The report as the product of `gwc check`. */
export function reportAs(diagnostics: readonly Diagnostic[], format: Format): string {
  switch (format) {
    case "json":
      return printJson(diagnostics);
    case "github":
      return printGithub(diagnostics);
    case "pretty":
      return printPretty(diagnostics, { colour: wantsColour(process.stdout) });
  }
}
