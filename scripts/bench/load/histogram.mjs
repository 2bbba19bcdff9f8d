// Latencies counted in steps of 10 us up to 10 s: constant memory, no sorting of millions of numbers.
const STEP_MS = 0.01;

export class Histogram {
  #counts = new Uint32Array(1_000_001);
  total = 0;

  add(ms) {
    this.total += 1;
    this.#counts[Math.min(Math.round(ms / STEP_MS), this.#counts.length - 1)] += 1;
  }

  /** The latency that this share of the answers (0 to 1) did not exceed, in ms. */
  percentile(share) {
    let left = this.total * share;
    for (let index = 0; index < this.#counts.length; index++) {
      left -= this.#counts[index];
      if (left <= 0 && this.#counts[index] > 0) return index * STEP_MS;
    }
    return 0;
  }

  summary() {
    return { p50: this.percentile(0.5), p99: this.percentile(0.99), p999: this.percentile(0.999) };
  }
}
