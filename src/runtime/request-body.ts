// The whole body of a request, for several backends.
import { onDeadline } from "./deadline.js";
import type { BodyStream } from "./exchange.js";
import { clientGone, deadlineExceeded, UpstreamError } from "./upstream-error.js";

/** The largest request body that is held in memory for several backends, in bytes. */
export const MOST_BUFFERED_BODY: number = 64 * 1024 * 1024;

/** Reads a body to its end; an error value if it does not arrive by the deadline. */
export function readWhole(body: BodyStream, deadline: number): Promise<Uint8Array | UpstreamError> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const settle = (result: Uint8Array | UpstreamError): void => {
      stop();
      if (result instanceof UpstreamError) body.cancel();
      resolve(result);
    };
    const stop = onDeadline(deadline, () => settle(deadlineExceeded()));
    body.pump({
      onData: (chunk) => {
        size += chunk.length;
        if (size <= MOST_BUFFERED_BODY) chunks.push(chunk);
        else settle(new UpstreamError("too-large", "http: request body too large", 413));
      },
      onEnd: () => settle(Buffer.concat(chunks)),
      onBroken: (reason) =>
        settle(reason === undefined ? clientGone() : new UpstreamError("connection", reason)),
    });
  });
}
