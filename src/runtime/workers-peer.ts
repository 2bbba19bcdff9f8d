// What a thread does with its programs when it is told to: starts the first, takes over the next,
// stops the last.
import { dirname } from "node:path";
import { logFault } from "./log.js";
import { modules, v8, vm } from "./node-parts.js";
import type { Program } from "./program.js";
import { type Thread, thread } from "./thread.js";

type Memory = Thread["memory"];

/** What the leading thread may tell a thread to do, itself included. */
export interface Verbs {
  /** Starts serving; the port. */
  start(port: number): Promise<number>;
  /** Makes a new program ready, without touching what serves. `memory` is what other threads have. */
  prepare(file: string, text: string, memory?: Memory): Promise<void>;
  /** From now on the new program serves. */
  commit(): Promise<void>;
  /** The new program is given up. */
  abort(): Promise<void>;
  /** Tells whoever looks at the gateway's health that it will stop. */
  announce(): Promise<void>;
  /** Stops; settles when the last request has ended. */
  stop(): Promise<void>;
}

/** Tells one thread to do something. */
export type Tell = <Verb extends keyof Verbs>(
  verb: Verb,
  ...args: Parameters<Verbs[Verb]>
) => ReturnType<Verbs[Verb]>;

/** A main thread that leads others does not serve. */
const serves = !thread.leads || thread.serving === 1;
const shared = thread.serving > 1;

let current: Program;
let next: Program | undefined;
/** What the thread had before there was a next one. */
let before: Pick<Thread, "memory" | "inherited" | "generation"> | undefined;
/** Programs that serve their last requests. */
const retiring = new Set<Program>();

const verbs: Verbs = {
  start: async (port) => (serves ? current.listen(port, shared) : port),

  async prepare(file, text, memory) {
    before = { memory: thread.memory, inherited: thread.inherited, generation: thread.generation };
    thread.generation += 1;
    thread.inherited = memory ?? thread.memory;
    thread.memory = new Map();
    thread.receive = (program) => {
      next = program as Program;
    };
    try {
      evaluate(file, text);
      if (next === undefined) throw new Error(`${file} is no gateway`);
      if (serves && next.address !== current.address) await next.listen(portOf(next), shared);
    } catch (fault) {
      await verbs.abort();
      throw fault;
    } finally {
      thread.receive = undefined;
    }
  },

  async commit() {
    if (next === undefined) return;
    const old = current;
    const takesOver = serves && next.address === old.address;
    if (takesOver) await next.takeOver(old);
    current = next;
    next = undefined;
    before = undefined;
    retiring.add(old);
    void (takesOver ? old.retire() : old.stop()).catch(logFault).then(() => retiring.delete(old));
  },

  async abort() {
    Object.assign(thread, before);
    const refused = next;
    next = undefined;
    before = undefined;
    await refused?.stop();
  },

  async announce() {
    thread.stopping = true;
  },

  async stop() {
    thread.stopping = true;
    await Promise.all([current, ...retiring].map((each) => each.stop()));
  },
};

/** This thread does it itself. */
export const tellHere: Tell = (verb, ...args) => Reflect.apply(verbs[verb], undefined, args);

/** The first program of this thread. */
export function begin(program: Program): void {
  current = program;
}

/** What serves. */
export function running(): Program {
  return current;
}

/** 0: whichever is free. */
export function portOf({ address }: Program): number {
  return Number(address.slice(address.lastIndexOf(":") + 1));
}

/** Runs a program; it meets this thread in `serve`. Nothing of it stays when it is done with. */
function evaluate(file: string, text: string): void {
  // Newer versions of V8 would keep every program that there ever was, in case that one comes again.
  v8().setFlagsFromString("--no-compilation-cache");
  const module = { exports: {} };
  const names = ["exports", "require", "module", "__filename", "__dirname"];
  const run = vm().compileFunction(text, names, { filename: file });
  run(module.exports, modules().createRequire(file), module, file, dirname(file));
}
