// gwc run: build in a temporary place and serve in the foreground.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundle, endBundler, undiciFile, warmUp } from "../bundle/bundle.js";
import { PrintThread } from "../codegen/print-thread.js";
import { check, generateModules } from "../compile.js";
import type { Gateway } from "../model/model.js";
import { type CompatOption, exitCode, reportToTerminal } from "./report.js";

export interface RunOptions extends CompatOption {
  readonly config: string;
  readonly port?: number;
  readonly debug: boolean;
}

/** Serves until SIGTERM or SIGINT; the exit code of the gateway. */
export async function run(options: RunOptions): Promise<number> {
  const server = new Server();
  const printer = new PrintThread();
  try {
    warmUp();
    const { value: gateway, diagnostics } = check(options.config, {
      compat: options.compat === "krakend",
      debug: options.debug,
      environment: process.env,
      startsNow: true,
      ...(options.port ? { port: options.port } : {}),
    });
    reportToTerminal(diagnostics);
    if (gateway === undefined) return exitCode(diagnostics) || 1;
    return await server.serve(await compileProgram(gateway, printer));
  } finally {
    await printer.end();
    server.end();
  }
}

async function compileProgram(gateway: Gateway, printer: PrintThread): Promise<string> {
  const program = printer.print(await generateModules(gateway));
  const options = { minify: false, sourcemap: false, name: "gateway.cjs", installedUndici: true };
  const { code } = await bundle(program, options);
  await Promise.all([endBundler(), printer.end()]);
  return code;
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

const SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 } as const;

/**
 * The gateway runs in a process of its own, so that nothing of the compiler stays in its memory. It
 * starts while the configuration is still being compiled.
 */
class Server {
  readonly #process: ChildProcess;
  readonly #exited: Promise<number>;
  #folder: string | undefined;

  constructor() {
    this.#process = spawn(process.execPath, ["-e", WAITING], { stdio: ["pipe", "inherit", "inherit"] });
    this.#process.stdin?.on("error", () => {});
    this.#exited = new Promise((resolve) => {
      this.#process.on("error", () => resolve(1));
      this.#process.on("exit", (code, signal) => resolve(code ?? 128 + (SIGNALS[signal as "SIGTERM"] ?? 0)));
    });
    for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const)
      process.on(signal, () => this.#signal(signal));
  }

  /** Before there is a gateway to end well, a signal ends everything at once. */
  #signal(signal: "SIGTERM" | "SIGINT" | "SIGHUP"): void {
    if (this.#folder !== undefined) this.#process.kill(signal);
    else {
      this.end();
      process.exit(128 + SIGNALS[signal]);
    }
  }

  serve(code: string): Promise<number> {
    this.#folder = mkdtempSync(join(tmpdir(), "gwc-"));
    const file = join(this.#folder, "gateway.cjs");
    writeFileSync(file, code);
    this.#process.stdin?.write(`${file}\n`);
    return this.#exited;
  }

  end(): void {
    this.#process.kill("SIGKILL");
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true });
  }
}
