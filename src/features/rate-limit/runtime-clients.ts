// A token bucket for each client, in a table of fixed size that all threads share.
import { createHash, randomFillSync } from "node:crypto";
import type { ByteString } from "../../runtime/bytes.js";
import { Locks } from "../../runtime/locks.js";
import { logWarning } from "../../runtime/log.js";
import { namedMemory, thread } from "../../runtime/thread.js";
import { type Bucket, Refill, tokenBucket } from "./runtime-bucket.js";
import { KeyedHash } from "./runtime-hash.js";

/** Most clients that one endpoint remembers at a time; 8 MiB when all are there. A power of two. */
export const MOST_CLIENTS = 262_144;

/** Longer names of clients are hashed by way of their digest, which is longer than any name hashed as it is. */
const LONGEST_TOKEN = 64;

/** Slots per lock. A client has its place within the slots of one lock. */
const REGION = 1024;
/** Slots that lie beside each other and are looked at together. */
const GROUP = 4;
/** Groups where the bucket of a client may be. */
const GROUPS_LOOKED_AT = 8;

/** A slot: two words of the hash, the tokens, when it may be forgotten (s), refilledAt, seenAt (ms). */
const SLOT_BYTES = 32;
const SLOT_WORDS = 8;
const SLOT_TIMES = 4;
/** Before the slots: the key of the hash, the start, when it was last said that the table is full. */
const HEAD_BYTES = 32;

export interface ClientLimit {
  readonly perSecond: number;
  readonly capacity: number;
  /** A bucket unused for so long is forgotten at the next sweep. */
  readonly idleMs: number;
  readonly sweepMs: number;
  /** What log lines start with. */
  readonly label: ByteString;
  /** A power of two, at least 4. */
  readonly most?: number;
}

/**
 * A bucket for each client, in memory; nothing outlives the process. Times are ms on the clock of
 * performance.now(). [krakend-ratelimit memorybackend.go]
 *
 * Memory is bounded, which KrakenD's is not, and yet a flood of made-up clients cannot make the
 * gateway forget a used-up bucket: a bucket gives its place to a new client only when it is full
 * again, or was idle for so long that it would be forgotten anyway. A new client that finds no place
 * shares one bucket with all others of its kind. Clients are told apart by 64 bits of a hash whose
 * key is made at start, so nobody can choose to meet another one in its bucket.
 */
export class KeyedBuckets {
  readonly #limit: ClientLimit;
  readonly #refill: Refill;
  readonly #strangers: Bucket;
  readonly #hash: KeyedHash;
  readonly #locks: Locks | undefined;
  readonly #words: Int32Array;
  readonly #times: Float64Array;
  /** Times of the table itself: when it began, and when it was last said to be full. */
  readonly #own: Float64Array;
  /** Slots of a region, less one. */
  readonly #mask: number;
  readonly #regions: number;

  constructor(limit: ClientLimit, startedAt: number = performance.now()) {
    const slots = limit.most ?? MOST_CLIENTS;
    const { perSecond, capacity, label } = limit;
    const name = `clients ${perSecond} ${capacity} ${label}`;
    this.#limit = limit;
    this.#refill = new Refill(perSecond, capacity);
    this.#strangers = tokenBucket(`strangers ${label}`, perSecond, capacity, startedAt);
    const memory = namedMemory(name, HEAD_BYTES + slots * SLOT_BYTES);
    this.#mask = Math.min(slots, REGION) - 1;
    this.#regions = slots / (this.#mask + 1);
    this.#locks = thread.serving > 1 ? new Locks(name, this.#regions) : undefined;
    this.#words = new Int32Array(memory, HEAD_BYTES);
    this.#times = new Float64Array(memory, HEAD_BYTES);
    this.#own = new Float64Array(memory, 8, 2);
    const key = new Int32Array(memory, 0, 2);
    // The thread that makes the memory is alone with it: no other has begun.
    if (key[0] === 0 && key[1] === 0) {
      randomFillSync(key);
      this.#own.fill(startedAt + thread.clockOffset);
    }
    this.#hash = new KeyedHash(key[0]!, key[1]!);
  }

  /** Whether one more request of a client may pass; a client without a name may not. */
  take(token: ByteString | undefined, now: number): boolean {
    if (token === undefined || token === "") return false;
    const hash = this.#hash;
    hash.of(token.length > LONGEST_TOKEN ? digest(token) : token);
    // Zero in both words is an empty slot.
    if (hash.low === 0 && hash.high === 0) hash.low = 1;
    const region = (hash.high >>> 16) % this.#regions;
    const locks = this.#locks;
    locks?.take(region);
    const time = now + thread.clockOffset;
    const slot = this.#slotOf(region * (this.#mask + 1), time);
    const passes = slot >= 0 && this.#takeFrom(slot, time);
    locks?.give(region);
    return slot < 0 ? this.#takeAsStranger(now) : passes;
  }

  /**
   * The slot of the client whose hash is at hand: its own, or the best one that it may have; -1 where
   * there is none. Slots never become empty again, so behind an empty one there is nothing to find.
   */
  #slotOf(region: number, time: number): number {
    const { low, high } = this.#hash;
    const words = this.#words;
    const second = Math.floor((time - this.#own[0]!) / 1000);
    const step = ((high << 1) | 1) * GROUP;
    let free = -1;
    let freeSince = second + 1;
    let place = low & this.#mask & ~(GROUP - 1);
    for (let group = 0; group < GROUPS_LOOKED_AT; group += 1) {
      for (let slot = region + place; slot < region + place + GROUP; slot += 1) {
        const at = slot * SLOT_WORDS;
        if (words[at] === low && words[at + 1] === high) return this.#renewed(slot, time);
        if (words[at] === 0 && words[at + 1] === 0) return this.#begin(free < 0 ? slot : free, time);
        if (words[at + 3]! < freeSince) {
          freeSince = words[at + 3]!;
          free = slot;
        }
      }
      place = (place + step) & this.#mask;
    }
    return free < 0 ? -1 : this.#begin(free, time);
  }

  /** A bucket that a sweep has forgotten since it was used begins anew. */
  #renewed(slot: number, time: number): number {
    const { idleMs, sweepMs } = this.#limit;
    const begun = this.#own[0]!;
    const sweptAt = begun + Math.floor((time - begun) / sweepMs) * sweepMs;
    const seenAt = this.#times[slot * SLOT_TIMES + 3]!;
    return seenAt + idleMs <= sweptAt ? this.#begin(slot, time) : slot;
  }

  /** The slot becomes that of the client whose hash is at hand, with a new bucket. */
  #begin(slot: number, time: number): number {
    const at = slot * SLOT_WORDS;
    this.#words[at] = this.#hash.low;
    this.#words[at + 1] = this.#hash.high;
    this.#words[at + 2] = this.#refill.atStart;
    this.#times[slot * SLOT_TIMES + 2] = time;
    return slot;
  }

  #takeFrom(slot: number, time: number): boolean {
    const words = this.#words;
    const tokens = slot * SLOT_WORDS + 2;
    const refilledAt = slot * SLOT_TIMES + 2;
    const passes = this.#refill.take(words, tokens, this.#times, refilledAt, time);
    this.#times[refilledAt + 1] = time;
    const { fillMs, capacity } = this.#refill;
    const fullAt = this.#times[refilledAt]! + (capacity - words[tokens]!) * fillMs;
    const { idleMs, sweepMs } = this.#limit;
    const goesAt = Math.min(fullAt, time + idleMs + sweepMs) - this.#own[0]!;
    words[tokens + 1] = Math.min(Math.ceil(goesAt / 1000), 2 ** 31 - 1);
    return passes;
  }

  #takeAsStranger(now: number): boolean {
    const time = now + thread.clockOffset;
    if (time - this.#own[1]! >= this.#limit.sweepMs || this.#own[1] === this.#own[0]) {
      this.#own[1] = time;
      logWarning(`${this.#limit.label}[Ratelimit] too many clients are known, new ones share one bucket`);
    }
    return this.#strangers.take(now);
  }
}

function digest(token: ByteString): string {
  return `sha256 ${createHash("sha256").update(token, "latin1").digest("hex")}`;
}
