// Which thread of the gateway this is, and the memory that all of them see. Known before the first
// module of a program is evaluated, and the same for every program that a thread takes over later.
import { availableParallelism } from "node:os";
import { isMainThread, workerData } from "node:worker_threads";

type Memory = ArrayBuffer | SharedArrayBuffer;

export interface Thread {
  /** Its place among all threads: those that serve count from 0, a main thread that does not is last. */
  readonly index: number;
  /** How many threads serve. With one there is no other thread, and nothing needs to be atomic. */
  readonly serving: number;
  /** How many threads there are; the length of lists that hold something for each. */
  readonly all: number;
  /** True in one thread only, which never dies alone: for what must be done once, such as exporting. */
  readonly leads: boolean;
  /** What is to be added to performance.now() for a clock that all threads read alike, in ms. */
  readonly clockOffset: number;
  /** What stood in the way of the number of threads that was wished. */
  readonly notice: string | undefined;
  /** Memory by name. Replaced as a whole when a program is taken over. */
  memory: Map<string, Memory>;
  /** The memory of the program before, which the next one goes on with where the names are equal. */
  inherited: Map<string, Memory>;
  /** How many programs came before the one that is evaluated, the same in all threads. */
  generation: number;
  /** There while a program is made ready to take over: it is handed here instead of being started. */
  receive: ((program: object) => void) | undefined;
  /** What is done when the thread ends; one listener for all programs that follow each other. */
  readonly atExit: Set<() => void>;
  /** The gateway will stop; who looks at its health is told. */
  stopping: boolean;
}

/** What the main thread gives to another one. */
export interface ThreadData {
  readonly index: number;
  readonly serving: number;
  readonly memory: Map<string, Memory>;
  readonly generation: number;
}

const MOST_THREADS = 256;

/** Whether threads of one process can listen on one port [Node net server.listen reusePort]. */
export function canSharePort(version: string, platform: string): boolean {
  const [major = 0, minor = 0] = version.replace(/^v/, "").split(".").map(Number);
  const known = major > 23 || (major === 23 && minor >= 1) || (major === 22 && minor >= 12);
  return known && (platform === "linux" || platform === "freebsd");
}

/** How many threads are to serve, from GWC_WORKERS, and why it is not what was asked for. */
export function threadsFor(
  wish: string | undefined,
  cores: number,
  canShare: boolean,
): { readonly serving: number; readonly notice: string | undefined } {
  const number = Number(wish);
  const isNumber = wish !== undefined && /^\d+$/.test(wish) && number >= 1;
  const unreadable = wish !== undefined && wish !== "" && wish !== "auto" && !isNumber;
  const wanted = Math.min(isNumber ? number : cores, MOST_THREADS);
  const serving = canShare ? wanted : 1;
  if (unreadable)
    return { serving, notice: `GWC_WORKERS is ${JSON.stringify(wish)}, which is no number of threads` };
  if (serving === wanted) return { serving, notice: undefined };
  return { serving, notice: "this Node cannot share a port between threads; 22.12 and newer can, on Linux" };
}

function thisThread(): Thread {
  const given = (workerData as { readonly gwc?: ThreadData } | null)?.gwc;
  const { serving, notice } =
    given === undefined
      ? threadsFor(
          process.env.GWC_WORKERS,
          availableParallelism(),
          canSharePort(process.version, process.platform),
        )
      : { serving: given.serving, notice: undefined };
  return {
    index: given?.index ?? (serving > 1 ? serving : 0),
    serving,
    all: serving > 1 ? serving + 1 : 1,
    leads: isMainThread,
    clockOffset: serving > 1 ? clockOffset() : 0,
    notice,
    memory: new Map(),
    inherited: given?.memory ?? new Map(),
    generation: given?.generation ?? 0,
    receive: undefined,
    atExit: atExit(),
    stopping: false,
  };
}

function atExit(): Set<() => void> {
  const tasks = new Set<() => void>();
  process.on("exit", () => {
    for (const each of tasks) each();
  });
  return tasks;
}

/** Both clocks tick alike, but performance.now() begins with its thread. The quickest look is the best. */
function clockOffset(): number {
  let best = { took: Number.POSITIVE_INFINITY, offset: 0 };
  for (let tries = 0; tries < 5; tries += 1) {
    const before = performance.now();
    const common = Number(process.hrtime.bigint()) / 1e6;
    const took = performance.now() - before;
    if (took < best.took) best = { took, offset: common - (before + took / 2) };
  }
  return best.offset;
}

const HERE = Symbol.for("gwc.thread");
const here = globalThis as { [HERE]?: Thread };

here[HERE] ??= thisThread();

/** This thread. */
export const thread: Thread = here[HERE];

/**
 * Memory of its own for each call, zeroed at first: the n-th call with one name and size gets the
 * same memory in every thread. A program that is taken over goes on with the memory of the one
 * before where names and sizes are equal, so a name says what the bytes mean.
 */
export function namedMemory(name: string, bytes: number): Memory {
  let key = `${bytes} ${name}`;
  while (thread.memory.has(key)) key += "'";
  const memory =
    thread.inherited.get(key) ?? (thread.serving > 1 ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes));
  thread.memory.set(key, memory);
  return memory;
}
