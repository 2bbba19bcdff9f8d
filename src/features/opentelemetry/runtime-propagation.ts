// Where a request stands in a trace: read from the client, told to backends. [W3C Trace Context; B3]
import type { Exchange, TraceContext } from "../../runtime/exchange.js";

interface Propagator {
  read(x: Exchange): TraceContext | undefined;
  write(context: TraceContext, headers: string[]): void;
}

const ID = /^[0-9a-f]+$/i;

function valid(traceId: string | undefined, spanId: string | undefined): traceId is string {
  if (traceId === undefined || spanId === undefined || !ID.test(traceId) || !ID.test(spanId)) return false;
  return !/^0+$/.test(traceId) && !/^0+$/.test(spanId) && spanId.length === 16;
}

const tracecontext: Propagator = {
  read(x) {
    const header = x.header("traceparent");
    if (header === undefined) return undefined;
    const [, version, traceId, spanId, flags, more] =
      /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/.exec(header) ?? [];
    if (version === "ff" || (version === "00" && more !== undefined) || !valid(traceId, spanId))
      return undefined;
    const sampled = (Number.parseInt(flags!, 16) & 1) === 1;
    return { traceId, spanId: spanId!, sampled, state: x.header("tracestate") ?? "" };
  },
  write({ traceId, spanId, sampled, state }, headers) {
    headers.push("Traceparent", `00-${traceId}-${spanId}-${sampled ? "01" : "00"}`);
    if (state !== "") headers.push("Tracestate", state);
  },
};

const b3multi: Propagator = {
  read(x) {
    const traceId = x.header("x-b3-traceid");
    const spanId = x.header("x-b3-spanid");
    if (!valid(traceId, spanId)) return undefined;
    const sampled = x.header("x-b3-flags") === "1" || /^(?:1|true)$/i.test(x.header("x-b3-sampled") ?? "");
    return contextOf(traceId, spanId!, sampled);
  },
  write({ traceId, spanId, sampled }, headers) {
    headers.push("X-B3-Traceid", traceId, "X-B3-Spanid", spanId, "X-B3-Sampled", sampled ? "1" : "0");
  },
};

const b3: Propagator = {
  read(x) {
    const [traceId, spanId, sampled] = x.header("b3")?.split("-") ?? [];
    if (!valid(traceId, spanId)) return b3multi.read(x);
    return contextOf(traceId, spanId!, sampled === "1" || sampled === "d");
  },
  write({ traceId, spanId, sampled }, headers) {
    headers.push("B3", `${traceId}-${spanId}-${sampled ? "1" : "0"}`);
  },
};

function contextOf(traceId: string, spanId: string, sampled: boolean): TraceContext | undefined {
  if (traceId.length !== 16 && traceId.length !== 32) return undefined;
  return {
    traceId: traceId.toLowerCase().padStart(32, "0"),
    spanId: spanId.toLowerCase(),
    sampled,
    state: "",
  };
}

const KNOWN: Readonly<Record<string, Propagator>> = { tracecontext, b3, b3multi };

/** Those that OTEL_PROPAGATORS names, as every OpenTelemetry SDK reads it; else the W3C's. */
const chosen: readonly Propagator[] = (process.env.OTEL_PROPAGATORS || "tracecontext")
  .split(",")
  .flatMap((name) => (Object.hasOwn(KNOWN, name.trim()) ? [KNOWN[name.trim()]!] : []));

export function readContext(x: Exchange): TraceContext | undefined {
  for (const propagator of chosen) {
    const found = propagator.read(x);
    if (found !== undefined) return found;
  }
  return undefined;
}

export function writeContext(context: TraceContext, headers: string[]): void {
  for (const propagator of chosen) propagator.write(context, headers);
}
