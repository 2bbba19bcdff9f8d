// Identifiers of traces and spans: random, cheap, never zero.
import { randomFillSync } from "node:crypto";

const POOL = 4096;
const pool = Buffer.alloc(POOL);
let used = POOL;

/** So many random bytes in hex. */
function randomHex(bytes: number): string {
  if (used + bytes > POOL) {
    randomFillSync(pool);
    used = 0;
  }
  used += bytes;
  return pool.toString("hex", used - bytes, used);
}

export function traceId(): string {
  const id = randomHex(16);
  return /^0+$/.test(id) ? traceId() : id;
}

export function spanId(): string {
  const id = randomHex(8);
  return /^0+$/.test(id) ? spanId() : id;
}
