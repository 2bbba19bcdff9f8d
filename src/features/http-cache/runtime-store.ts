// Kept answers, bounded by number and size.
import type { ByteString } from "../../runtime/bytes.js";
import type { FlatHeaders } from "../../runtime/exchange.js";
import type { Answer } from "../../runtime/received-answer.js";
import { thread } from "../../runtime/thread.js";
import type { Landing } from "./runtime-flights.js";
import type { Said } from "./runtime-freshness.js";

/**
 * What all stores without a limit of their own may hold together, 256 MiB; KrakenD's grow without
 * end unless both limits are given.
 */
export const MOST_STORE_BYTES = 256 * 1024 * 1024;

/** What an entry costs beside its texts, about. */
const ENTRY_BYTES = 256;

/** For the whole process: each of its threads gets an equal part. */
export interface StoreLimits {
  readonly mostItems?: number;
  readonly mostBytes?: number;
}

export interface Entry {
  readonly answer: Answer;
  readonly said: Said;
  /** Request headers that the answer depends on, names in lower case, with the values it was made for. */
  readonly varied: readonly (readonly [name: string, value: ByteString])[];
}

interface Slot {
  readonly entry: Entry;
  readonly bytes: number;
}

/** Bytes that one store, or several together, may hold. */
class Budget {
  readonly most: number;
  readonly stores: CacheStore[] = [];
  used = 0;

  constructor(bytes: number) {
    this.most = bytes / thread.serving;
  }

  /** Drops what was not used for longest from whoever holds most, until all fits. */
  keep(): void {
    while (this.used > this.most) {
      const [first, ...others] = this.stores;
      if (first === undefined) return;
      others.reduce((most, each) => (each.bytes > most.bytes ? each : most), first).dropOldest();
    }
  }
}

const common = new Budget(MOST_STORE_BYTES);

/** Answers under their keys. What was not used for longest goes first. */
export class CacheStore {
  /** Requests that are being asked for others too, by key. */
  readonly flights = new Map<string, Promise<Landing>>();
  bytes = 0;
  readonly #mostItems: number;
  readonly #budget: Budget;
  /** The one unused longest stands first. */
  readonly #slots = new Map<string, Slot>();

  constructor({ mostItems, mostBytes }: StoreLimits = {}) {
    this.#mostItems =
      mostItems === undefined
        ? Number.POSITIVE_INFINITY
        : Math.max(1, Math.floor(mostItems / thread.serving));
    this.#budget = mostBytes === undefined ? common : new Budget(mostBytes);
    this.#budget.stores.push(this);
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

  /** Takes the place of what was there. An entry as large as all that may be held is not kept. */
  set(key: string, entry: Entry): void {
    this.delete(key);
    const bytes = sizeOf(key, entry);
    if (bytes >= this.#budget.most) return;
    this.#slots.set(key, { entry, bytes });
    this.#count(bytes);
    if (this.#slots.size > this.#mostItems) this.dropOldest();
    this.#budget.keep();
  }

  delete(key: string): void {
    const slot = this.#slots.get(key);
    if (slot === undefined) return;
    this.#slots.delete(key);
    this.#count(-slot.bytes);
  }

  dropOldest(): void {
    for (const oldest of this.#slots.keys()) {
      this.delete(oldest);
      return;
    }
  }

  #count(bytes: number): void {
    this.bytes += bytes;
    this.#budget.used += bytes;
  }
}

function sizeOf(key: string, { answer, varied }: Entry): number {
  return ENTRY_BYTES + key.length + answer.body.length + lengthOf(answer.headers) + lengthOf(varied.flat());
}

function lengthOf(texts: FlatHeaders): number {
  return texts.reduce((total, text) => total + text.length, 0);
}
