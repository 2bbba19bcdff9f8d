// Processes of the bench: started on the cores that they are given, and ended with the bench whatever
// happens.
import { spawn } from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import { CORES, canPin } from "./machine.mjs";

const children = new Set();
process.on("exit", () => {
  for (const child of children) child.kill("SIGKILL");
});
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(130));

const pinned = (cores, command) => (canPin ? ["taskset", "-c", cores ?? CORES.all, ...command] : command);

/**
 * Starts a command on cores (a list as taskset spells it; all when undefined). taskset replaces itself, so the
 * process id is the command's own. `logTo` names a file for what it writes, which then costs the bench nothing.
 */
export function start(cores, command, { logTo, env } = {}) {
  const [program, ...args] = pinned(cores, command);
  const log = logTo === undefined ? "pipe" : fs.openSync(logTo, "w");
  const child = spawn(program, args, {
    stdio: ["pipe", log, log],
    env: { ...process.env, ...env },
  });
  if (logTo !== undefined) fs.closeSync(log);
  children.add(child);
  child.output = "";
  child.logTo = logTo;
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (chunk) => {
      child.output = (child.output + chunk).slice(-4000);
    });
  child.once("exit", () => children.delete(child));
  child.once("error", (fault) => {
    child.output += fault.message;
    children.delete(child);
  });
  child.stdin.on("error", () => {});
  return child;
}

/** What a process said last. */
export function outputOf(child) {
  return child.logTo === undefined ? child.output : fs.readFileSync(child.logTo, "utf8").slice(-2000);
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

/** Runs a command to its end and gives its output; throws with that output when it fails or takes too long. */
export async function run(cores, command, mostMs = 180_000) {
  const child = start(cores, command);
  const limit = setTimeout(() => child.kill("SIGKILL"), mostMs);
  child.stdin.end();
  let output = "";
  child.stdout.on("data", (chunk) => {
    output += chunk;
  });
  const status = await new Promise((resolve) => {
    child.once("close", resolve);
    child.once("error", resolve);
  });
  clearTimeout(limit);
  if (status !== 0) throw new Error(`${command.slice(0, 4).join(" ")} failed:\n${child.output}`);
  return output;
}

/** The first line that a process of the bench prints, which is its port. */
export async function printedLine(child, waitMs = 10_000) {
  const deadline = performance.now() + waitMs;
  while (!child.output.includes("\n")) {
    if (!children.has(child) || performance.now() > deadline)
      throw new Error(`a helper of the bench printed nothing but:\n${child.output}`);
    await pause(3);
  }
  return child.output.slice(0, child.output.indexOf("\n"));
}

/** Waits until something listens on the port; throws with the child's output when the child ends before. */
export async function waitForPort(port, child, waitMs = 10_000) {
  const deadline = performance.now() + waitMs;
  while (!(await listens(port))) {
    if (!children.has(child) || performance.now() > deadline)
      throw new Error(`nothing listens on port ${port}; the process said:\n${outputOf(child)}`);
    await pause(3);
  }
}

const listens = (port) =>
  new Promise((resolve) => {
    const socket = net.connect({ port, host: "127.0.0.1" });
    socket.once("connect", () => socket.destroy());
    socket.once("error", () => resolve(false));
    socket.once("close", (failed) => resolve(!failed));
  });

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export function freePort() {
  const server = net.createServer();
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
