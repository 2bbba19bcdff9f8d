// Token buckets: one for all, or one for each client.
import { createHash } from "node:crypto";
import { isIPv4 } from "node:net";
import type { ByteString } from "../../runtime/bytes.js";
import { logWarning } from "../../runtime/log.js";

/**
 * Most clients that one endpoint remembers at a time: about 50 MB when all are there. A bucket that
 * is full again is forgotten for a new client, the one idle longest first; while there is none, new
 * clients share one bucket. So a flood of made-up clients cannot make the gateway forget a used-up
 * bucket. KrakenD remembers any number.
 */
export const MOST_CLIENTS = 262_144;

/** Longer names of clients are kept as their digest, which is longer than any name kept as it is. */
const LONGEST_TOKEN = 64;

/** How many buckets are looked at for one that may be forgotten. */
const MOST_LOOKED_AT = 8;

/**
 * A token bucket with KrakenD's refill, which is not the textbook's. Times are ms on the clock of
 * performance.now(). [krakend-ratelimit tokenbucket.go]
 */
export class TokenBucket {
  readonly #fillMs: number;
  readonly #capacity: number;
  #tokens: number;
  #refilledAt: number;

  /** Starts full. A capacity below 1 is 1, and the bucket starts empty. */
  constructor(perSecond: number, capacity: number, startedAt: number = performance.now()) {
    // Whole nanoseconds, at least one, as KrakenD counts them.
    this.#fillMs = Math.max(1, Math.trunc(1e9 / Math.max(perSecond, 1e-9))) / 1e6;
    this.#capacity = Math.max(1, capacity);
    this.#tokens = Math.max(0, capacity);
    this.#refilledAt = startedAt;
  }

  /**
   * Whether one more request may pass. Quirk: nothing is added while a token is left, and the time
   * goes on counting from the last refill. After an idle time what is left, a whole bucket and one
   * more may pass at once [krakend-ratelimit tokenbucket.go canConsume].
   */
  take(now: number): boolean {
    if (this.#tokens > 0) {
      this.#tokens -= 1;
      return true;
    }
    const added = this.#due(now);
    if (added < 1) return false;
    this.#refilledAt += added * this.#fillMs;
    // Quirk: the request that fills the bucket to the brim takes nothing out of it.
    this.#tokens = added > this.#capacity ? this.#capacity : added - 1;
    return true;
  }

  /** Whether a new bucket in its place could not let more pass. */
  isFullAgain(now: number): boolean {
    return this.#tokens + this.#due(now) >= this.#capacity;
  }

  #due(now: number): number {
    return Math.floor((now - this.#refilledAt) / this.#fillMs);
  }
}

class ClientBucket extends TokenBucket {
  seenAt = 0;
}

export interface ClientLimit {
  readonly perSecond: number;
  readonly capacity: number;
  /** A bucket unused for so long is forgotten at the next sweep. */
  readonly idleMs: number;
  readonly sweepMs: number;
  /** What log lines start with. */
  readonly label: ByteString;
  readonly most?: number;
}

/**
 * A bucket for each client, in memory; nothing outlives the process. Times are ms on the clock of
 * performance.now(). [krakend-ratelimit memorybackend.go]
 */
export class KeyedBuckets {
  readonly #limit: ClientLimit;
  readonly #most: number;
  /** The one idle longest stands first. */
  readonly #buckets = new Map<string, ClientBucket>();
  #search = this.#buckets.entries();
  readonly #shared: TokenBucket;
  #sharedInUse = false;
  #sweepAt: number;

  constructor(limit: ClientLimit, startedAt: number = performance.now()) {
    this.#limit = limit;
    this.#most = limit.most ?? MOST_CLIENTS;
    this.#shared = new TokenBucket(limit.perSecond, limit.capacity, startedAt);
    this.#sweepAt = startedAt + limit.sweepMs;
  }

  /** How many clients are remembered. */
  get size(): number {
    return this.#buckets.size;
  }

  /** Whether one more request of a client may pass; a client without a name may not. */
  take(token: ByteString | undefined, now: number): boolean {
    if (now >= this.#sweepAt) this.#sweep(now);
    if (token === undefined || token === "") return false;
    return this.#bucketOf(token.length > LONGEST_TOKEN ? digest(token) : token, now).take(now);
  }

  #bucketOf(key: string, now: number): TokenBucket {
    const known = this.#buckets.get(key);
    if (known === undefined) return this.#admit(key, now);
    this.#buckets.delete(key);
    this.#buckets.set(key, known);
    known.seenAt = now;
    return known;
  }

  #admit(key: string, now: number): TokenBucket {
    if (this.#buckets.size >= this.#most && !this.#forgetOne(now)) return this.#share();
    const bucket = new ClientBucket(this.#limit.perSecond, this.#limit.capacity, now);
    bucket.seenAt = now;
    this.#buckets.set(detached(key), bucket);
    return bucket;
  }

  /** Goes on where the last search ended, so that a few busy buckets cannot hide the others. */
  #forgetOne(now: number): boolean {
    for (let looked = 0; looked < MOST_LOOKED_AT; looked += 1) {
      const next = this.#search.next();
      if (next.done === true) {
        this.#search = this.#buckets.entries();
      } else if (next.value[1].isFullAgain(now)) {
        this.#buckets.delete(next.value[0]);
        return true;
      }
    }
    return false;
  }

  #share(): TokenBucket {
    if (!this.#sharedInUse) {
      logWarning(
        `${this.#limit.label}[Ratelimit] ${this.#most} clients are known, new ones share one bucket`,
      );
    }
    this.#sharedInUse = true;
    return this.#shared;
  }

  #sweep(now: number): void {
    this.#sweepAt = now + this.#limit.sweepMs;
    this.#sharedInUse = false;
    for (const [key, bucket] of this.#buckets) {
      if (bucket.seenAt + this.#limit.idleMs > now) break;
      this.#buckets.delete(key);
    }
  }
}

/**
 * The IPv4 address that a header starts with, up to a comma or a port, or else the client's own.
 * Quirk: the cut at the first colon loses IPv6 addresses [krakend-ratelimit router/gin/tokenextractor.go].
 */
export function addressIn(header: ByteString | undefined, otherwise: string): string {
  if (header === undefined) return otherwise;
  const address = header.split(",", 1)[0]!.trim().split(":", 1)[0]!;
  return isIPv4(address) ? address : otherwise;
}

function digest(token: ByteString): string {
  return `sha256 ${createHash("sha256").update(token, "latin1").digest("hex")}`;
}

/** A copy of its own: a part of the request would keep the whole request in memory. */
function detached(text: ByteString): ByteString {
  return Buffer.from(text, "latin1").toString("latin1");
}
