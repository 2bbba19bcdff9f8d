// The whole body of a request, for several backends.
import { Collected } from "./collected.js";
import { onDeadline } from "./deadline.js";
import type { BodyStream } from "./exchange.js";
import { limits } from "./limits.js";
import { clientGone, deadlineExceeded, UpstreamError } from "./upstream-error.js";

export function bodyTooLarge(): UpstreamError {
  return new UpstreamError("too-large", "http: request body too large", 413);
}

/** Reads a body to its end; an error value if it does not arrive by the deadline. */
export function readWhole(body: BodyStream, deadline: number): Promise<Uint8Array | UpstreamError> {
  return new Promise((resolve) => {
    const collected = new Collected(body.length ?? 4096);
    const settle = (result: Uint8Array | UpstreamError): void => {
      stop();
      if (result instanceof UpstreamError) body.cancel();
      resolve(result);
    };
    const stop = onDeadline(deadline, () => settle(deadlineExceeded()));
    body.pump({
      onData: (chunk) => {
        if (collected.size + chunk.length <= limits.bodyBytes) collected.add(chunk, 0, chunk.length);
        else settle(bodyTooLarge());
      },
      onEnd: () => settle(collected.finish().subarray(0, -1)),
      onBroken: (reason) =>
        settle(reason === undefined ? clientGone() : new UpstreamError("connection", reason)),
    });
  });
}
