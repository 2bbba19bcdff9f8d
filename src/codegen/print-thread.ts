// Prints on a thread of its own: ts-morph takes longer to load than all the rest of the compiler, so
// it loads while the configuration is read, and prints while the bundler parses.
import { Worker } from "node:worker_threads";
import type { GeneratedModule, Module } from "./module.js";

/** A program whose modules are being printed. */
export class PrintedProgram {
  readonly #texts: ReadonlyMap<string, Promise<string>>;

  constructor(texts: ReadonlyMap<string, Promise<string>>) {
    this.#texts = texts;
  }

  /** The text of the module at a path, as soon as it is printed; undefined where there is none. */
  text(path: string): Promise<string> | undefined {
    return this.#texts.get(path);
  }

  /** All modules, in the order in which they were generated. */
  modules(): Promise<readonly GeneratedModule[]> {
    return Promise.all([...this.#texts].map(async ([path, text]) => ({ path, text: await text })));
  }
}

/** Modules that a thread gets at a time. */
const PORTION = 16;

interface Wanted {
  readonly module: Module;
  readonly resolve: (text: string) => void;
  readonly reject: (fault: Error) => void;
}

/** The thread starts to load at once. */
export class PrintThread {
  readonly #worker = new Worker(new URL("./print-worker.js", import.meta.url), {
    // Printing makes much short-lived text: with a large nursery it is collected seldom.
    resourceLimits: { maxYoungGenerationSizeMb: 64 },
  });

  constructor() {
    // A fault before anything is asked for is reported when it is.
    this.#worker.on("error", () => {});
  }

  /** Starts to print modules, once. A fault of the printer is a bug in gwc and rejects the texts. */
  print(modules: readonly Module[]): PrintedProgram {
    const queue: Wanted[] = [];
    const texts = modules.map((module) => {
      const text = new Promise<string>((resolve, reject) => queue.push({ module, resolve, reject }));
      // Whoever asks for the text learns of a fault; nobody may have asked yet.
      text.catch(() => {});
      return [module.path, text] as const;
    });
    feed(this.#worker, queue);
    return new PrintedProgram(new Map(texts));
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}

/** Gives a thread one portion after the other until none is left. */
function feed(worker: Worker, queue: Wanted[]): void {
  let printing: readonly Wanted[] = [];
  const next = (): void => {
    printing = queue.splice(0, PORTION);
    if (printing.length > 0) worker.postMessage(printing.map((each) => each.module));
  };
  worker.on("message", (texts: readonly string[]) => {
    const printed = printing;
    next();
    for (const [index, each] of printed.entries()) each.resolve(texts[index] ?? "");
  });
  worker.on("error", (fault) => {
    for (const each of [...printing, ...queue.splice(0)]) each.reject(fault as Error);
  });
  next();
}
