import { expect, test } from "vitest";
import { runInThreads } from "../../../test/support/threads.js";

const setup = `
  import { CircuitBreaker } from "./runtime.js";
  import { UpstreamError, deadlineExceeded } from "../../runtime/upstream-error.js";
  const settings = { name: "", label: "[B]", windowMs: 0, openMs: 1000, logsChanges: false };
  const failure = { data: undefined, error: deadlineExceeded() };
  const success = { data: "", error: undefined };
  const begun = 1000 - thread.clockOffset;`;

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);

test("failures of all threads count together", async () => {
  // Each fails 1000 times in a row; 3999 are tolerated, so the last of all opens the breaker.
  const open = await runInThreads<number>(
    `${setup}
     const breaker = new CircuitBreaker({ ...settings, tolerated: 3999 }, begun);`,
    `(() => {
       let refused = 0;
       for (let n = 0; n < 1000; n += 1) {
         const permit = breaker.enter(begun);
         if (permit instanceof UpstreamError) refused += 1;
         else breaker.record(permit, failure, begun);
       }
       Atomics.add(workerData.gate, 0, 1);
       while (Atomics.load(workerData.gate, 0) < 8);
       return refused > 0 ? -1 : breaker.enter(begun) instanceof UpstreamError ? 1 : 0;
     })()`,
    import.meta.dirname,
  );
  expect(open).toEqual([1, 1, 1, 1]);
});

test("one probe of all threads gets through", async () => {
  const probes = await runInThreads<number>(
    `${setup}
     const breakers = Array.from({ length: 500 }, (_, n) => {
       const breaker = new CircuitBreaker({ ...settings, tolerated: 0, label: "[B" + n + "]" }, begun);
       if (thread.index === 4) breaker.record(breaker.enter(begun), failure, begun);
       return breaker;
     });`,
    `breakers.filter((breaker) => !(breaker.enter(begun + 1001) instanceof UpstreamError)).length`,
    import.meta.dirname,
  );
  expect(sum(probes)).toBe(500);
});
