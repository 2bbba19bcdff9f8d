// What all answers have in common: one that sends the request elsewhere is followed first.
import { fieldIn } from "./http1/fields.js";
import type { ResponseHead } from "./http1/response-head.js";
import { type Hop, nextHop } from "./redirects.js";
import { Transaction } from "./transaction.js";
import { UpstreamError } from "./upstream-error.js";

/** Of an answer that is not wanted this much is read over to keep its connection [Go net/http client.go]. */
const MOST_READ_OVER = 2048;

export abstract class FollowedAnswer extends Transaction {
  #next: Hop | UpstreamError | undefined;
  #readOver = 0;

  /** For a status of 3xx: the answer is not the result, and what arrives of it is to be given to `skip`. */
  protected leaves(head: ResponseHead): boolean {
    this.#next = nextHop(this, head.status, fieldIn(head.text, head.fields, "location"));
    if (this.#next === undefined) return false;
    if (head.contentLength > 0) this.#skipAhead(head.contentLength);
    return true;
  }

  #skipAhead(length: number): void {
    if (length > MOST_READ_OVER) this.#leaveNow();
  }

  /** It sends the request elsewhere. */
  protected get isLeaving(): boolean {
    return this.#next !== undefined;
  }

  protected skip(length: number): void {
    this.#readOver += length;
    this.#skipAhead(this.#readOver);
  }

  #leaveNow(): void {
    this.stop();
    this.go();
  }

  /** Makes the next request. */
  protected go(): void {
    const next = this.#next!;
    if (next instanceof UpstreamError) this.lose(next);
    else this.follow(next);
  }

  protected override onFailure(error: UpstreamError): void {
    // It does not matter how the rest of an answer ends that is not wanted.
    if (this.#next !== undefined && error.kind === "connection") this.go();
    else this.lose(error);
  }

  /** Makes the request again as an answer of the same kind. */
  protected abstract follow(hop: Hop): void;
  protected abstract lose(error: UpstreamError): void;
}
