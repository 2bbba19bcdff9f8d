// Processes of the bench: started on a core of their own where the system can do that, measured through /proc,
// and ended with the bench whatever happens.
import { execFileSync, spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";

const has = (command) => spawnSync("sh", ["-c", `command -v ${command}`]).status === 0;

/** True when gateway and load get a core each. */
export const canPin = os.availableParallelism() > 1 && has("taskset");
/** True when the load comes from wrk, not from load.mjs. */
export const hasWrk = has("wrk");

/** The core of the gateway, and the one that load and upstream share. */
export const GATEWAY_CORE = 0;
export const LOAD_CORE = 1;

const children = new Set();
process.on("exit", () => {
  for (const child of children) child.kill("SIGKILL");
});
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(130));

const pinned = (core, command) =>
  canPin && core !== undefined ? ["taskset", "-c", String(core), ...command] : command;

/** Starts a command on a core. taskset replaces itself, so the process id is the command's own. */
export function start(core, command, options = {}) {
  const [program, ...args] = pinned(core, command);
  const child = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"], ...options });
  children.add(child);
  child.output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk) => {
      child.output = (child.output + chunk).slice(-4000);
    });
  child.once("exit", () => children.delete(child));
  child.stdin.on("error", () => {});
  return child;
}

/** Ends a process: asked first, then forced. */
export function stop(child) {
  if (!children.has(child)) return Promise.resolve();
  return new Promise((resolve) => {
    const force = setTimeout(() => child.kill("SIGKILL"), 2000);
    child.once("exit", () => {
      clearTimeout(force);
      resolve();
    });
    child.kill("SIGTERM");
  });
}

/** Runs a command to its end and gives its output; throws with that output when it fails. */
export async function run(core, command) {
  const child = start(core, command);
  child.stdin.end();
  let output = "";
  child.stdout.on("data", (chunk) => {
    output += chunk;
  });
  const status = await new Promise((resolve) => child.once("close", resolve));
  if (status !== 0) throw new Error(`${command.join(" ")} failed:\n${child.output}`);
  return output;
}

/** Waits until something listens on the port; throws with the child's output when the child ends before. */
export async function waitForPort(port, child, waitMs = 10_000) {
  const deadline = performance.now() + waitMs;
  while (!(await listens(port))) {
    if (!children.has(child) || performance.now() > deadline)
      throw new Error(`nothing listens on port ${port}; the process said:\n${child.output}`);
    await new Promise((resolve) => setTimeout(resolve, 3));
  }
}

const listens = (port) =>
  new Promise((resolve) => {
    const socket = net.connect({ port, host: "127.0.0.1" });
    socket.once("connect", () => socket.destroy());
    socket.once("error", () => resolve(false));
    socket.once("close", (failed) => resolve(!failed));
  });

export function freePort() {
  const server = net.createServer();
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

const ticksPerSecond = fs.existsSync("/proc/self/stat")
  ? Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }))
  : 0;

/** User and system CPU time of a process so far, in us; undefined where there is no /proc. */
export function cpuTime(pid) {
  if (ticksPerSecond === 0) return undefined;
  const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
  // Fields are counted behind the name, which stands in brackets and may hold anything. [proc(5): utime, stime]
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const toMicroseconds = (ticks) => (Number(ticks) * 1e6) / ticksPerSecond;
  return { user: toMicroseconds(fields[11]), system: toMicroseconds(fields[12]) };
}

/** Resident memory of a process in MB; undefined where there is no /proc. */
export function residentMegabytes(pid) {
  if (ticksPerSecond === 0) return undefined;
  const line = /^VmRSS:\s+(\d+) kB$/m.exec(fs.readFileSync(`/proc/${pid}/status`, "utf8"));
  return Number(line?.[1] ?? 0) / 1024;
}
