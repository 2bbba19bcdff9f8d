// The process itself under the names that Go's runtime has for it. What V8 does not know is 0.
import { constants, PerformanceObserver } from "node:perf_hooks";
import { getHeapStatistics } from "node:v8";
import type { Sample } from "./runtime-reservoir.js";
import { Reservoir } from "./runtime-reservoir.js";

const pauses = new Reservoir();
let collections = 0;
let pausedNs = 0;
let lastCollection = 0;

/** Watches the garbage collector; returns how to stop. */
export function watchCollector(): () => void {
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      // The types of Node do not know the detail of such an entry.
      const { duration, detail } = entry as unknown as { duration: number; detail: { kind: number } };
      if (detail.kind === constants.NODE_PERFORMANCE_GC_MINOR) continue;
      collections += 1;
      pausedNs += duration * 1e6;
      pauses.add(Math.round(duration * 1e6));
      lastCollection = Date.now() * 1e6;
    }
  });
  observer.observe({ entryTypes: ["gc"] });
  return () => observer.disconnect();
}

const MEMORY =
  `Alloc BuckHashSys DebugGC EnableGC Frees HeapAlloc HeapIdle HeapInuse HeapObjects HeapReleased HeapSys
LastGC Lookups Mallocs MCacheInuse MCacheSys MSpanInuse MSpanSys NextGC NumGC PauseTotalNs StackInuse StackSys Sys TotalAlloc`.split(
    /\s+/,
  );

export interface ProcessReading {
  /** By Go's name: those of runtime.MemStats. */
  readonly memory: ReadonlyMap<string, number>;
  readonly collector: { readonly LastGC: number; readonly NumGC: number; readonly PauseTotal: number };
  readonly pauses: Sample;
}

export function readProcess(): ProcessReading {
  const { heapUsed, heapTotal, rss } = process.memoryUsage();
  const heap = getHeapStatistics();
  const known: Readonly<Record<string, number>> = {
    Alloc: heapUsed,
    TotalAlloc: heapUsed,
    HeapAlloc: heapUsed,
    HeapInuse: heapUsed,
    HeapIdle: heapTotal - heapUsed,
    HeapSys: heapTotal,
    NextGC: heap.heap_size_limit,
    Sys: rss,
    EnableGC: 1,
    LastGC: lastCollection,
    NumGC: collections,
    PauseTotalNs: Math.round(pausedNs),
  };
  return {
    memory: new Map(MEMORY.map((name) => [name, known[name] ?? 0])),
    collector: { LastGC: lastCollection, NumGC: collections, PauseTotal: Math.round(pausedNs) },
    pauses,
  };
}
