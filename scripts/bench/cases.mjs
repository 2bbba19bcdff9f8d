// What is measured: each case with its contenders, in the order in which the report shows them.
import { hasRoomForTwoThreads } from "./machine.mjs";
import { measureHalf } from "./measure/half.mjs";
import { measureIdle } from "./measure/idle.mjs";
import { measureLoad } from "./measure/load.mjs";
import { measureStart } from "./measure/start.mjs";

const PROXIES = ["gwc", "pipelining", "node", "nginx", "fastify", "krakend"];
const COMPOSERS = ["gwc", "pipelining", "node", "krakend"];

const entries = (gateways, path) => gateways.map((gateway) => ({ gateway, path }));

/**
 * `entries`: which gateway is asked for which path, in a row of its own; `about` says what the title cannot;
 * `bar`: the figure that the chart shows, its unit and which of less and more is better.
 */
export const CASES = [
  {
    name: "noop",
    title: "no-op proxy, 700 bytes",
    about: "the backend's answer handed on as it is",
    entries: entries(PROXIES, "/no-op"),
    measure: measureLoad,
  },
  {
    name: "noop-1m",
    title: "no-op proxy, 1 MB",
    about: "the same with an answer of 1 MB, which is not to be held in memory",
    entries: entries(PROXIES, "/export"),
    measure: measureLoad,
  },
  {
    name: "allow",
    title: "one backend, 3 fields kept",
    about:
      "a document of 697 bytes; nginx and @fastify/http-proxy hand it on whole, without any work on JSON",
    entries: entries(PROXIES, "/allow"),
    measure: measureLoad,
  },
  {
    name: "merge",
    title: "three backends under groups",
    about: "documents of 697, 1142 and 98 bytes, asked for at once and merged",
    entries: entries(COMPOSERS, "/merge"),
    measure: measureLoad,
  },
  {
    name: "report",
    title: "88 kB document, two small fields kept",
    about:
      "the fields are the first and the last; the second row is the same gateway, but that it parses the document, picks and prints; nginx and @fastify/http-proxy hand all 88 kB on",
    entries: entries(["gwc", "parse", "pipelining", "node", "nginx", "fastify", "krakend"], "/report"),
    measure: measureLoad,
  },
  {
    name: "limited",
    title: "rate-limited route",
    about: "one backend, 3 fields kept, without and with a rate limit that is never reached",
    entries: [
      { gateway: "gwc", path: "/allow", label: "gwc, no limit" },
      { gateway: "gwc", path: "/limited", label: "gwc, limited" },
      { gateway: "krakend", path: "/allow", label: "KrakenD, no limit" },
      { gateway: "krakend", path: "/limited", label: "KrakenD, limited" },
    ],
    measure: measureLoad,
  },
  {
    name: "breaker",
    title: "route with a circuit breaker",
    about: "one backend, 3 fields kept, without and with a breaker that stays closed",
    entries: [
      { gateway: "gwc", path: "/allow", label: "gwc, no breaker" },
      { gateway: "gwc", path: "/guarded", label: "gwc, breaker" },
      { gateway: "krakend", path: "/allow", label: "KrakenD, no breaker" },
      { gateway: "krakend", path: "/guarded", label: "KrakenD, breaker" },
    ],
    measure: measureLoad,
  },
  {
    name: "cached",
    title: "cache hit",
    about: "one backend, 3 fields kept, called each time and answered from the cache",
    entries: [
      { gateway: "gwc", path: "/allow", label: "gwc, no cache" },
      { gateway: "gwc", path: "/cached", label: "gwc, cache hit" },
      { gateway: "krakend", path: "/allow", label: "KrakenD, no cache" },
      { gateway: "krakend", path: "/cached", label: "KrakenD, cache hit" },
    ],
    measure: measureLoad,
  },
  {
    name: "stats",
    title: "/__stats",
    about: "one backend, 3 fields kept, without and with counting for `/__stats`",
    entries: entries(["gwc", "stats"], "/allow"),
    measure: measureLoad,
  },
  {
    name: "traced",
    title: "tracing",
    about:
      "one backend, 3 fields kept, without and with OpenTelemetry: one request in a hundred is traced, and its spans go to a collector by OTLP over HTTP",
    entries: entries(["gwc", "traced"], "/allow"),
    measure: measureLoad,
  },
  {
    name: "slow",
    title: "backend that takes 4 ms",
    about: "one backend, 3 fields kept; 64 connections cannot saturate any gateway, so read CPU and latency",
    entries: entries(PROXIES, "/slow"),
    measure: measureLoad,
  },
  {
    name: "fail",
    title: "backend that fails",
    about:
      "the backend answers 503; a gateway answers 500, as the configuration asks for, a proxy hands on 503",
    entries: entries(PROXIES, "/fail"),
    measure: measureLoad,
  },
  {
    name: "routes",
    title: "1 route, 1000 routes",
    about: "one backend, 3 fields kept; the second row has 1000 endpoints, and this one is among the last",
    entries: entries(["gwc", "routes"], "/allow"),
    measure: measureLoad,
  },
  {
    name: "half",
    title: "latency at half of saturation",
    about:
      "a fixed rate: half of what the gateway answers at most, and never more than half of what gwc does; latency counts from when a request was due",
    entries: entries(PROXIES, "/allow"),
    measure: measureHalf,
  },
  {
    name: "idle",
    title: "10,000 idle connections",
    about: "each has been answered once; then 64 busy ones beside them",
    entries: entries(["gwc", "node", "nginx", "krakend"], "/allow"),
    measure: measureIdle,
  },
  {
    name: "threads",
    title: "two threads against one",
    about: hasRoomForTwoThreads
      ? "one backend, 3 fields kept; on two cores"
      : "88 kB document, two small fields kept, so that little of the two cores goes to load and backends, which share them",
    entries: entries(["shared", "threads"], hasRoomForTwoThreads ? "/allow" : "/report"),
    measure: measureLoad,
  },
  {
    name: "start",
    title: "start to first answer",
    about: "from the start of the process to the first answer that came through a backend",
    entries: entries(["gwc", "node", "nginx", "fastify", "krakend"], "/allow"),
    measure: measureStart,
  },
];
