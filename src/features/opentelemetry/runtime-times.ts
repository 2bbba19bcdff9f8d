// How long the parts of a call took. [krakend-otel http/client/transport_tracking.go]
import type { Socket } from "node:net";
import { watchDials } from "../../runtime/http1/dial.js";
import type { UpstreamConnection } from "../../runtime/http1/upstream-connection.js";
import type { CallWatch } from "../../runtime/transaction.js";

/** Moments are ms on the clock of performance.now(), times ms; 0: it did not happen. */
export class CallTimes implements CallWatch {
  readonly sentAt: number = performance.now();
  /** When the head of the answer was there. Of a call that was sent more than once the last counts. */
  headAt = 0;
  /** Of the request, where it is announced. */
  bytes = 0;
  connectionMs = 0;
  lookupMs = 0;
  handshakeMs = 0;

  onWait(): void {}

  onTaken(): void {}

  onHead(_connection: UpstreamConnection): void {
    this.headAt = performance.now();
  }
}

interface Dial {
  readonly openedAt: number;
  foundAt: number;
  connectedAt: number;
  securedAt: number;
}

const dials = new WeakMap<Socket, Dial>();

/** The same, and what it took to come by a connection. */
class ConnectionTimes extends CallTimes {
  #waitsSince = 0;
  #waitedMs = 0;

  override onWait(): void {
    this.#waitsSince = performance.now();
  }

  override onTaken(): void {
    this.#waitedMs = performance.now() - this.#waitsSince;
  }

  override onHead(connection: UpstreamConnection): void {
    super.onHead(connection);
    const { served, socket } = connection;
    const dial = served === 0 && socket !== undefined ? dials.get(socket) : undefined;
    if (dial === undefined) {
      this.connectionMs = this.#waitedMs;
      return;
    }
    const { openedAt, foundAt, connectedAt, securedAt } = dial;
    this.connectionMs = this.#waitedMs + Math.max(connectedAt, securedAt) - openedAt;
    this.lookupMs = foundAt === 0 ? 0 : foundAt - openedAt;
    this.handshakeMs = securedAt === 0 ? 0 : securedAt - connectedAt;
  }
}

/** Looks at connections from now on; makes the times of a call. */
export function connectionTimes(): () => CallTimes {
  watchDials((socket, past) => {
    const now = performance.now();
    const dial = { openedAt: now, foundAt: 0, connectedAt: now, ...past, securedAt: 0 };
    dials.set(socket, dial);
    socket.once("lookup", () => {
      dial.foundAt = performance.now();
    });
    socket.once("connect", () => {
      dial.connectedAt = performance.now();
    });
    socket.once("secureConnect", () => {
      dial.securedAt = performance.now();
    });
  });
  return () => new ConnectionTimes();
}
