// Small parts of the generated router.
import type { ByteString } from "./bytes.js";
import { type Exchange, Place } from "./exchange.js";
import { refuseParams } from "./params.js";
import type { Banner } from "./reply.js";

/** What a route returns that had nothing to wait for. */
export const SERVED: Promise<void> = Promise.resolve();

/** Where the segment that starts here ends: at the next slash or at the end of the path. */
export function segmentEnd(path: ByteString, start: number): number {
  const slash = path.indexOf("/", start);
  return slash < 0 ? path.length : slash;
}

/** `OPTIONS` with the option `auto_options` [lura router/gin/router.go]. */
export function serveOptions(
  x: Exchange,
  banner: Banner,
  allow: string,
  ...params: readonly ByteString[]
): Promise<void> {
  x.place = Place.builtIn;
  if (!refuseParams(x, ...params)) x.send(200, ["Allow", allow, ...banner], "");
  return SERVED;
}
