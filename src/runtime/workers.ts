// The leading thread: starts the others, replaces those that die, carries out signals. With one
// thread it serves itself, and there is no other.
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { releaseLocksOf } from "./locks.js";
import { logFault, logInfo, logWarning } from "./log.js";
import type { Program } from "./program.js";
import { thread } from "./thread.js";
import { begin, portOf, running, type Tell, tellHere } from "./workers-peer.js";
import { type Remote, startThread } from "./workers-remote.js";

/** A thread that lived shorter than this is replaced after a pause. */
const SHORT_LIFE_MS = 10_000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 10_000;
/** How long the others may take to end beyond what they were given. */
const PATIENCE_MS = 1000;

const SELF = "[SERVICE: gwc]";

const others = new Map<number, Remote>();
/** How long the place of each thread stays empty the next time it dies early, ms. */
const pauses = new Map<number, number>();
let file: string;
/** What new threads run. */
let text: string;
let port: number;
let stopping = false;
/** What must be over before a configuration is taken over or a thread is replaced. */
let busy: Promise<unknown> | undefined;
let reloadWanted = false;

/** Serves until SIGTERM or SIGINT. */
export async function lead(program: Program, programFile: string): Promise<void> {
  file = programFile;
  port = portOf(program);
  begin(program);
  for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, onStopSignal);
  process.on("SIGHUP", onReloadSignal);
  try {
    busy = thread.serving === 1 ? startHere() : startOthers();
    await busy;
    busy = undefined;
  } catch (fault) {
    process.stderr.write(`cannot listen on ${program.address}: ${(fault as Error).message}\n`);
    process.exit(1);
  }
  if (thread.notice !== undefined) logWarning(`${SELF} ${thread.notice}`);
  logInfo(`${SELF} Listening on port: ${port}, threads: ${thread.serving}`);
  if (reloadWanted) onReloadSignal();
}

async function startHere(): Promise<void> {
  port = await tellHere("start", port);
}

async function startOthers(): Promise<void> {
  await refuseIfTaken(running().address, port);
  text = readFileSync(file, "utf8");
  // One first: where any port will do, the others take the one that it got.
  port = await spawn(0).tell("start", port);
  await Promise.all(
    Array.from({ length: thread.serving - 1 }, (_, index) => spawn(index + 1).tell("start", port)),
  );
}

function tellOthers<Result>(order: (tell: Tell, thread: Remote) => Promise<Result>): Promise<Result>[] {
  return [...others.values()].map((each) => order(each.tell, each));
}

function spawn(index: number): Remote {
  const { serving, memory, generation } = thread;
  const started = startThread(text, { index, serving, memory, generation });
  others.set(index, started);
  void started.gone.then((fault) => onDeath(started, fault));
  return started;
}

function onDeath({ index, startedAt }: Remote, fault: Error | undefined): void {
  releaseLocksOf(index);
  others.delete(index);
  if (stopping) return;
  const isEarly = performance.now() - startedAt < SHORT_LIFE_MS;
  const pause = isEarly ? (pauses.get(index) ?? 0) : 0;
  pauses.set(index, isEarly ? Math.min(LONGEST_PAUSE_MS, Math.max(FIRST_PAUSE_MS, pause * 2)) : 0);
  const reason = fault === undefined ? "ended" : `died: ${fault.message}`;
  logWarning(`${SELF} thread ${index} ${reason}; its connections are lost, another takes its place`);
  setTimeout(() => void replace(index), pause);
}

async function replace(index: number): Promise<void> {
  // A thread that began in the middle of it would miss a new program.
  await busy;
  if (stopping) return;
  const started = spawn(index);
  started.tell("start", port).catch(started.kill);
}

function onReloadSignal(): void {
  reloadWanted = busy !== undefined;
  if (stopping || reloadWanted) return;
  busy = reload();
  void busy.then(() => {
    busy = undefined;
    if (reloadWanted) onReloadSignal();
  });
}

/** All threads take the new program over, or none. */
async function reload(): Promise<void> {
  try {
    const newText = readFileSync(file, "utf8");
    await tellHere("prepare", file, newText);
    const { memory } = thread;
    await Promise.all(tellOthers((tell) => tell("prepare", file, newText, memory)));
    await tellHere("commit");
    text = newText;
    port = portOf(running()) || port;
    // A thread that cannot follow is replaced by one that begins with the new program.
    await Promise.all(tellOthers((tell, { kill }) => tell("commit").catch(kill)));
    logInfo(`${SELF} a new configuration serves`);
  } catch (fault) {
    await Promise.allSettled([tellHere("abort"), ...tellOthers((tell) => tell("abort"))]);
    logWarning(`${SELF} the last good configuration goes on, the new one is refused:`);
    logFault(fault);
  }
}

function onStopSignal(): void {
  if (stopping) process.exit(130);
  stopping = true;
  void stop().finally(() => process.exit(0));
}

async function stop(): Promise<void> {
  const delay = shutdownDelayMs(process.env.GWC_SHUTDOWN_DELAY);
  if (delay > 0) {
    await Promise.allSettled([tellHere("announce"), ...tellOthers((tell) => tell("announce"))]);
    await after(delay);
  }
  const ends = Promise.allSettled(tellOthers((tell, { gone }) => tell("stop").then(() => gone)));
  const { maxShutdownMs } = running();
  await (maxShutdownMs > 0 ? Promise.race([ends, after(maxShutdownMs + PATIENCE_MS)]) : ends);
  await tellHere("stop");
}

function after(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** How long the gateway goes on after SIGTERM while its health tells that it will stop: `5s`, `500ms`. */
export function shutdownDelayMs(written: string | undefined): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(ms|s)?$/.exec(written ?? "") ?? [];
  return Number(number ?? 0) * (unit === "ms" ? 1 : 1000);
}

/**
 * Sockets that share a port do not notice another gateway that shares it, too; so it is looked for.
 * One that does not share is noticed when this one listens.
 */
function refuseIfTaken(address: string, wanted: number): Promise<void> {
  const host = address.slice(0, address.lastIndexOf(":"));
  return new Promise((resolve, reject) => {
    if (wanted === 0) return resolve();
    const socket = connect({ port: wanted, host: host === "" ? "localhost" : host });
    socket.on("error", () => resolve());
    socket.on("connect", () => {
      socket.destroy();
      reject(new Error("bind: address already in use"));
    });
  });
}
