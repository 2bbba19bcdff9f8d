import { expect, test } from "vitest";
import { runInThreads } from "../../../test/support/threads.js";

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);

test("threads together let exactly as many through as there are tokens", async () => {
  const counts = await runInThreads<number>(
    `import { tokenBucket } from "./runtime-bucket.js";
     const bucket = tokenBucket("a", 1e-6, 100_000);`,
    `(() => {
       let count = 0;
       for (let n = 0; n < 60_000; n += 1) if (bucket.take(performance.now())) count += 1;
       return count;
     })()`,
    import.meta.dirname,
  );
  expect(sum(counts)).toBe(100_000);
});

test("and exactly as many as become due", async () => {
  // A token each 10 ms for 10 s of a clock that runs as fast as the threads do.
  const counts = await runInThreads<number>(
    `import { tokenBucket } from "./runtime-bucket.js";
     const bucket = tokenBucket("a", 100, 1000, 1000 - thread.clockOffset);`,
    `(() => {
       let count = 0;
       for (let time = 0; time < 10_000; time += 0.25)
         for (let n = 0; n < 2; n += 1) if (bucket.take(1000 + time - thread.clockOffset)) count += 1;
       return count;
     })()`,
    import.meta.dirname,
  );
  expect(sum(counts)).toBe(1000 + 999);
});

test("each client gets exactly its own", async () => {
  const counts = await runInThreads<readonly number[]>(
    `import { KeyedBuckets } from "./runtime-clients.js";
     const limit = { perSecond: 1e-6, capacity: 500, idleMs: 600_000, sweepMs: 60_000, label: "[E]" };
     const buckets = new KeyedBuckets(limit);`,
    `(() => {
       const counts = Array(40).fill(0);
       for (let n = 0; n < 300; n += 1)
         for (let client = 0; client < 40; client += 1)
           if (buckets.take("client " + client, performance.now())) counts[client] += 1;
       return counts;
     })()`,
    import.meta.dirname,
  );
  for (let client = 0; client < 40; client += 1) expect(sum(counts.map((each) => each[client]!))).toBe(500);
});

test("a flood from several threads makes none of them forget a used-up bucket", async () => {
  const counts = await runInThreads<number>(
    `import { standardOutput } from "../../runtime/lines.js";
     import { KeyedBuckets } from "./runtime-clients.js";
     const limit = { perSecond: 1e-6, capacity: 3, idleMs: 600_000, sweepMs: 60_000, label: "[E]", most: 1024 };
     const buckets = new KeyedBuckets(limit);
     standardOutput.write = () => true;`,
    `(() => {
       let count = 0;
       for (let n = 0; n < 30_000; n += 1) {
         if (n % 10 === 0 && buckets.take("victim", performance.now())) count += 1;
         buckets.take("flood " + thread.index + " " + n, performance.now());
       }
       return count;
     })()`,
    import.meta.dirname,
  );
  expect(sum(counts)).toBe(3);
});
