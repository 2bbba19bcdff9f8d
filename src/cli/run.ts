// gwc run: build in a temporary place and serve in the foreground.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundle, undiciFile, warmUp } from "../bundle/bundle.js";
import { check, generateProgram } from "../compile.js";
import type { Gateway } from "../model/model.js";
import { type CompatOption, exitCode, reportToTerminal } from "./report.js";

export interface RunOptions extends CompatOption {
  readonly config: string;
  readonly port?: number;
  readonly debug: boolean;
}

/** Serves until SIGTERM or SIGINT; the exit code of the gateway. */
export async function run(options: RunOptions): Promise<number> {
  const server = startServer();
  warmUp();
  const { value: gateway, diagnostics } = check(options.config, {
    compat: options.compat === "krakend",
    environment: process.env,
    ...(options.port ? { port: options.port } : {}),
  });
  reportToTerminal(diagnostics);
  if (gateway === undefined) {
    server.kill("SIGKILL");
    return exitCode(diagnostics) || 1;
  }
  const folder = mkdtempSync(join(tmpdir(), "gwc-"));
  try {
    const file = join(folder, "gateway.cjs");
    writeFileSync(file, await compileProgram(gateway));
    return await serve(server, file);
  } finally {
    server.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  }
}

async function compileProgram(gateway: Gateway): Promise<string> {
  const program = await generateProgram(gateway);
  const options = { minify: false, sourcemap: false, name: "gateway.cjs", installedUndici: true };
  return (await bundle(program, options)).code;
}

/**
 * Runs the file whose path comes on its standard input, and stops as on SIGTERM when that input
 * ends: when its parent dies without a word, it must not go on alone.
 */
const WAITING = `
require(${JSON.stringify(undiciFile)});
process.stdin.setEncoding("utf8").once("data", (path) => require(path.trim()));
process.stdin.on("end", () => process.kill(process.pid, "SIGTERM"));
`;

/**
 * The gateway runs in a process of its own, so that nothing of the compiler stays in its memory. It
 * starts while the configuration is still being compiled.
 */
function startServer(): ChildProcess {
  return spawn(process.execPath, ["-e", WAITING], { stdio: ["pipe", "inherit", "inherit"] });
}

function serve(server: ChildProcess, file: string): Promise<number> {
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const)
    process.on(signal, () => server.kill(signal));
  server.stdin?.write(`${file}\n`);
  return new Promise((resolve) => {
    server.on("exit", (code, signal) => resolve(code ?? (signal === null ? 1 : 128)));
  });
}
