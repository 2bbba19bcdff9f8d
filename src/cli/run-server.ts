// The process that serves for `gwc run`.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Runs the file whose path comes on its standard input, and stops as on SIGTERM when that input
 * ends: when its parent dies without a word, it must not go on alone.
 */
const WAITING = `
process.stdin.setEncoding("utf8").once("data", (path) => require(path.trim()));
process.stdin.on("end", () => process.kill(process.pid, "SIGTERM"));
`;

const SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 } as const;

/**
 * The gateway runs in a process of its own, so that nothing of the compiler stays in its memory. It
 * starts while the configuration is still being compiled.
 */
export class Server {
  readonly #process: ChildProcess;
  readonly #exited: Promise<number>;
  #folder: string | undefined;

  constructor(workers: number | undefined) {
    const environment = workers === undefined ? process.env : { ...process.env, GWC_WORKERS: `${workers}` };
    this.#process = spawn(process.execPath, ["-e", WAITING], {
      stdio: ["pipe", "inherit", "inherit"],
      env: environment,
      // Signals of the terminal come by way of this process, and not twice.
      detached: true,
    });
    this.#process.stdin?.on("error", () => {});
    this.#exited = new Promise((resolve) => {
      this.#process.on("error", () => resolve(1));
      this.#process.on("exit", (code, signal) => resolve(code ?? 128 + (SIGNALS[signal as "SIGTERM"] ?? 0)));
    });
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => this.signal(signal));
  }

  /** Before there is a gateway to end well, a signal ends everything at once. */
  signal(signal: "SIGTERM" | "SIGINT"): void {
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

  /** The gateway reads its file again and goes on with what it finds. */
  takeOver(code: string): void {
    if (this.#folder === undefined) return;
    const written = join(this.#folder, "next.cjs");
    writeFileSync(written, code);
    renameSync(written, join(this.#folder, "gateway.cjs"));
    this.#process.kill("SIGHUP");
  }

  end(): void {
    this.#process.kill("SIGKILL");
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true });
  }
}
