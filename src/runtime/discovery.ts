// Hosts that DNS knows: SRV records, looked up again and again. [lura sd/dnssrv/subscriber.go]
import type { Resolver, SrvRecord } from "node:dns";
import { onDeadline } from "./deadline.js";
import type { Exchange } from "./exchange.js";
import { DEFAULT_ORIGIN, Origin, type OriginOptions } from "./http1/origin.js";
import { logInfo, logWarning } from "./log.js";
import { dnsResolver } from "./names.js";
import { onUpstreamsClosed, originOf } from "./origins.js";
import type { Answer } from "./received-answer.js";
import { DEFAULT_TRANSPORT, type TransportOptions } from "./transport.js";
import { type Call, Upstream } from "./upstream.js";
import type { StreamedAnswer } from "./upstream-answer.js";
import type { UpstreamError } from "./upstream-error.js";

/** Hosts up to which their weights are kept as they are [lura sd/dnssrv]. */
const SCALE = 100;

/** The hosts that an SRV record names, at first and from then on. */
export class DiscoveredUpstream extends Upstream {
  readonly #name: string;
  readonly #scheme: string;
  readonly #transport: TransportOptions;
  readonly #options: OriginOptions;
  readonly #resolver: Resolver = dnsResolver();
  /** Until the first answer of DNS. */
  #first: Promise<void> | undefined;
  #failed = false;
  #timer: NodeJS.Timeout | undefined;
  #isOver = false;

  /** `name` is what DNS is asked for. */
  constructor(
    name: string,
    scheme: string,
    transport: TransportOptions = DEFAULT_TRANSPORT,
    options: OriginOptions = DEFAULT_ORIGIN,
  ) {
    super([], transport, options);
    this.#name = name;
    this.#scheme = scheme;
    this.#transport = transport;
    this.#options = options;
    onUpstreamsClosed(() => {
      this.#isOver = true;
      clearTimeout(this.#timer);
    });
    this.#first = this.#update().finally(() => {
      this.#first = undefined;
    });
  }

  override fetch(x: Exchange, call: Call): Promise<Answer | UpstreamError> {
    const first = this.#first;
    if (first === undefined) return super.fetch(x, call);
    return inTime(first, call.deadline).then(() => super.fetch(x, call));
  }

  override open(x: Exchange, call: Call): Promise<StreamedAnswer | UpstreamError> {
    const first = this.#first;
    if (first === undefined) return super.open(x, call);
    return inTime(first, call.deadline).then(() => super.open(x, call));
  }

  async #update(): Promise<void> {
    const records = await lookUp(this.#resolver, this.#name);
    if (this.#isOver) return;
    if (records instanceof Error) this.#keep(records);
    else this.#take(records);
    this.#timer = setTimeout(() => void this.#update(), this.#transport.dnsRefreshMs).unref();
  }

  /** What was known stays. */
  #keep(fault: Error): void {
    if (!this.#failed) logWarning(`[SERVICE: DNS] ${this.#name}: ${fault.message}`);
    this.#failed = true;
  }

  #take(records: readonly SrvRecord[]): void {
    if (this.#failed) logInfo(`[SERVICE: DNS] ${this.#name} is there again`);
    this.#failed = false;
    const before = this.origins;
    this.origins = hostsOf(records, this.#scheme).map((host) =>
      originOf(host, this.#transport, this.#options),
    );
    const gone = before.filter((origin) => !this.origins.includes(origin));
    for (const origin of gone) if (origin instanceof Origin) origin.renew();
  }
}

function lookUp(resolver: Resolver, name: string): Promise<readonly SrvRecord[] | Error> {
  return new Promise((resolve) => {
    resolver.resolveSrv(name, (fault, records) => resolve(fault ?? records));
  });
}

/** Waits, but for no longer than there is time. */
function inTime(ready: Promise<void>, deadline: number): Promise<void> {
  return new Promise((resolve) => {
    const stop = onDeadline(deadline, resolve);
    void ready.then(() => {
      stop();
      resolve();
    });
  });
}

/**
 * The hosts of the records with the lowest priority, each as often as its weight says; one of weight 0
 * is left out.
 */
export function hostsOf(records: readonly SrvRecord[], scheme: string): readonly string[] {
  const lowest = Math.min(...records.map(({ priority }) => priority));
  const used = records.filter(({ priority }) => priority === lowest).sort(byWeight);
  const times = compact(used.map(({ weight }) => weight));
  // Quirk: the dot at the end of a name stays, in the Host header too, as Go's resolver gives it.
  const hosts = used.flatMap(({ name, port }, index) => {
    const host = `${scheme}://${name.replace(/\.?$/, ".")}:${port}`;
    return Array.from({ length: times[index]! }, () => host);
  });
  return hosts.length > SCALE ? shuffled(hosts) : hosts;
}

function byWeight(one: SrvRecord, other: SrvRecord): number {
  return other.weight - one.weight || (one.name < other.name ? -1 : 1) || one.port - other.port;
}

/** The weights on a scale of a hundred at most, or of as many as there are, by their greatest common divisor. */
function compact(weights: readonly number[]): readonly number[] {
  const scale = Math.max(SCALE, weights.length);
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const scaled = sum <= scale ? weights : weights.map((weight) => Math.floor((weight * scale) / sum));
  const divisor = scaled.reduce(greatestCommon, 0);
  return divisor < 2 ? scaled : scaled.map((weight) => weight / divisor);
}

function greatestCommon(one: number, other: number): number {
  return other === 0 ? one : greatestCommon(other, one % other);
}

/** So that the many turns of one host do not come in a row. */
function shuffled(hosts: readonly string[]): readonly string[] {
  const mixed = [...hosts];
  for (let at = mixed.length - 1; at > 0; at -= 1) {
    const other = Math.floor(Math.random() * (at + 1));
    [mixed[at], mixed[other]] = [mixed[other]!, mixed[at]!];
  }
  return mixed;
}
