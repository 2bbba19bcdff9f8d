// The room for short-lived objects of a gateway that serves with its first thread alone. V8 doubles it as often
// as much survives, up to 32 MB on Node 20 and 64 MB on Node 26, and gains little: few objects outlive a request.
// Other threads are started with a bound [workers-remote.ts]; that of the first can only be stopped from growing.
import { v8 } from "./node-parts.js";

/** In bytes, as V8 counts it. */
const ENOUGH = 16 << 20;

/** A nursery grows over many collections, of which there are few in this time. */
const LOOK_MS = 100;

/** Lets it grow as far as it is worth its memory. */
export function boundNursery(): void {
  const watch = setInterval(() => {
    if (nurseryBytes() < ENOUGH) return;
    v8().setFlagsFromString("--semi-space-growth-factor=1");
    clearInterval(watch);
  }, LOOK_MS);
  watch.unref();
}

function nurseryBytes(): number {
  const space = v8()
    .getHeapSpaceStatistics()
    .find(({ space_name }) => space_name === "new_space");
  return space?.space_size ?? 0;
}
