// Both ends of the line between the leading thread and another one.
import { type MessagePort, parentPort, Worker } from "node:worker_threads";
import type { ThreadData } from "./thread.js";
import { type Tell, tellHere, type Verbs } from "./workers-peer.js";

type Order = readonly [id: number, verb: keyof Verbs, args: readonly unknown[]];
/** The value, or why it could not be done. */
type Report = readonly [id: number, value: unknown, fault: string | undefined];

/** Another thread, from where it is led. */
export interface Remote {
  readonly index: number;
  readonly startedAt: number;
  readonly tell: Tell;
  /** Settles when the thread is gone; the reason, if it was a fault. */
  readonly gone: Promise<Error | undefined>;
  /** Ends the thread at once. */
  kill(): void;
}

/**
 * Room for short-lived objects, of which a third fills before they are collected. Left alone it grows
 * to several times as much, slowly and in every thread, and gains little: few objects outlive a request.
 */
const NURSERY_MB = 24;

/** Starts a thread that runs a program. */
export function startThread(text: string, gwc: ThreadData): Remote {
  const resourceLimits = { maxYoungGenerationSizeMb: NURSERY_MB };
  // As a script it would share its names with those of Node: `crypto` could not be one of its own.
  const worker = new Worker(`(() => {${text}\n})();`, { eval: true, workerData: { gwc }, resourceLimits });
  const waiting = new Map<number, (value: unknown, fault?: string) => void>();
  let orders = 0;
  let reason: Error | undefined;
  worker.on("error", (fault: Error) => {
    reason = fault;
  });
  worker.on("message", ([id, value, fault]: Report) => {
    waiting.get(id)?.(value, fault);
    waiting.delete(id);
  });
  const gone = new Promise<Error | undefined>((resolve) => {
    worker.on("exit", () => {
      for (const settle of waiting.values()) settle(undefined, reason?.message ?? "the thread ended");
      resolve(reason);
    });
  });
  const tell = (verb: keyof Verbs, ...args: readonly unknown[]): Promise<unknown> =>
    new Promise((resolve, reject) => {
      orders += 1;
      waiting.set(orders, (value, fault) => {
        if (fault === undefined) resolve(value);
        else reject(new Error(fault));
      });
      worker.postMessage([orders, verb, args] satisfies Order);
    });
  return {
    index: gwc.index,
    startedAt: performance.now(),
    tell: tell as Tell,
    gone,
    kill: () => void worker.terminate(),
  };
}

/** Does in this thread what the leading thread tells it. */
export function obey(): void {
  const line = parentPort as MessagePort;
  line.on("message", ([id, verb, args]: Order) => {
    const report = (value: unknown, fault?: string): void =>
      line.postMessage([id, value, fault] satisfies Report);
    // The compiler cannot see that verb and arguments belong together.
    (tellHere as (verb: keyof Verbs, ...args: readonly unknown[]) => Promise<unknown>)(verb, ...args).then(
      (value) => {
        report(value);
        // What was logged last goes out before the thread does.
        if (verb === "stop") setImmediate(() => process.exit(0));
      },
      (fault: unknown) => report(undefined, fault instanceof Error ? fault.message : String(fault)),
    );
  });
}
