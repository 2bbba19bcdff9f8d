// Compiles a configuration and serves it from a process of its own, as a user would.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundle } from "../../src/bundle/bundle.js";
import { generateProgram, understand } from "../../src/compile.js";
import { parse } from "../../src/config/load.js";
import { SourceText } from "../../src/source/text.js";
import { type Twin, twinPlugins } from "./twins.js";

export interface TestGateway {
  readonly port: number;
  readonly process: ChildProcess;
  /** What it wrote so far. */
  log(): string;
  /** Resident memory in bytes. */
  memory(): number;
  /** Puts another program in the place of its file, which SIGHUP then makes it take over. */
  write(code: string): void;
  stop(): Promise<number | null>;
}

/** What a test may want of a gateway beside its configuration. */
export interface GatewayOptions {
  readonly compat?: boolean;
  /** Variables of its environment. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Code that is put behind its program. */
  readonly extra?: string;
  /** What stands in place of what ships. */
  readonly twins?: readonly Twin[];
}

/** A port that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = net.createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as net.AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

/** With `GWC_TWINS=server,client` any of the behaviour tests runs over the twins. */
const wantedTwins = (process.env.GWC_TWINS ?? "").split(",").filter((each) => each !== "") as Twin[];

/** The server file of a configuration; throws with the diagnostics where there is none. */
export async function compileText(
  config: unknown,
  compat = false,
  twins: readonly Twin[] = wantedTwins,
): Promise<string> {
  const text = typeof config === "string" ? config : JSON.stringify(config, null, 2);
  const loaded = parse(new SourceText("krakend.json", text), {});
  const options = { compat, environment: {} };
  const { value, diagnostics } = understand(loaded.value!, loaded.diagnostics, options);
  if (value === undefined)
    throw new Error(diagnostics.map((each) => `${each.code}: ${each.message}`).join("\n"));
  const made = await bundle(await generateProgram(value), {
    minify: false,
    sourcemap: false,
    name: "gateway.cjs",
    plugins: await twinPlugins(twins),
  });
  return made.code;
}

/** Serves a configuration on a free port; `config` gets that port. */
export async function startGateway(
  config: Record<string, unknown>,
  options: boolean | GatewayOptions = {},
): Promise<TestGateway> {
  const {
    compat = false,
    environment = {},
    extra = "",
    twins = wantedTwins,
  } = options === true ? { compat: true } : options || {};
  const port = await freePort();
  const code = await compileText({ version: 3, port, listen_ip: "127.0.0.1", ...config }, compat, twins);
  const folder = mkdtempSync(join(tmpdir(), "gwc-behaviour-"));
  const file = join(folder, "gateway.cjs");
  writeFileSync(file, code + extra);
  const child = spawn(process.execPath, [file], {
    stdio: ["ignore", "pipe", "pipe"],
    // One thread, on any Node, unless a test is about threads.
    env: { ...process.env, GWC_WORKERS: "1", ...environment },
  });
  let log = "";
  for (const output of [child.stdout, child.stderr]) {
    output?.on("data", (chunk: Buffer) => {
      log += chunk.toString("latin1");
    });
  }
  const exited = new Promise<number | null>((resolve) => child.on("exit", (status) => resolve(status)));
  await listening(port, child, () => log);
  return {
    port,
    process: child,
    log: () => log,
    memory: () => residentBytes(child.pid ?? 0),
    write: (next) => writeFileSync(file, next),
    async stop() {
      child.kill("SIGTERM");
      const status = await exited;
      rmSync(folder, { recursive: true, force: true });
      return status;
    },
  };
}

export async function listening(port: number, child: ChildProcess, log: () => string): Promise<void> {
  for (let tries = 0; tries < 400; tries += 1) {
    if (child.exitCode !== null) throw new Error(`the gateway ended: ${log()}`);
    if (await accepts(port)) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`the gateway does not listen: ${log()}`);
}

export function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ port, host: "127.0.0.1" });
    socket.on("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}

function residentBytes(pid: number): number {
  const pages = Number(readFileSync(`/proc/${pid}/statm`, "utf8").split(" ")[1]);
  return pages * 4096;
}
