// Builds the located tree from the inside out. Keeps its own stack, so no text is too deep for it.
import type { JsonFaults } from "./json-fault.js";
import type { Located, Member } from "./located.js";
import { findRepeatedKeys } from "./repeated-key.js";
import type { SourceText, Span } from "./text.js";

/** An object or array that is still open. */
export interface Frame {
  readonly isObject: boolean;
  readonly start: number;
  readonly members: Member[];
  readonly items: Located[];
  /** The key whose value comes next; undefined for a value without a key, which is dropped. */
  key: string | undefined;
  keySpan: Span | undefined;
}

const NOTHING: never[] = [];
/** How far up the stack a closing bracket may look for its partner. */
const NEAR = 16;

/** The tree of one text while it grows. */
export class JsonTree {
  /** The whole value, once it is complete. */
  root: Located | undefined;
  readonly #frames: Frame[] = [];
  readonly #source: SourceText;
  readonly #faults: JsonFaults;

  constructor(source: SourceText, faults: JsonFaults) {
    this.#source = source;
    this.#faults = faults;
  }

  get depth(): number {
    return this.#frames.length;
  }

  /** The innermost open object or array. */
  get innermost(): Frame | undefined {
    return this.#frames[this.#frames.length - 1];
  }

  add(node: Located): void {
    const frame = this.innermost;
    if (frame === undefined) this.root = node;
    else if (!frame.isObject) frame.items.push(node);
    else if (frame.key !== undefined && frame.keySpan !== undefined) {
      frame.members.push({ key: frame.key, keySpan: frame.keySpan, value: node });
    }
  }

  open(isObject: boolean, start: number): void {
    this.#frames.push({
      isObject,
      start,
      members: isObject ? [] : NOTHING,
      items: isObject ? NOTHING : [],
      key: undefined,
      keySpan: undefined,
    });
  }

  /** Closes the innermost object or array; its last character stands before `end`. */
  close(end: number): void {
    const frame = this.#frames.pop();
    if (frame === undefined) return;
    const { isObject, start, members, items } = frame;
    const span = this.#source.span(start, end);
    if (isObject) findRepeatedKeys(members, this.#faults);
    this.add(isObject ? { kind: "object", span, members } : { kind: "array", span, items });
  }

  /** Closes whatever is deeper than `depth` frames. */
  closeTo(depth: number, end: number): void {
    while (this.#frames.length > depth) this.close(end);
  }

  /** The nearest frame of the other kind than the innermost, and the one around it; undefined far up. */
  get partner(): { readonly depth: number; readonly outer: Frame | undefined } | undefined {
    const innermost = this.innermost;
    const lowest = Math.max(0, this.#frames.length - NEAR);
    for (let index = this.#frames.length - 2; index >= lowest; index--) {
      if (this.#frames[index]?.isObject !== innermost?.isObject) {
        return { depth: index + 1, outer: this.#frames[index - 1] };
      }
    }
    return undefined;
  }
}
