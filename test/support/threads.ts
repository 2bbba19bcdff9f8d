// Runs a piece of the runtime in threads, as several threads of one gateway.
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { build } from "esbuild";
import type { ThreadData } from "../../src/runtime/thread.js";

/** A program of TypeScript that may import from `folder`, as one text of CommonJS. */
export async function bundleText(contents: string, folder: string): Promise<string> {
  const made = await build({
    stdin: { contents, resolveDir: folder, loader: "ts" },
    bundle: true,
    write: false,
    format: "cjs",
    platform: "node",
    target: "node20",
  });
  return made.outputFiles[0]!.text;
}

/** Runs it in a thread of its own until it posts its first message, which is the result. */
export function runInThread<Result>(program: string, gwc: ThreadData, data: object = {}): Promise<Result> {
  const worker = new Worker(program, { eval: true, workerData: { ...data, gwc } });
  return new Promise((resolve, reject) => {
    worker.once("message", (result: Result) => resolve(result)).once("error", reject);
  });
}

/**
 * Runs a program in several threads at once, as a gateway does: `setup` is evaluated once alone, which
 * makes the memory, then in each thread; `work` is an expression of each thread's result, and all
 * begin together.
 */
export async function runInThreads<Result>(
  setup: string,
  work: string,
  folder: string,
  serving = 4,
): Promise<readonly Result[]> {
  const program = await bundleText(
    `import { parentPort, workerData } from "node:worker_threads";
     import { thread } from ${JSON.stringify(join(import.meta.dirname, "../../src/runtime/thread.js"))};
     ${setup}
     const work = async () => ${work};
     const { gate } = workerData;
     if (gate === undefined) parentPort.postMessage(thread.memory);
     else {
       Atomics.add(gate, 0, 1);
       while (Atomics.load(gate, 0) < ${serving});
       void work().then((result) => parentPort.postMessage(result));
     }`,
    folder,
  );
  const alone: ThreadData = { index: serving, serving, memory: new Map(), generation: 0 };
  const memory = await runInThread<ThreadData["memory"]>(program, alone);
  const gate = new Int32Array(new SharedArrayBuffer(4));
  const indices = Array.from({ length: serving }, (_, index) => index);
  return Promise.all(
    indices.map((index) => runInThread<Result>(program, { index, serving, memory, generation: 0 }, { gate })),
  );
}
