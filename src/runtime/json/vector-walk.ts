// The walk by WebAssembly, which looks for the end of strings in 64 bytes at once: several times as fast as the
// one in JavaScript, which remains for the shortest and the longest texts, and puts faults in words.
import { lentMemory, WORKSPACE_BYTES } from "../lent-memory.js";
import { VECTOR_WALK } from "./vector-walk-code.js";

/** Below this, in bytes, the way into the memory of the program costs what is won. */
export const LEAST_BYTES = 128;
/** Longer texts are walked in JavaScript: there is no room for them. */
const MOST_BYTES = 4 * 1024 * 1024;

/** Where texts begin that are copied into the memory of the program; what closes open containers is before it. */
const WORKSPACE_AT = 16_384;

/** What is used of the global of that name, which the types of Node leave to browsers. */
declare const WebAssembly: {
  readonly Module: new (code: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: object };
};

interface Program {
  walk(at: number, keep: number, levels: number): number;
}

/** The walk through one text. There is one: whoever has it gives it back. */
export class VectorWalk {
  /** Room for texts that are elsewhere. */
  readonly workspace: Buffer = Buffer.from(lentMemory.buffer, WORKSPACE_AT, WORKSPACE_BYTES - WORKSPACE_AT);
  readonly #program: Program;
  readonly #notes = new Uint8Array(lentMemory.buffer, WORKSPACE_AT - 1, 1);
  /** Where the text begins in the memory. */
  #textAt = WORKSPACE_AT;

  constructor(program: Program) {
    this.#program = program;
  }

  /** The bytes where the program reaches them: as they are, or a copy in the workspace. */
  reach(bytes: Buffer): Buffer {
    if (bytes.buffer !== lentMemory.buffer) {
      this.workspace.set(bytes);
      return this.workspace;
    }
    this.#textAt = bytes.byteOffset;
    return bytes;
  }

  /**
   * The end of the value that, after white space, begins at an index, with at most so many levels in
   * it; negative if there is none.
   */
  end(start: number, keep: boolean, levels: number): number {
    return this.#program.walk(start + this.#textAt, keep ? 1 : 0, levels) - this.#textAt;
  }

  /** What the strings of the last values hold (`repair.ts`); asked for, it is forgotten. */
  takeNoted(): number {
    const found = this.#notes[0]!;
    if (found !== 0) this.#notes[0] = 0;
    return found;
  }

  /** The next text is in the workspace. */
  reset(): void {
    this.#textAt = WORKSPACE_AT;
  }
}

/** Undefined until it is needed; null where the engine runs no such program, or it is lent. */
let idle: VectorWalk | null | undefined;

/** The walk for a text of so many bytes, in its workspace or in reach; null if it can have none. */
export function lendVectors(length: number): VectorWalk | null {
  if (length < LEAST_BYTES || length > MOST_BYTES) return null;
  if (idle === undefined) idle = startVectors();
  const lent = idle;
  if (lent !== null) idle = null;
  return lent;
}

export function giveBackVectors(walk: VectorWalk): void {
  walk.reset();
  idle = walk;
}

function startVectors(): VectorWalk | null {
  try {
    const program = new WebAssembly.Module(Buffer.from(VECTOR_WALK, "base64"));
    const { exports } = new WebAssembly.Instance(program, { gateway: { memory: lentMemory } });
    return new VectorWalk(exports as Program);
  } catch {
    // A processor without vectors, or an engine that may not compile at run time (--jitless).
    return null;
  }
}
