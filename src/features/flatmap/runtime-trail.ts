// The labels on the way to a branch.
import type { ByteString } from "../../runtime/json/text.js";

/**
 * Quirk: ways that part below the third label, or below the fifth to the seventh, share one store, so
 * that the label of the last of them counts for all: KrakenD appends to a Go slice that has room left.
 * [krakend/flatmap tree/tree.go collectMoveCandidates]
 */
export class Trail {
  readonly #labels: ByteString[];
  readonly #length: number;
  readonly #room: number;

  private constructor(labels: ByteString[], length: number, room: number) {
    this.#labels = labels;
    this.#length = length;
    this.#room = room;
  }

  static start(): Trail {
    return new Trail([], 0, 0);
  }

  /** The way one label further. */
  further(label: ByteString): Trail {
    const full = this.#length === this.#room;
    const labels = full ? this.#labels.slice(0, this.#length) : this.#labels;
    labels[this.#length] = label;
    return new Trail(labels, this.#length + 1, full ? Math.max(1, this.#room * 2) : this.#room);
  }

  at(depth: number): ByteString {
    return this.#labels[depth] ?? "";
  }
}
