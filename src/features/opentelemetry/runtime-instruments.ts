// What is measured, under the names of OpenTelemetry and of Prometheus. [krakend-otel http/server/metrics.go,
// http/client/metrics.go, lura/metrics.go, exporter/prometheus]
import type { ByteString } from "../../runtime/bytes.js";
import { type Family, labelsText } from "../../runtime/series.js";

export interface Instrument extends Family {
  /** As OpenTelemetry has it. */
  readonly dotted: string;
  readonly unit: string;
  /** Counts are whole numbers. */
  readonly whole: boolean;
}

const TIME = [
  0.01, 0.02, 0.05, 0.075, 0.1, 0.125, 0.15, 0.175, 0.2, 0.25, 0.3, 0.35, 0.5, 0.75, 1, 1.5, 2, 3.5, 5, 10,
];
const SIZE = [
  128, 256, 512, 1024, 4096, 8192, 16384, 32768, 65536, 262144, 524288, 1048576, 4194304, 16777216, 67108864,
];

/** The place of each instrument in the list. */
export const Which = {
  serverDuration: 0,
  serverSize: 1,
  proxyDuration: 2,
  backendDuration: 3,
  started: 4,
  failed: 5,
  canceled: 6,
  timedOut: 7,
  requestSize: 8,
  clientDuration: 9,
  responseSize: 10,
  noLength: 11,
  readSize: 12,
  readSizes: 13,
  readTime: 14,
  readTimes: 15,
  connection: 16,
  lookup: 17,
  handshake: 18,
} as const;

interface Draft {
  readonly dotted: string;
  readonly kind: "count" | "sum" | "time" | "size";
  readonly unit?: string;
  /** In the conventions 1.27. */
  readonly renamed?: string;
  readonly help?: string;
}

/** `s` and `By` are units that Prometheus' exporter knows; `b` is not. */
const SUFFIX: Readonly<Record<string, string>> = { s: "_seconds", By: "_bytes" };

const DRAFTS: readonly Draft[] = [
  {
    dotted: "http.server.duration",
    kind: "time",
    renamed: "http.server.request.duration",
    help: "Duration of HTTP server requests.",
  },
  {
    dotted: "http.server.response.size",
    kind: "size",
    renamed: "http.server.response.body.size",
    help: "Size of HTTP server response bodies.",
  },
  { dotted: "krakend.proxy.duration", kind: "time" },
  { dotted: "krakend.backend.duration", kind: "time" },
  { dotted: "http.client.request.started.count", kind: "count" },
  { dotted: "http.client.request.failed.count", kind: "count" },
  { dotted: "http.client.request.canceled.count", kind: "count" },
  { dotted: "http.client.request.timedout.count", kind: "count" },
  { dotted: "http.client.request.size", kind: "count", renamed: "http.client.request.body.size" },
  { dotted: "http.client.duration", kind: "time", renamed: "http.client.request.duration" },
  { dotted: "http.client.response.size", kind: "size", renamed: "http.client.response.body.size" },
  {
    dotted: "http.client.response.no-content-length",
    kind: "count",
    renamed: "http.client.response.no-content-length",
  },
  { dotted: "http.client.response.read.size", kind: "count", unit: "b" },
  { dotted: "http.client.response.read.size-hist", kind: "size", unit: "b" },
  { dotted: "http.client.response.read.time", kind: "sum", unit: "s" },
  { dotted: "http.client.response.read.time-hist", kind: "time", unit: "s" },
  part("get-conn", "Time spent acquiring a client connection"),
  part("dns", "Time spent resolving the DNS name"),
  part("tls", "Time spent on TLS negotiation and connection"),
];

/** Of what it takes to come by a connection. */
function part(name: string, help: string): Draft {
  const dotted = `http.client.request.${name}.duration`;
  return { dotted, kind: "time", renamed: dotted, help };
}

/** In the old names or in those of the conventions 1.27. */
export function instruments(newNames: boolean): readonly Instrument[] {
  return DRAFTS.map((draft) => {
    const { renamed } = draft;
    if (!newNames || renamed === undefined) return instrument(draft, draft.dotted, draft.unit ?? "", "");
    const isBody = renamed.startsWith("http.client.request.body");
    const kind = isBody ? "size" : draft.kind;
    return instrument({ ...draft, kind }, renamed, kind === "time" ? "s" : "By", draft.help ?? "");
  });
}

function instrument({ kind }: Draft, dotted: string, unit: string, help: string): Instrument {
  const isTotal = kind === "count" || kind === "sum";
  const name = `${dotted.replace(/[.-]/g, "_")}${SUFFIX[unit] ?? ""}${isTotal ? "_total" : ""}`;
  const bounds = kind === "time" ? TIME : kind === "size" ? SIZE : undefined;
  return { dotted, unit, help, name, whole: kind === "count", ...(bounds === undefined ? {} : { bounds }) };
}

// ---- attributes ----

type Value = string | number | boolean;

export type AttributeValues = Readonly<Record<string, Value>>;

export const SCOPE = "io.krakend.krakend-otel";

/** Attributes as labels of Prometheus, with the scope that each has. */
export function labelsOf(attributes: AttributeValues): ByteString {
  const named = Object.entries(attributes).map(([name, value]) => [sanitized(name), String(value)] as const);
  return labelsText({ ...Object.fromEntries(named), otel_scope_name: SCOPE, otel_scope_version: "" });
}

function sanitized(name: string): string {
  return name.replace(/[^A-Za-z0-9_]/g, "_").replace(/^\d/, "_$&");
}

const NAMES = `http.request.method url.scheme http.route http.response.status_code error canceled complete
krakend.endpoint.route krakend.endpoint.method clientname server.address server.port`.split(/\s+/);

const WHOLE = new Set(["http.response.status_code", "server.port"]);
const FLAGS = new Set(["error", "canceled", "complete"]);
const LABEL = /([A-Za-z_]\w*)="((?:[^"\\]|\\.)*)"/g;

/** Labels as the attributes they were made of; `more` are names beyond the ones that all have. */
export function attributesOf(labels: ByteString, more: readonly string[]): AttributeValues {
  const dotted = new Map([...NAMES, ...more].map((name) => [sanitized(name), name]));
  const found: Record<string, Value> = {};
  for (const [, label = "", text = ""] of labels.matchAll(LABEL)) {
    const name = dotted.get(label);
    if (name === undefined) continue;
    const value = text.replace(/\\(.)/g, (_whole, char: string) => (char === "n" ? "\n" : char));
    found[name] = WHOLE.has(name) ? Number(value) : FLAGS.has(name) ? value === "true" : value;
  }
  return found;
}
