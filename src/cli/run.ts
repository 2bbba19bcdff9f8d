// gwc run: build in a temporary place and serve in the foreground.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { check, generateProgram } from "../compile.js";
import { type CompatOption, exitCode, reportToTerminal } from "./report.js";

export interface RunOptions extends CompatOption {
  readonly config: string;
  readonly port?: number;
  readonly debug: boolean;
}

/** Serves until SIGTERM or SIGINT; the exit code of the gateway. */
export async function run(options: RunOptions): Promise<number> {
  // The two large libraries load while the configuration is read.
  const bundling = import("../bundle/bundle.js");
  const { value: gateway, diagnostics } = check(options.config, {
    compat: options.compat === "krakend",
    environment: process.env,
    ...(options.port ? { port: options.port } : {}),
  });
  reportToTerminal(diagnostics);
  if (gateway === undefined) return exitCode(diagnostics) || 1;
  const modules = await generateProgram(gateway);
  const { code } = await (await bundling).bundle(modules, {
    minify: false,
    sourcemap: false,
    name: "gateway.cjs",
  });
  const folder = mkdtempSync(join(tmpdir(), "gwc-"));
  try {
    const file = join(folder, "gateway.cjs");
    writeFileSync(file, code);
    return await serve(file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The gateway runs in a process of its own, so that nothing of the compiler stays in its memory. */
function serve(file: string): Promise<number> {
  const child = spawn(process.execPath, [file], { stdio: "inherit" });
  forwardSignals(child);
  return new Promise((resolve) => {
    child.on("exit", (code, signal) => resolve(code ?? (signal === null ? 1 : 128)));
  });
}

function forwardSignals(child: ChildProcess): void {
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => child.kill(signal));
}
