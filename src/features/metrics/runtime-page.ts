// The statistics as KrakenD's flat document, and as text for Prometheus. [krakend-metrics gin/metrics.go]
import { goFloat } from "../../runtime/go-number.js";
import { quote, utf8 } from "../../runtime/json/text.js";
import { type MetricNames, OUTCOMES, type OutcomeReading, type Reading } from "./runtime-collect.js";
import type { ProcessReading } from "./runtime-process.js";
import { PERCENTILES, type Sample, summary } from "./runtime-reservoir.js";

/** What is shown of the connections: of this period, of those before, of the last. */
export interface Periods {
  readonly connected: Period;
  readonly disconnected: Period;
}

export interface Period {
  readonly now: number;
  readonly before: number;
  readonly last: number;
}

type Entries = [key: string, value: string][];

/** One key a line, in the order of their bytes. */
export function statsDocument(
  names: MetricNames,
  reading: Reading,
  periods: Periods,
  process_: ProcessReading,
): string {
  const entries: Entries = [
    ["cmdline", `[${process.argv.map((each) => quote(utf8(each))).join()}]`],
    ["memstats", `{${[...process_.memory].map(([name, value]) => `"${name}":${value}`).join()}}`],
    ...processEntries(process_),
    ...(names.endpoints.length > 0 ? routerEntries(names, reading, periods) : []),
    ...layerEntries("pipe", names.pipes, reading.pipe),
    ...layerEntries("backend", names.backends, reading.backend),
  ];
  const sorted = entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{\n${sorted.map(([key, value]) => `${quote(key)}: ${value}`).join(",\n")}\n}\n`;
}

function routerEntries(names: MetricNames, reading: Reading, periods: Periods): Entries {
  const entries: Entries = [];
  for (const direction of ["connected", "disconnected"] as const) {
    const { now, before, last } = periods[direction];
    entries.push([`krakend.router.${direction}`, String(now)]);
    entries.push([`krakend.router.${direction}-total`, String(before)]);
    entries.push([`krakend.router.${direction}-gauge`, String(last)]);
  }
  names.endpoints.forEach((name, index) => {
    const start = `krakend.router.response.${name}`;
    entries.push([`${start}.status`, "0"]);
    for (const [status, total] of reading.statuses(index))
      entries.push([`${start}.status.${status}.count`, String(total)]);
    entries.push(...histogram(`${start}.size`, reading.sizes(index)));
    entries.push(...histogram(`${start}.time`, reading.times(index)));
  });
  return entries;
}

function layerEntries(
  layer: string,
  names: readonly string[],
  read: (index: number) => readonly OutcomeReading[],
): Entries {
  return names.flatMap((name, index) =>
    read(index).flatMap(({ total, times }, which): Entries => {
      const { complete, error } = OUTCOMES[which]!;
      const end = `layer.${layer}.name.${name}.complete.${complete}.error.${error}`;
      return [
        [`krakend.proxy.requests.${end}`, String(total)],
        ...histogram(`krakend.proxy.latency.${end}`, times),
      ];
    }),
  );
}

function histogram(name: string, sample: Sample): Entries {
  const { count, min, max, mean, deviation, percentiles } = summary(sample);
  return [
    [`${name}.count`, String(count)],
    [`${name}.min`, goFloat(min)],
    [`${name}.max`, goFloat(max)],
    [`${name}.mean`, goFloat(mean)],
    [`${name}.std-dev`, goFloat(deviation)],
    ...PERCENTILES.map((share, index): [string, string] => [
      `${name}.${String(share).slice(2).padEnd(2, "0")}-percentile`,
      goFloat(percentiles[index]!),
    ]),
  ];
}

function timer(name: string): Entries {
  const rates = ["one-minute", "five-minute", "fifteen-minute", "mean-rate"];
  return [
    ...histogram(name, { count: 0, values: [] }),
    ...rates.map((rate): [string, string] => [`${name}.${rate}`, "0"]),
  ];
}

function processEntries({ memory, collector, pauses }: ProcessReading): Entries {
  const runtime = "krakend.service.runtime";
  const debug = "krakend.service.debug";
  return [
    ...[...memory].map(([name, value]): [string, string] => [`${runtime}.MemStats.${name}`, String(value)]),
    [`${runtime}.MemStats.GCCPUFraction`, "0"],
    ...histogram(`${runtime}.MemStats.PauseNs`, pauses),
    ...["NumCgoCall", "NumGoroutine", "NumThread"].map((name): [string, string] => [
      `${runtime}.${name}`,
      "0",
    ]),
    ...timer(`${runtime}.ReadMemStats`),
    ...Object.entries(collector).map(([name, value]): [string, string] => [
      `${debug}.GCStats.${name}`,
      String(value),
    ]),
    ...histogram(`${debug}.GCStats.Pause`, pauses),
    ...timer(`${debug}.ReadGCStats`),
  ];
}

/** The same numbers with labels; quantiles are of the current period. */
export function statsForPrometheus(names: MetricNames, reading: Reading): string {
  const lines: string[] = [];
  const family = (name: string, type: string, samples: readonly string[]): void => {
    if (samples.length > 0) lines.push(`# TYPE ${name} ${type}`, ...samples);
  };
  if (names.endpoints.length > 0) {
    family("krakend_router_connected_total", "counter", [
      `krakend_router_connected_total ${reading.connected}`,
    ]);
    family("krakend_router_disconnected_total", "counter", [
      `krakend_router_disconnected_total ${reading.disconnected}`,
    ]);
  }
  const perEndpoint = (samples: (label: string, index: number) => readonly string[]): readonly string[] =>
    names.endpoints.flatMap((name, index) => samples(`endpoint=${quoted(name)}`, index));
  family(
    "krakend_router_response_status_total",
    "counter",
    perEndpoint((label, index) =>
      reading
        .statuses(index)
        .map(
          ([status, total]) => `krakend_router_response_status_total{${label},status="${status}"} ${total}`,
        ),
    ),
  );
  const size = "krakend_router_response_size_bytes";
  family(
    size,
    "gauge",
    perEndpoint((label, index) => quantiles(size, label, reading.sizes(index), 1)),
  );
  const time = "krakend_router_response_time_seconds";
  family(
    time,
    "gauge",
    perEndpoint((label, index) => quantiles(time, label, reading.times(index), 1e-9)),
  );
  const layers = [
    ...layerLabels("pipe", names.pipes, reading.pipe),
    ...layerLabels("backend", names.backends, reading.backend),
  ];
  const requests = "krakend_proxy_requests_total";
  family(
    requests,
    "counter",
    layers.map(({ labels, total }) => `${requests}{${labels}} ${total}`),
  );
  const latency = "krakend_proxy_latency_seconds";
  family(
    latency,
    "gauge",
    layers.flatMap(({ labels, times }) => quantiles(latency, labels, times, 1e-9)),
  );
  return `${lines.join("\n")}\n`;
}

function layerLabels(
  layer: string,
  names: readonly string[],
  read: (index: number) => readonly OutcomeReading[],
): readonly (OutcomeReading & { readonly labels: string })[] {
  return names.flatMap((name, index) =>
    read(index).map((each, which) => {
      const { complete, error } = OUTCOMES[which]!;
      const labels = `layer="${layer}",name=${quoted(name)},complete="${complete}",error="${error}"`;
      return { ...each, labels };
    }),
  );
}

function quantiles(name: string, labels: string, sample: Sample, scale: number): readonly string[] {
  if (sample.count === 0) return [];
  return summary(sample).percentiles.map(
    (value, index) => `${name}{${labels},quantile="${PERCENTILES[index]}"} ${goFloat(value * scale)}`,
  );
}

function quoted(text: string): string {
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
}
