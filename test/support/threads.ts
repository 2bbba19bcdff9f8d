// Runs a piece of the runtime in threads, as several threads of one gateway.
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
