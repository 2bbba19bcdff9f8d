import { afterEach, describe, expect, it, vi } from "vitest";
import { Timed, TimerRing } from "./deadline.js";

class Noted extends Timed {
  readonly name: string;
  readonly notes: string[];

  constructor(name: string, notes: string[]) {
    super();
    this.name = name;
    this.notes = notes;
  }

  expire(): void {
    this.notes.push(this.name);
  }
}

afterEach(() => vi.restoreAllMocks());

const ticks = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 40));

describe("deadlines", () => {
  // A machine that was suspended, or had no time for the process: both ends of a request have passed then,
  // and the earlier one says why it failed.
  it.each([3000, 5300, 6000, 20_000])("expire in their order after a pause of %d ms", async (pauseMs) => {
    const began = performance.now();
    let past = 0;
    const notes: string[] = [];
    vi.spyOn(performance, "now").mockImplementation(() => began + past);
    const ring = new TimerRing(5);
    ring.set(new Noted("third", notes), began + 2900);
    ring.set(new Noted("second", notes), began + 1000);
    ring.set(new Noted("first", notes), began + 100);
    ring.set(new Noted("much later", notes), began + 60_000);
    past = pauseMs;
    await ticks();
    expect(notes).toEqual(["first", "second", "third"]);
    past = 60_005;
    await ticks();
    expect(notes.at(-1)).toBe("much later");
  });

  it("expire in their order though set farther ahead than the ring reaches", async () => {
    const began = performance.now();
    let past = 0;
    const notes: string[] = [];
    vi.spyOn(performance, "now").mockImplementation(() => began + past);
    const ring = new TimerRing(5);
    ring.set(new Noted("ten seconds", notes), began + 10_000);
    ring.set(new Noted("six seconds", notes), began + 6000);
    ring.set(new Noted("one second", notes), began + 1000);
    past = 10_500;
    await ticks();
    expect(notes).toEqual(["one second", "six seconds", "ten seconds"]);
  });
});
