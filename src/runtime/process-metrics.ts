// The process as Prometheus clients for Go describe it, so that dashboards made for KrakenD go on
// working. What V8 does not know is 0. [prometheus/client_golang process_collector.go, go_collector.go]
import { readdirSync, readFileSync } from "node:fs";
import { getHeapStatistics } from "node:v8";
import { goFloat } from "./go-number.js";
import { type PrintedFamily, printedFamily } from "./series.js";

const startedAt = Date.now() / 1000 - process.uptime();

function gauge(name: string, help: string, value: number): PrintedFamily {
  return printedFamily(name, "gauge", help, [`${name} ${goFloat(value)}`]);
}

function counter(name: string, help: string, value: number): PrintedFamily {
  return printedFamily(name, "counter", help, [`${name} ${goFloat(value)}`]);
}

/** Families that start with `process_`. */
export function processFamilies(): readonly PrintedFamily[] {
  const { user, system } = process.cpuUsage();
  const limits = textOf("/proc/self/limits");
  const limitOf = (name: string): number => {
    const found = new RegExp(`^${name}\\s+(\\d+|unlimited)`, "m").exec(limits)?.[1];
    return found === undefined ? 0 : found === "unlimited" ? 2 ** 64 : Number(found);
  };
  const pages = Number(textOf("/proc/self/statm").split(" ")[0] || 0);
  return [
    counter(
      "process_cpu_seconds_total",
      "Total user and system CPU time spent in seconds.",
      (user + system) / 1e6,
    ),
    gauge("process_max_fds", "Maximum number of open file descriptors.", limitOf("Max open files")),
    counter(
      "process_network_receive_bytes_total",
      "Number of bytes received by the process over the network.",
      networkBytes(0),
    ),
    counter(
      "process_network_transmit_bytes_total",
      "Number of bytes sent by the process over the network.",
      networkBytes(8),
    ),
    gauge("process_open_fds", "Number of open file descriptors.", openFiles()),
    gauge("process_resident_memory_bytes", "Resident memory size in bytes.", process.memoryUsage.rss()),
    gauge("process_start_time_seconds", "Start time of the process since unix epoch in seconds.", startedAt),
    gauge("process_virtual_memory_bytes", "Virtual memory size in bytes.", pages * 4096),
    gauge(
      "process_virtual_memory_max_bytes",
      "Maximum amount of virtual memory available in bytes.",
      limitOf("Max address space"),
    ),
  ];
}

/** Bytes of all interfaces but the loopback; the numbers of one stand in a line after its name. */
function networkBytes(column: number): number {
  return textOf("/proc/self/net/dev")
    .split("\n")
    .map((line) => /^\s*(?!lo:)(\w+):\s*(.*)$/.exec(line)?.[2]?.split(/\s+/)[column])
    .reduce((sum, bytes) => sum + Number(bytes ?? 0), 0);
}

function openFiles(): number {
  try {
    return readdirSync("/proc/self/fd").length;
  } catch {
    return 0;
  }
}

/** Empty where there is no such file, as on other systems than Linux. */
function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

/** Families that start with `go_`. */
export function goFamilies(): readonly PrintedFamily[] {
  const { heapUsed, heapTotal, rss } = process.memoryUsage();
  const heap = getHeapStatistics();
  const memory: Readonly<Record<string, number>> = {
    alloc_bytes: heapUsed,
    buck_hash_sys_bytes: 0,
    gc_sys_bytes: 0,
    heap_alloc_bytes: heapUsed,
    heap_idle_bytes: heapTotal - heapUsed,
    heap_inuse_bytes: heapUsed,
    heap_objects: 0,
    heap_released_bytes: 0,
    heap_sys_bytes: heapTotal,
    last_gc_time_seconds: 0,
    mcache_inuse_bytes: 0,
    mcache_sys_bytes: 0,
    mspan_inuse_bytes: 0,
    mspan_sys_bytes: 0,
    next_gc_bytes: heap.heap_size_limit,
    other_sys_bytes: heap.external_memory,
    stack_inuse_bytes: 0,
    stack_sys_bytes: 0,
    sys_bytes: rss,
  };
  return [
    printedFamily(
      "go_gc_duration_seconds",
      "summary",
      "A summary of the pause duration of garbage collection cycles.",
      ["go_gc_duration_seconds_sum 0", "go_gc_duration_seconds_count 0"],
    ),
    gauge("go_gc_gogc_percent", "Heap size target percentage.", 100),
    gauge("go_gc_gomemlimit_bytes", "Memory limit of the runtime.", heap.heap_size_limit),
    gauge("go_goroutines", "Number of goroutines that currently exist.", 0),
    printedFamily("go_info", "gauge", "Information about the environment.", [
      `go_info{version="node ${process.version}"} 1`,
    ]),
    ...Object.entries(memory).map(([name, value]) =>
      gauge(`go_memstats_${name}`, `${name.replaceAll("_", " ")} of the memory.`, value),
    ),
    counter("go_memstats_alloc_bytes_total", "Total number of bytes allocated.", heapUsed),
    counter("go_memstats_frees_total", "Total number of frees.", 0),
    counter("go_memstats_mallocs_total", "Total number of mallocs.", 0),
    gauge("go_sched_gomaxprocs_threads", "Number of threads that serve.", 1),
    gauge("go_threads", "Number of OS threads created.", threads()),
  ];
}

function threads(): number {
  return Number(/^Threads:\s*(\d+)/m.exec(textOf("/proc/self/status"))?.[1] ?? 0);
}
