// Kept answers, bounded by number and size.
import type { ByteString } from "../../runtime/bytes.js";
import type { FlatHeaders } from "../../runtime/exchange.js";
import type { Answer } from "../../runtime/upstream-answer.js";

/** A bound for every store, 256 MiB; KrakenD's grow without end unless both limits are given. */
export const MOST_STORE_BYTES = 256 * 1024 * 1024;

/** What an entry costs beside its texts, about. */
const ENTRY_BYTES = 256;

export interface StoreLimits {
  readonly mostItems?: number;
  readonly mostBytes?: number;
}

export interface Entry {
  readonly answer: Answer;
  /** Request headers that the answer depends on, names in lower case, with the values it was made for. */
  readonly varied: readonly (readonly [name: string, value: ByteString])[];
}

interface Slot {
  readonly entry: Entry;
  readonly bytes: number;
}

/** Answers under their keys. What was not used for longest goes first. */
export class CacheStore {
  readonly #mostItems: number;
  readonly #mostBytes: number;
  /** The one unused longest stands first. */
  readonly #slots = new Map<string, Slot>();
  #bytes = 0;

  constructor(limits: StoreLimits = {}) {
    this.#mostItems = limits.mostItems ?? Number.POSITIVE_INFINITY;
    this.#mostBytes = limits.mostBytes ?? MOST_STORE_BYTES;
  }

  get size(): number {
    return this.#slots.size;
  }

  get(key: string): Entry | undefined {
    const slot = this.#slots.get(key);
    if (slot === undefined) return undefined;
    this.#slots.delete(key);
    this.#slots.set(key, slot);
    return slot.entry;
  }

  /** Takes the place of what was there. An entry as large as the whole store is not kept. */
  set(key: string, entry: Entry): void {
    this.delete(key);
    const bytes = sizeOf(key, entry);
    if (bytes >= this.#mostBytes) return;
    this.#slots.set(key, { entry, bytes });
    this.#bytes += bytes;
    for (const oldest of this.#slots.keys()) {
      if (this.#slots.size <= this.#mostItems && this.#bytes <= this.#mostBytes) break;
      this.delete(oldest);
    }
  }

  delete(key: string): void {
    this.#bytes -= this.#slots.get(key)?.bytes ?? 0;
    this.#slots.delete(key);
  }
}

function sizeOf(key: string, { answer, varied }: Entry): number {
  return ENTRY_BYTES + key.length + answer.body.length + lengthOf(answer.headers) + lengthOf(varied.flat());
}

function lengthOf(texts: FlatHeaders): number {
  return texts.reduce((total, text) => total + text.length, 0);
}
