// The connections to one host of a backend. [Go net/http transport.go]
import type { ByteString } from "../bytes.js";
import { idleTimes } from "../deadline.js";
import type { Transaction } from "../transaction.js";
import type { TransportOptions } from "../transport.js";
import { UpstreamError } from "../upstream-error.js";
import { AddressWatch, isWatched } from "./address-watch.js";
import { type Address, dial } from "./dial.js";
import { UpstreamConnection } from "./upstream-connection.js";

/** What one backend may ask for beyond the transport of the gateway. */
export interface OriginOptions {
  /** Connections at a time; 0: as many as are needed. */
  readonly maxConnections: number;
  /** Requests that wait for a connection; one more is refused. */
  readonly maxQueue: number;
  /** Requests that may be under way on one connection; 1: no pipelining. */
  readonly pipelining: number;
  /** What an origin is made with; absent: an Origin. */
  readonly kind?: typeof Origin;
}

export const DEFAULT_ORIGIN: OriginOptions = { maxConnections: 0, maxQueue: 1024, pipelining: 1 };

/** Idle connections to all hosts, the one that was idle for the longest time first; kept where there is a limit. */
const idleEverywhere = new Set<UpstreamConnection>();

/** A host string, taken apart. */
export interface HostText {
  /** As it may be shown: without a password. */
  readonly shown: string;
  /** `http://name:port`. */
  readonly site: string;
  /** Path of the host string, before every target. */
  readonly prefix: ByteString;
  /** `user:password` as written; undefined: none. */
  readonly credentials: string | undefined;
}

export class Origin {
  /** For error texts. */
  readonly host: string;
  readonly site: string;
  readonly prefix: ByteString;
  readonly credentials: string | undefined;
  /** What stands in a request line before the target: the prefix, behind the host where a proxy is to find it. */
  readonly beforeTarget: ByteString;
  /** What stands behind the target: the end of the request line, and the Host line. */
  readonly headLines: ByteString;
  readonly authorizationLine: ByteString;
  readonly closeLine: ByteString;
  readonly compression: boolean;
  /** Connections may serve more than one request. */
  keepsAlive: boolean;
  readonly transport: TransportOptions;
  readonly options: OriginOptions;
  readonly #address: Address;
  readonly #watch: AddressWatch | undefined;
  protected readonly idle: UpstreamConnection[] = [];
  protected readonly all: Set<UpstreamConnection> = new Set();
  protected waiting: Transaction[] = [];

  constructor(
    text: HostText,
    address: Address,
    authorizationLine: ByteString,
    transport: TransportOptions,
    options: OriginOptions,
  ) {
    this.host = text.shown;
    this.site = text.site;
    this.prefix = text.prefix;
    this.credentials = text.credentials;
    this.#address = address;
    // Through a proxy a request without TLS names its host in its target [RFC 9112 3.2.2].
    const via = address.secure === undefined ? address.via : undefined;
    this.beforeTarget = via === undefined ? text.prefix : `http://${address.authority}${text.prefix}`;
    this.headLines = ` HTTP/1.1\r\nHost: ${address.authority}\r\n${via?.authorizationLine ?? ""}`;
    this.authorizationLine = authorizationLine;
    this.closeLine = transport.keepAlive ? "" : "Connection: close\r\n";
    this.compression = transport.compression;
    this.keepsAlive = transport.keepAlive;
    this.transport = transport;
    this.options = options;
    const { hostname } = address.via ?? address;
    if (isWatched(hostname)) {
      this.#watch = new AddressWatch(hostname, transport.dnsRefreshMs, this.all);
    }
  }

  /** Sends a request, on the connection that was idle for the shortest time if there is one. */
  send(transaction: Transaction): void {
    const idle = this.takeIdle();
    if (idle !== undefined) idle.send(transaction);
    else this.sendFresh(transaction);
  }

  /** Sends a request on a connection that was never used. */
  sendFresh(transaction: Transaction): void {
    const { maxConnections } = this.options;
    if (maxConnections === 0 || this.all.size < maxConnections) this.open().send(transaction);
    else this.wait(transaction);
  }

  protected wait(transaction: Transaction): void {
    const { maxQueue } = this.options;
    // Those that have ended meanwhile are found when there is no place left.
    if (this.waiting.length >= maxQueue) this.waiting = this.waiting.filter(({ ended }) => !ended);
    if (this.waiting.length < maxQueue) {
      this.waiting.push(transaction);
      transaction.call.watch?.onWait();
    } else transaction.fail(new UpstreamError("refused", "too many requests wait for a connection"));
  }

  protected takeIdle(): UpstreamConnection | undefined {
    for (let last = this.idle.pop(); last !== undefined; last = this.idle.pop()) {
      last.idleAt = -1;
      if (this.transport.maxIdleConnections > 0) idleEverywhere.delete(last);
      if (this.transport.idleTimeoutMs > 0) idleTimes.clear(last);
      if (last.isUsable) return last;
    }
    return undefined;
  }

  protected open(): UpstreamConnection {
    const connection = new UpstreamConnection(this, (dialer) => dial(this.#address, this.transport, dialer));
    this.all.add(connection);
    this.#watch?.begin();
    return connection;
  }

  /** A connection has nothing to do. */
  release(connection: UpstreamConnection): void {
    const next = this.nextWaiting();
    if (next !== undefined) return connection.send(next);
    const { maxIdleConnections, maxIdleConnectionsPerHost, idleTimeoutMs } = this.transport;
    if (this.idle.length >= maxIdleConnectionsPerHost) return connection.expire();
    connection.idleAt = this.idle.length;
    this.idle.push(connection);
    if (maxIdleConnections > 0) keepNewest(connection, maxIdleConnections);
    if (idleTimeoutMs > 0) idleTimes.set(connection, performance.now() + idleTimeoutMs);
  }

  /** An answer is complete, and others are still owed on the same connection. */
  onRoom(_connection: UpstreamConnection): void {}

  /** A connection ended that owed several answers. `isAnnounced`: after an answer that said so. */
  onBrokenPipeline(_connection: UpstreamConnection, _isAnnounced: boolean): void {}

  protected nextWaiting(): Transaction | undefined {
    for (let next = this.waiting.shift(); next !== undefined; next = this.waiting.shift()) {
      if (next.ended) continue;
      next.call.watch?.onTaken();
      return next;
    }
    return undefined;
  }

  /** A connection has ended. */
  forget(connection: UpstreamConnection): void {
    if (!this.all.delete(connection)) return;
    if (connection.idleAt >= 0) {
      const last = this.idle.pop()!;
      if (last !== connection) {
        this.idle[connection.idleAt] = last;
        last.idleAt = connection.idleAt;
      }
      connection.idleAt = -1;
      idleEverywhere.delete(connection);
    }
    const next = this.nextWaiting();
    if (next !== undefined) this.open().send(next);
  }

  /** Connections end with what they are doing; requests from now on get others. */
  renew(): void {
    for (const connection of this.all) connection.retire();
  }

  /** Nobody will ask for it again. */
  retire(): void {
    this.keepsAlive = false;
    this.renew();
  }

  /** Closes every connection. */
  destroy(): void {
    for (const connection of this.all) connection.destroy();
  }
}

/** Over the limit the connection goes that nobody has needed for the longest time. */
function keepNewest(connection: UpstreamConnection, most: number): void {
  idleEverywhere.add(connection);
  const [oldest] = idleEverywhere;
  if (idleEverywhere.size <= most || oldest === undefined) return;
  idleEverywhere.delete(oldest);
  oldest.expire();
}
