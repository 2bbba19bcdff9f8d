// A streamed answer whose bytes are counted on their way to the client.
import type { ReplyStream } from "./exchange.js";
import type { StreamedAnswer } from "./upstream-answer.js";

/** Tells how many bytes there were when the answer has ended; not when it was given up. */
export function counted(answer: StreamedAnswer, ended: (bytes: number) => void): StreamedAnswer {
  if (answer.bare) {
    ended(0);
    return answer;
  }
  return {
    bare: answer.bare,
    status: answer.status,
    headers: answer.headers,
    pipe: (start) => answer.pipe((first) => watched(start(first), ended)),
    discard: () => answer.discard(),
  };
}

function watched(reply: ReplyStream, ended: (bytes: number) => void): ReplyStream {
  let bytes = 0;
  return {
    write: (chunk, written) => {
      bytes += chunk.length;
      return reply.write(chunk, written);
    },
    onDrain: (listener) => reply.onDrain(listener),
    end: () => {
      ended(bytes);
      reply.end();
    },
    abort: () => reply.abort(),
  };
}
