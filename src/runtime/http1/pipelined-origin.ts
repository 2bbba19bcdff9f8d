// An origin whose connections carry several requests at a time [RFC 9112 9.3.2]. A slow answer holds up
// those behind it, so only what may be sent again goes behind others, and only when nothing is idle.
import type { Transaction } from "../transaction.js";
import { Origin } from "./origin.js";
import type { UpstreamConnection } from "./upstream-connection.js";

/** Connections before requests go behind others, where the configuration gives no number. */
const USUAL_CONNECTIONS = 2;

/** How long requests go one at a time after a connection broke that owed several answers. */
const CAUTION_MS = 10_000;

export class PipelinedOrigin extends Origin {
  #cautiousUntil = 0;

  override send(transaction: Transaction): void {
    const idle = this.takeIdle();
    if (idle !== undefined) this.#put(idle, transaction);
    else if (this.#mayShare(transaction)) this.#share(transaction);
    else this.sendFresh(transaction);
  }

  #mayShare(transaction: Transaction): boolean {
    if (!transaction.mayShare) return false;
    return this.#cautiousUntil === 0 || performance.now() >= this.#cautiousUntil;
  }

  #put(connection: UpstreamConnection, transaction: Transaction): void {
    if (this.#mayShare(transaction)) connection.sendSoon(transaction);
    else connection.send(transaction);
  }

  /**
   * Opens few connections; then behind the fewest others. When all carry what they may, more connections
   * are opened, as many as those who wait will need once the new ones have shown what they are.
   */
  #share(transaction: Transaction): void {
    const { maxConnections, pipelining } = this.options;
    if (this.all.size < (maxConnections || USUAL_CONNECTIONS)) return this.open().send(transaction);
    // Whoever waits has come before.
    const best = this.waiting.length === 0 ? this.#leastBusy() : undefined;
    if (best !== undefined) best.sendSoon(transaction);
    else if (this.waiting.length < this.#trials() * pipelining) this.wait(transaction);
    else this.sendFresh(transaction);
  }

  /** A connection that may carry one more. It has shown that it carries more than one request. */
  #leastBusy(): UpstreamConnection | undefined {
    let best: UpstreamConnection | undefined;
    for (const each of this.all) {
      const isFree = each.isShared && each.load < this.options.pipelining;
      if (isFree && (best === undefined || each.load < best.load)) best = each;
    }
    return best;
  }

  /** Connections that are about to show whether they carry more than one request. */
  #trials(): number {
    let count = 0;
    for (const each of this.all) if (each.served === 0 && each.queue[0]?.mayShare === true) count += 1;
    return count;
  }

  override release(connection: UpstreamConnection): void {
    const next = this.nextWaiting();
    if (next === undefined) return super.release(connection);
    this.#put(connection, next);
    this.onRoom(connection);
  }

  override onRoom(connection: UpstreamConnection): void {
    while (this.waiting.length > 0 && connection.isShared && connection.load < this.options.pipelining) {
      const next = this.nextWaiting();
      if (next === undefined) return;
      if (this.#mayShare(next)) connection.sendSoon(next);
      else {
        this.waiting.unshift(next);
        return;
      }
    }
  }

  /**
   * A backend that ends its connections after many answers, and says so, has others for the rest. One that
   * does not say so, or soon, is not made for this.
   */
  override onBrokenPipeline({ served }: UpstreamConnection, isAnnounced: boolean): void {
    if (isAnnounced && served >= this.options.pipelining) return;
    this.#cautiousUntil = performance.now() + CAUTION_MS;
  }
}
