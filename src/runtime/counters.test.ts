import { describe, expect, test } from "vitest";
import { bundleText, runInThread } from "../../test/support/threads.js";
import { Counters } from "./counters.js";

describe("counters", () => {
  test("add up in their slots", () => {
    const counters = new Counters("test", "a", 3);
    counters.add(0, 1);
    counters.add(2, 0.5);
    counters.add(2, 2 ** 40);
    expect([counters.total(0), counters.total(1), counters.total(2)]).toEqual([1, 0, 2 ** 40 + 0.5]);
    expect([...counters.totals()]).toEqual([1, 0, 2 ** 40 + 0.5]);
  });

  test("can be set", () => {
    const counters = new Counters("test", "b", 1);
    counters.set(0, 5);
    counters.set(0, 4);
    expect(counters.total(0)).toBe(4);
  });
});

test("counters of several threads lose nothing while all add at once", async () => {
  const [serving, slots, each] = [4, 5, 50_000];
  const program = await bundleText(
    `import { parentPort, workerData } from "node:worker_threads";
     import { Counters } from "./counters.js";
     const counters = new Counters("test", "", ${slots});
     for (let n = 0; n < workerData.additions; n += 1) counters.add(n % ${slots}, 1);
     parentPort.postMessage([...counters.totals()]);`,
    import.meta.dirname,
  );
  const bytes = (serving + 1) * 16 * 8;
  const memory = new Map([[`${bytes} counters test `, new SharedArrayBuffer(bytes)]]);
  const run = (index: number, additions: number): Promise<number[]> =>
    runInThread(program, { index, serving, memory, generation: 0 }, { additions });
  await Promise.all(Array.from({ length: serving }, (_, index) => run(index, each)));
  expect(await run(serving, 0)).toEqual(Array(slots).fill((serving * each) / slots));
  // A thread that takes the place of another one goes on with its counts.
  await run(0, each);
  expect(await run(serving, 0)).toEqual(Array(slots).fill(((serving + 1) * each) / slots));
});
