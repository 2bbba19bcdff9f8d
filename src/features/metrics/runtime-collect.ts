// What is counted: numbers in slots fixed at build, and samples of sizes and times. The numbers are
// shared by all threads; each thread keeps samples of its own, and hands them over when it is asked.
import type { ByteString } from "../../runtime/bytes.js";
import { Counters } from "../../runtime/counters.js";
import type { Exchange } from "../../runtime/exchange.js";
import { Gather } from "../../runtime/gather.js";
import type { Keyed } from "../../runtime/json/members.js";
import type { Members } from "../../runtime/json/text.js";
import type { Outcome } from "../../runtime/outcome.js";
import { Reservoir, type Sample, together } from "./runtime-reservoir.js";

export interface MetricNames {
  /** Paths of endpoints as the router has them. */
  readonly endpoints: readonly ByteString[];
  /** For each route its place in `endpoints`. */
  readonly routes: readonly number[];
  readonly pipes: readonly ByteString[];
  readonly backends: readonly ByteString[];
}

/** Statuses from 100 to 599 have slots of their own. */
const LEAST_STATUS = 100;
const STATUSES = 500;
const NS = 1e6;

/** What an outcome can be, in the order of its slots. */
export const OUTCOMES = [
  { complete: true, error: false },
  { complete: true, error: true },
  { complete: false, error: false },
  { complete: false, error: true },
] as const;

/** Reads the slots and the samples: all that a page is made of. */
export class Collection {
  readonly names: MetricNames;
  readonly #counters: Counters;
  readonly #samples: (Reservoir | undefined)[] = [];
  readonly #threads: Gather<ReadonlyMap<number, Sample>>;
  readonly #pipeSlots: number;
  readonly #backendSlots: number;

  constructor(names: MetricNames) {
    const { endpoints, pipes, backends } = names;
    this.names = names;
    this.#pipeSlots = 2 + endpoints.length * STATUSES;
    this.#backendSlots = this.#pipeSlots + pipes.length * OUTCOMES.length;
    const layout = JSON.stringify([endpoints, pipes, backends]);
    this.#counters = new Counters("metrics", layout, this.#backendSlots + backends.length * OUTCOMES.length);
    this.#threads = new Gather("metrics", false, () => this.#own());
  }

  connect(): void {
    this.#counters.add(0, 1);
  }

  reply(x: Exchange, status: number, bytes: number, durationMs: number): void {
    const endpoint = this.names.routes[(x.place ?? 0) - 1];
    if (endpoint === undefined) return;
    this.#counters.add(1, 1);
    this.#counters.add(2 + endpoint * STATUSES + (status - LEAST_STATUS), 1);
    this.#sample(endpoint * 2).add(sizeOf(x, bytes));
    this.#sample(endpoint * 2 + 1).add(Math.round(durationMs * NS));
  }

  pipe(index: number, outcome: Outcome<Members | Keyed>, startedAt: number): void {
    this.#outcome(this.#pipeSlots, this.#pipeSamples, index, outcome, startedAt);
  }

  backend(index: number, outcome: Outcome<Members | Keyed>, startedAt: number): void {
    this.#outcome(this.#backendSlots, this.#backendSamples, index, outcome, startedAt);
  }

  #outcome(
    slots: number,
    samples: number,
    index: number,
    { complete, error }: Outcome<Members | Keyed>,
    startedAt: number,
  ): void {
    const which = index * OUTCOMES.length + (complete ? 0 : 2) + (error === undefined ? 0 : 1);
    this.#counters.add(slots + which, 1);
    this.#sample(samples + which).add(Math.round((performance.now() - startedAt) * NS));
  }

  get #pipeSamples(): number {
    return this.names.endpoints.length * 2;
  }

  get #backendSamples(): number {
    return this.#pipeSamples + this.names.pipes.length * OUTCOMES.length;
  }

  #sample(index: number): Reservoir {
    const known = this.#samples[index];
    if (known !== undefined) return known;
    const made = new Reservoir();
    this.#samples[index] = made;
    return made;
  }

  #own(): ReadonlyMap<number, Sample> {
    const used = this.#samples.flatMap((each, index) =>
      each === undefined || each.count === 0
        ? []
        : [[index, { count: each.count, values: each.values }] as const],
    );
    return new Map(used);
  }

  /** A period is over: samples begin anew. */
  endPeriod(): void {
    for (const sample of this.#samples) sample?.clear();
  }

  close(): void {
    this.#threads.close();
  }

  /** Everything as it is now. */
  async read(): Promise<Reading> {
    const samples = joined(await this.#threads.ask());
    const totals = this.#counters.totals();
    const sample = (index: number): Sample => samples.get(index) ?? { count: 0, values: [] };
    const outcomes = (slots: number, first: number) => (index: number) =>
      OUTCOMES.map((_each, which) => ({
        total: totals[slots + index * OUTCOMES.length + which] ?? 0,
        times: sample(first + index * OUTCOMES.length + which),
      }));
    return {
      connected: totals[0] ?? 0,
      disconnected: totals[1] ?? 0,
      statuses: (endpoint) => statusesOf(totals, 2 + endpoint * STATUSES),
      sizes: (endpoint) => sample(endpoint * 2),
      times: (endpoint) => sample(endpoint * 2 + 1),
      pipe: outcomes(this.#pipeSlots, this.#pipeSamples),
      backend: outcomes(this.#backendSlots, this.#backendSamples),
    };
  }
}

export interface OutcomeReading {
  readonly total: number;
  /** In ns. */
  readonly times: Sample;
}

export interface Reading {
  readonly connected: number;
  readonly disconnected: number;
  statuses(endpoint: number): readonly (readonly [status: number, total: number])[];
  /** In bytes. */
  sizes(endpoint: number): Sample;
  /** In ns. */
  times(endpoint: number): Sample;
  /** In the order of `OUTCOMES`. */
  pipe(index: number): readonly OutcomeReading[];
  backend(index: number): readonly OutcomeReading[];
}

/** Quirk: a reply of the route without a body has the size -1 [gin response_writer.go]. */
function sizeOf(x: Exchange, bytes: number): number {
  return bytes === 0 && x.failure?.kind !== "layer" ? -1 : bytes;
}

function statusesOf(totals: Float64Array, first: number): readonly (readonly [number, number])[] {
  const found: [number, number][] = [];
  for (let index = 0; index < STATUSES; index += 1) {
    const total = totals[first + index] ?? 0;
    if (total > 0) found.push([index + LEAST_STATUS, total]);
  }
  return found;
}

function joined(all: readonly ReadonlyMap<number, Sample>[]): ReadonlyMap<number, Sample> {
  const grouped = new Map<number, Sample[]>();
  for (const each of all) {
    for (const [index, sample] of each) grouped.set(index, [...(grouped.get(index) ?? []), sample]);
  }
  return new Map([...grouped].map(([index, samples]) => [index, together(samples)]));
}
