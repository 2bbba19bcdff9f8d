// A fair sample of values, and what it says about them. [rcrowley/go-metrics sample.go]

const MOST_KEPT = 1028;

/** What is known of the values of one period. */
export interface Sample {
  /** How many values there were. */
  readonly count: number;
  /** Some of them, each as likely as any other. */
  readonly values: readonly number[];
}

export class Reservoir implements Sample {
  count = 0;
  readonly values: number[] = [];

  add(value: number): void {
    this.count += 1;
    if (this.values.length < MOST_KEPT) {
      this.values.push(value);
      return;
    }
    const place = Math.floor(Math.random() * this.count);
    if (place < MOST_KEPT) this.values[place] = value;
  }

  clear(): void {
    this.count = 0;
    this.values.length = 0;
  }
}

/** Several threads' samples as one: each stands for as many values as it has seen. */
export function together(samples: readonly Sample[]): Sample {
  const count = samples.reduce((sum, each) => sum + each.count, 0);
  const [only, second] = samples;
  if (only !== undefined && second === undefined) return only;
  if (count <= MOST_KEPT) return { count, values: samples.flatMap((each) => each.values) };
  const values = samples.flatMap((each) =>
    each.values.slice(0, Math.max(1, Math.round((each.count / count) * MOST_KEPT))),
  );
  return { count, values };
}

export interface Summary {
  readonly count: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  /** Of the whole population. */
  readonly deviation: number;
  /** At 0.5, 0.75, 0.95, 0.99 and 0.999. */
  readonly percentiles: readonly number[];
}

export const PERCENTILES = [0.5, 0.75, 0.95, 0.99, 0.999] as const;

/** All zero where there is nothing. */
export function summary({ count, values }: Sample): Summary {
  if (values.length === 0)
    return { count, min: 0, max: 0, mean: 0, deviation: 0, percentiles: PERCENTILES.map(() => 0) };
  const sorted = [...values].sort((a, b) => a - b);
  const mean = sorted.reduce((sum, value) => sum + value, 0) / sorted.length;
  const squares = sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return {
    count,
    min: sorted[0]!,
    max: sorted.at(-1)!,
    mean,
    deviation: Math.sqrt(squares / sorted.length),
    percentiles: PERCENTILES.map((share) => percentile(sorted, share)),
  };
}

function percentile(sorted: readonly number[], share: number): number {
  const place = share * (sorted.length + 1);
  if (place < 1) return sorted[0]!;
  if (place >= sorted.length) return sorted.at(-1)!;
  const below = sorted[Math.floor(place) - 1]!;
  return below + (place - Math.floor(place)) * (sorted[Math.floor(place)]! - below);
}
