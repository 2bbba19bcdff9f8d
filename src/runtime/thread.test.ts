import { afterEach, describe, expect, test } from "vitest";
import { bundleText, runInThread } from "../../test/support/threads.js";
import { canSharePort, namedMemory, thread, threadsFor } from "./thread.js";

describe("a port is shared between threads", () => {
  test.each([
    ["v20.20.2", "linux", false],
    ["v22.11.0", "linux", false],
    ["v22.12.0", "linux", true],
    ["v23.0.0", "linux", false],
    ["v23.1.0", "linux", true],
    ["v26.10.0", "freebsd", true],
    ["v26.10.0", "darwin", false],
    ["v26.10.0", "win32", false],
  ])("by %s on %s: %s", (version, platform, can) => {
    expect(canSharePort(version, platform)).toBe(can);
  });
});

describe("threads", () => {
  test.each([
    [undefined, true, 8, ""],
    ["auto", true, 8, ""],
    ["3", true, 3, ""],
    ["100000", true, 256, ""],
    ["1", false, 1, ""],
    [undefined, false, 1, "cannot share a port"],
    ["4", false, 1, "cannot share a port"],
    ["many", true, 8, 'GWC_WORKERS is "many"'],
    ["0", true, 8, 'GWC_WORKERS is "0"'],
  ])("GWC_WORKERS=%s, able to share: %s: %i", (wish, canShare, serving, notice) => {
    const found = threadsFor(wish, 8, canShare);
    expect(found.serving).toBe(serving);
    expect(found.notice ?? "").toContain(notice);
    if (notice === "") expect(found.notice).toBeUndefined();
  });

  test("one core needs no sharing", () => {
    expect(threadsFor(undefined, 1, false)).toEqual({ serving: 1, notice: undefined });
  });
});

describe("memory", () => {
  const { memory, inherited } = thread;
  afterEach(() => {
    thread.memory = memory;
    thread.inherited = inherited;
  });

  test("is another one for each call", () => {
    thread.memory = new Map();
    expect(namedMemory("a", 8)).not.toBe(namedMemory("a", 8));
    expect(namedMemory("a", 8)).not.toBe(namedMemory("b", 8));
  });

  test("is the same for the same calls of a program that is taken over", () => {
    const program = (): readonly unknown[] => [
      namedMemory("a", 8),
      namedMemory("a", 8),
      namedMemory("b", 16),
      namedMemory("b", 24),
    ];
    thread.memory = new Map();
    const first = program();
    thread.inherited = thread.memory;
    thread.memory = new Map();
    const second = program();
    for (const [index, each] of first.entries()) expect(second[index]).toBe(each);
    expect(first).not.toContain(namedMemory("b", 8));
  });
});

test("all threads read one clock", async () => {
  const program = await bundleText(
    `import { parentPort } from "node:worker_threads";
     import { thread } from "./thread.js";
     parentPort.postMessage(performance.now() + thread.clockOffset);`,
    import.meta.dirname,
  );
  const clock = (): number => Number(process.hrtime.bigint()) / 1e6;
  const before = clock();
  const there = await runInThread<number>(program, {
    index: 0,
    serving: 2,
    memory: new Map(),
    generation: 0,
  });
  expect(there).toBeGreaterThan(before);
  expect(there).toBeLessThan(clock());
});
