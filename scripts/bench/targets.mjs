// The targets that the project has set itself, and whether a measurement meets them.
import { timesOf } from "./numbers.mjs";
import { doubts } from "./report/doubts.mjs";

/** The row of a gateway in a case; `used` collects what a target was judged by. */
function rowOf({ cases, used }, name, gateway, label) {
  const row = cases
    .find((each) => each.name === name)
    ?.rows.find((each) => each.gateway === gateway && (label === undefined || each.label === label));
  if (row !== undefined) used.add(row);
  return row;
}

const median = (row, figure) => row?.figures[figure]?.median;

/** How many times the other's figure this one is; undefined where either was not measured. */
function ratio(results, figure, [name, gateway, label], [otherName, otherGateway, otherLabel]) {
  const [own, other] = [
    rowOf(results, name, gateway, label),
    rowOf(results, otherName, otherGateway, otherLabel),
  ].map((row) => row?.figures[figure]);
  // Cases are measured one after the other.
  if (name === otherName || own === undefined || other === undefined) return timesOf(own, other);
  return own.median / other.median;
}

const cpu = (name, gateway, otherGateway) => (results) =>
  ratio(results, "cpuMicroseconds", [name, gateway], [name, otherGateway]);

/** Two rows of one gateway. */
const within = (name, label, plain) => (results) =>
  ratio(results, "cpuMicroseconds", [name, "gwc", label], [name, "gwc", plain]);

/** Requests per second of another gateway, of the plain one. */
const throughput = (name) => (results) => ratio(results, "requestsPerSecond", [name, name], [name, "gwc"]);

/** By how much more memory the last run needed than the first. */
const growth = (results) => rowOf(results, "noop-1m", "gwc")?.peakGrowth;

/**
 * With cores for both threads, load and backends: requests per second. With fewer, what these threads would answer on
 * cores of their own: by how many they worked, at the CPU that a request costs.
 */
function threads(results) {
  const [one, two] = ["shared", "threads"].map((gateway) => rowOf(results, "threads", gateway));
  if (one === undefined || two === undefined) return undefined;
  if (results.roomForTwoThreads) return median(two, "requestsPerSecond") / median(one, "requestsPerSecond");
  const share = median(two, "threads") / median(one, "threads");
  return (share * median(one, "cpuMicroseconds")) / median(two, "cpuMicroseconds");
}

const idleSpeed = (results) => {
  const row = rowOf(results, "idle", "gwc");
  return row && median(row, "requestsPerSecond") / median(row, "requestsBefore");
};

/** Each with `limit`, its `unit` ("x": a ratio), whether less or more is good, and how it is found in the results. */
export const TARGETS = [
  {
    name: "one backend, 3 fields kept: CPU, of node:http + undici",
    limit: 0.4,
    unit: "x",
    value: cpu("allow", "gwc", "node"),
  },
  {
    name: "one backend, 3 fields kept: CPU, of nginx proxy_pass",
    limit: 1.4,
    unit: "x",
    value: cpu("allow", "gwc", "nginx"),
  },
  {
    name: "the same with pipelining: CPU, of nginx proxy_pass",
    limit: 1,
    unit: "x",
    value: cpu("allow", "pipelining", "nginx"),
  },
  {
    name: "three backends under groups: CPU, of node:http + undici",
    limit: 0.33,
    unit: "x",
    value: cpu("merge", "gwc", "node"),
  },
  {
    name: "88 kB, two fields kept: CPU, of parse + pick + stringify in the same server",
    limit: 0.15,
    unit: "x",
    value: cpu("report", "gwc", "parse"),
  },
  {
    name: "no-op of 1 MB: CPU, of node:http + undici",
    limit: 0.7,
    unit: "x",
    value: cpu("noop-1m", "gwc", "node"),
  },
  { name: "no-op of 1 MB: peak memory of the last run, of the first", limit: 1.1, unit: "x", value: growth },
  {
    name: "rate-limited route: CPU, of the plain route",
    limit: 1.03,
    unit: "x",
    value: within("limited", "gwc, limited", "gwc, no limit"),
  },
  {
    name: "route with a circuit breaker: CPU, of the plain route",
    limit: 1.03,
    unit: "x",
    value: within("breaker", "gwc, breaker", "gwc, no breaker"),
  },
  {
    name: "cache hit: CPU, of the plain route",
    limit: 0.5,
    unit: "x",
    value: within("cached", "gwc, cache hit", "gwc, no cache"),
  },
  {
    name: "with /__stats: requests, of the plain route",
    limit: 0.98,
    unit: "x",
    more: true,
    value: throughput("stats"),
  },
  {
    name: "1 % traced: requests, of the plain route",
    limit: 0.97,
    unit: "x",
    more: true,
    value: throughput("traced"),
  },
  { name: "two threads: requests, of one thread", limit: 1.8, unit: "x", more: true, value: threads },
  {
    name: "memory under 64 connections, one thread",
    limit: 80,
    unit: "MB",
    value: (results) => median(rowOf(results, "allow", "gwc"), "megabytes"),
  },
  {
    name: "start to first answer",
    limit: 80,
    unit: "ms",
    value: (results) => median(rowOf(results, "start", "gwc"), "milliseconds"),
  },
  {
    name: "p99 at half of saturation, of nginx proxy_pass",
    limit: 2,
    unit: "x",
    value: (results) => ratio(results, "p99", ["half", "gwc"], ["half", "nginx"]),
  },
  {
    name: "1000 routes: CPU, of one route",
    limit: 1.05,
    unit: "x",
    value: (results) => ratio(results, "cpuMicroseconds", ["routes", "routes"], ["routes", "gwc"]),
  },
  {
    name: "an idle connection",
    limit: 15,
    unit: "kB",
    value: (results) => median(rowOf(results, "idle", "gwc"), "kilobytesEach"),
  },
  {
    name: "beside 10,000 idle connections: requests, of those without",
    limit: 0.95,
    unit: "x",
    more: true,
    value: idleSpeed,
  },
];

/**
 * Every target with its value and `met`, both undefined where the results do not say, and `doubtful` where something
 * speaks against a row that it was judged by.
 */
export function judge(results) {
  return TARGETS.map(({ name, limit, unit, more = false, value: find }) => {
    const used = new Set();
    const value = find({ ...results, used });
    const target = { name, limit, unit, more };
    if (value === undefined || !Number.isFinite(value)) return target;
    const doubtful = !MEMORY.has(unit) && [...used].some((row) => doubts(row).length > 0);
    return { ...target, value, met: more ? value >= limit : value <= limit, doubtful };
  });
}

/** Others on the same core take nothing of these. */
const MEMORY = new Set(["MB", "kB"]);

/** "met", "missed", "not measured"; "in doubt" where the measurement is. */
export function verdict({ met, doubtful }) {
  if (met === undefined) return "not measured";
  return `${met ? "met" : "missed"}${doubtful ? ", in doubt" : ""}`;
}

/** "<= 0.40x", ">= 1.80x", "<= 80 MB". */
export function limitText({ limit, unit, more }) {
  return `${more ? ">=" : "<="} ${quantity(limit, unit)}`;
}

/** A value in its unit. */
export function quantity(value, unit) {
  if (value === undefined) return "-";
  return unit === "x" ? `${value.toFixed(2)}x` : `${value.toFixed(1).replace(/\.0$/, "")} ${unit}`;
}
