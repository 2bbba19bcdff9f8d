import { expect, test } from "vitest";
import type { Exchange } from "../../runtime/exchange.js";
import { failed, incomplete, type Outcome, relayed, succeeded } from "../../runtime/outcome.js";
import { UpstreamError } from "../../runtime/upstream-error.js";
import { firstComplete, firstHead } from "./runtime.js";

/** A request whose client can go. */
function requestOf(): { readonly x: Exchange; readonly go: () => void; readonly listeners: Set<() => void> } {
  const listeners = new Set<() => void>();
  const onGone = (listener: () => void): (() => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  const go = (): void => {
    for (const listener of [...listeners]) listener();
  };
  return { x: { rawHeaders: [], onGone } as Partial<Exchange> as Exchange, go, listeners };
}

/** Calls that settle when told to, and know whether they were given up. */
class Calls {
  readonly settle: ((outcome: Outcome) => void)[] = [];
  readonly gone: number[] = [];

  readonly call = (attempt: Exchange): Promise<Outcome> => {
    const index = this.settle.length;
    const stop = attempt.onGone(() => this.gone.push(index));
    return new Promise((resolve) => {
      this.settle.push((outcome) => {
        stop();
        resolve(outcome);
      });
    });
  };
}

const error = (text: string): UpstreamError => new UpstreamError("connection", text);

test("the first complete answer wins, and the others are given up", async () => {
  const calls = new Calls();
  const { x, listeners } = requestOf();
  const outcome = firstComplete(x, 3, calls.call);
  calls.settle[1]!(failed(error("no")));
  calls.settle[2]!(succeeded(',"a":1'));
  expect(await outcome).toMatchObject({ data: ',"a":1', complete: true, error: undefined });
  expect(calls.gone).toEqual([0]);
  calls.settle[0]!(failed(error("canceled")));
  expect(listeners.size).toBe(0);
});

test("without a complete answer: the last response and the last failure", async () => {
  const calls = new Calls();
  const outcome = firstComplete(requestOf().x, 3, calls.call);
  calls.settle[0]!(incomplete(',"error_a":{}'));
  calls.settle[1]!(failed(error("first")));
  calls.settle[2]!(failed(error("second")));
  expect(await outcome).toMatchObject({
    data: ',"error_a":{}',
    complete: false,
    error: { message: "second" },
  });
});

test("a failure keeps its status where all fail", async () => {
  const calls = new Calls();
  const outcome = firstComplete(requestOf().x, 2, calls.call);
  calls.settle[0]!(failed(error("first")));
  calls.settle[1]!(failed(new UpstreamError("status", "teapot", 418)));
  expect(await outcome).toMatchObject({ data: undefined, complete: false, error: { status: 418 } });
});

test("all calls end with the client", () => {
  const calls = new Calls();
  const { x, go } = requestOf();
  void firstComplete(x, 2, calls.call);
  go();
  expect(calls.gone).toEqual([0, 1]);
});

test("of an answer that is handed over only the head is left", async () => {
  let discarded = 0;
  const streamed = {
    bare: false,
    status: 201,
    headers: ["Content-Length", "5", "X-A", "1"],
    pipe: () => {},
    discard: () => {
      discarded += 1;
    },
  };
  const outcome = await firstHead(requestOf().x, 1, () => Promise.resolve(relayed(streamed)));
  expect(outcome.answer).toMatchObject({ status: 201, headers: ["X-A", "1"], body: "" });
  expect(discarded).toBe(1);
});
