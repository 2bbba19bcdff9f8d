// gwc run: build in a temporary place and serve in the foreground.
import { openSync } from "node:fs";
import { bundle, endBundler, warmUp } from "../bundle/bundle.js";
import { PlainProgram } from "../codegen/print-plain.js";
import { check, generateModules } from "../compile.js";
import type { Gateway } from "../model/model.js";
import { type CompatOption, exitCode, reportToTerminal } from "./report.js";
import { Server } from "./run-server.js";
import { watch } from "./watch.js";

export interface RunOptions extends CompatOption {
  readonly config: string;
  readonly port?: number;
  readonly debug: boolean;
  /** Threads that serve. */
  readonly workers?: number;
  /** Takes a changed configuration over as soon as it is written. */
  readonly watch: boolean;
}

/** Serves until SIGTERM or SIGINT; the exit code of the gateway. SIGHUP takes a new configuration over. */
export async function run(options: RunOptions): Promise<number> {
  const server = new Server(options.workers);
  let endWatch = (): void => {};
  try {
    warmUp();
    const { code, status } = await compile(options);
    if (code === undefined) return status || 1;
    const reload = inTurn(() => takeOver(options, server));
    process.on("SIGHUP", () => (isTerminalGone() ? server.signal("SIGTERM") : reload()));
    if (options.watch) endWatch = watch(options.config, process.env, reload);
    return await server.serve(code);
  } finally {
    endWatch();
    server.end();
  }
}

/** The text of the program, or the exit code that its diagnostics ask for. */
async function compile(options: RunOptions): Promise<{ readonly code?: string; readonly status: number }> {
  const { value: gateway, diagnostics } = check(options.config, {
    compat: options.compat === "krakend",
    debug: options.debug,
    environment: process.env,
    startsNow: true,
    ...(options.port ? { port: options.port } : {}),
  });
  reportToTerminal(diagnostics);
  const status = exitCode(diagnostics);
  return gateway === undefined ? { status } : { code: await programOf(gateway), status };
}

async function programOf(gateway: Gateway): Promise<string> {
  const program = new PlainProgram(await generateModules(gateway));
  const options = { minify: false, sourcemap: false, name: "gateway.cjs" };
  const { code } = await bundle(program, options);
  await endBundler();
  return code;
}

/** A configuration with errors changes nothing: the last good one goes on. */
async function takeOver(options: RunOptions, server: Server): Promise<void> {
  try {
    const { code } = await compile(options);
    if (code !== undefined) return server.takeOver(code);
  } catch (fault) {
    process.stderr.write(`${fault instanceof Error ? fault.stack : String(fault)}\n`);
  }
  process.stderr.write("the last good configuration goes on\n");
}

/** Runs a task again and again, never twice at once; what is asked meanwhile is done once, after it. */
function inTurn(task: () => Promise<void>): () => void {
  let running = false;
  let again = false;
  const run = async (): Promise<void> => {
    if (running) {
      again = true;
      return;
    }
    running = true;
    await task();
    running = false;
    if (!again) return;
    again = false;
    await run();
  };
  return () => void run();
}

/** SIGHUP is also what a closed terminal sends, and then nobody is there to serve for. */
function isTerminalGone(): boolean {
  if (!process.stdin.isTTY && !process.stderr.isTTY) return false;
  try {
    openSync("/dev/tty", "r");
    return false;
  } catch {
    return true;
  }
}
