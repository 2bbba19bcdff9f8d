// The walk by WebAssembly, which looks at sixteen bytes of a string at once: three times as fast as the
// one in JavaScript, which remains for the shortest and the longest texts, and puts faults in words.
import { VECTOR_WALK } from "./vector-walk-code.js";

/** Below this, in bytes, the way into the memory of the program costs what is won. */
export const LEAST_BYTES = 128;
/** The memory of the program never shrinks: longer texts are walked in JavaScript. */
const MOST_BYTES = 4 * 1024 * 1024;

/** Where the text begins in the memory of the program; what closes open containers is before it. */
const TEXT_AT = 16_384;
const PAGE_BYTES = 65_536;
/** What the program may read behind the text, of which it looks at none. */
const SLACK_BYTES = 32;

/** What is used of the global of that name, which the types of Node leave to browsers. */
declare const WebAssembly: {
  readonly Module: new (code: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: object };
};

interface Program {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  walk(at: number, keep: number, levels: number): number;
}

/** A text in the memory of the program. There is one: whoever has it gives it back. */
export class VectorWalk {
  /** The bytes of the text, a zero behind them, and more. */
  bytes: Buffer;
  readonly #program: Program;
  #notes: Uint8Array;

  constructor(program: Program) {
    this.#program = program;
    this.bytes = textOf(program);
    this.#notes = notesOf(program);
  }

  /**
   * The end of the value that, after white space, begins at an index, with at most so many levels in
   * it; negative if there is none.
   */
  end(start: number, keep: boolean, levels: number): number {
    return this.#program.walk(start + TEXT_AT, keep ? 1 : 0, levels) - TEXT_AT;
  }

  /** What the strings of the last values hold (`repair.ts`); asked for, it is forgotten. */
  takeNoted(): number {
    const found = this.#notes[0]!;
    if (found !== 0) this.#notes[0] = 0;
    return found;
  }

  /** Makes room for a text of so many bytes. */
  reserve(length: number): void {
    const missing = length + SLACK_BYTES - this.bytes.length;
    if (missing <= 0) return;
    this.#program.memory.grow(Math.ceil(missing / PAGE_BYTES));
    this.bytes = textOf(this.#program);
    this.#notes = notesOf(this.#program);
  }
}

/** Undefined until it is needed; null where the engine runs no such program, or it is lent. */
let idle: VectorWalk | null | undefined;

/** The walk with a text of so many bytes to be written to its `bytes`; null if it can have none. */
export function lendVectors(length: number): VectorWalk | null {
  if (length < LEAST_BYTES || length > MOST_BYTES) return null;
  if (idle === undefined) idle = startVectors();
  const lent = idle;
  if (lent === null) return null;
  lent.reserve(length);
  idle = null;
  return lent;
}

export function giveBackVectors(walk: VectorWalk): void {
  idle = walk;
}

function startVectors(): VectorWalk | null {
  try {
    const program = new WebAssembly.Module(Buffer.from(VECTOR_WALK, "base64"));
    return new VectorWalk(new WebAssembly.Instance(program).exports as Program);
  } catch {
    // A processor without vectors, or an engine that may not compile at run time (--jitless).
    return null;
  }
}

function notesOf({ memory }: Program): Uint8Array {
  return new Uint8Array(memory.buffer, TEXT_AT - 1, 1);
}

function textOf({ memory }: Program): Buffer {
  return Buffer.from(memory.buffer, TEXT_AT);
}
