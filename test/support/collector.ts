// A collector of OpenTelemetry: takes OTLP over HTTP and gRPC, and decodes it with the messages that
// OpenTelemetry generates from its proto files.
import { createServer } from "node:http";
import { createServer as createHttp2Server, type ServerHttp2Session } from "node:http2";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";

interface Value {
  readonly stringValue?: string;
  readonly boolValue?: boolean;
  readonly intValue?: number | string;
  readonly doubleValue?: number;
  readonly arrayValue?: { readonly values: readonly Value[] };
}

interface KeyValue {
  readonly key: string;
  readonly value: Value;
}

export interface CollectedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly traceState?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly KeyValue[];
  readonly events?: readonly { readonly name: string; readonly timeUnixNano: string }[];
  readonly status: { readonly code?: number };
}

interface Point {
  readonly attributes: readonly KeyValue[];
  readonly asInt?: string;
  readonly asDouble?: number;
  readonly count?: string;
  readonly sum?: number;
  readonly bucketCounts?: readonly string[];
  readonly explicitBounds?: readonly number[];
}

interface Points {
  readonly dataPoints: readonly Point[];
  readonly aggregationTemporality: number;
  readonly isMonotonic?: boolean;
}

export interface CollectedMetric {
  readonly name: string;
  readonly unit?: string;
  readonly sum?: Points;
  readonly histogram?: Points;
}

interface Resource {
  readonly resource: { readonly attributes: readonly KeyValue[] };
}

interface Type {
  decode(bytes: Uint8Array): unknown;
  toObject(message: unknown, options: object): unknown;
}

const { opentelemetry } = createRequire(import.meta.url)(
  "@opentelemetry/otlp-transformer/build/src/generated/root.js",
) as {
  opentelemetry: {
    proto: {
      collector: {
        trace: { v1: { ExportTraceServiceRequest: Type } };
        metrics: { v1: { ExportMetricsServiceRequest: Type } };
      };
    };
  };
};
const { trace, metrics } = opentelemetry.proto.collector;

export interface Collector {
  readonly httpPort: number;
  readonly grpcPort: number;
  readonly spans: CollectedSpan[];
  /** As the last message had them. */
  metrics: readonly CollectedMetric[];
  /** Attributes of the resource that sent last. */
  resource: Readonly<Record<string, unknown>>;
  close(): Promise<void>;
}

export async function startCollector(): Promise<Collector> {
  const collected: Collector = {
    httpPort: 0,
    grpcPort: 0,
    spans: [],
    metrics: [],
    resource: {},
    close: () => Promise.resolve(),
  };
  const take = (path: string, body: Buffer): void => {
    const type = path.includes("race")
      ? trace.v1.ExportTraceServiceRequest
      : metrics.v1.ExportMetricsServiceRequest;
    const message = type.toObject(type.decode(body), { longs: String, bytes: String, arrays: true });
    for (const resource of (
      message as {
        resourceSpans?: readonly (Resource & { scopeSpans: readonly { spans: CollectedSpan[] }[] })[];
      }
    ).resourceSpans ?? []) {
      collected.resource = attributesOf(resource.resource.attributes);
      collected.spans.push(...resource.scopeSpans.flatMap(({ spans }) => spans.map(withHexIds)));
    }
    for (const resource of (
      message as {
        resourceMetrics?: readonly (Resource & { scopeMetrics: readonly { metrics: CollectedMetric[] }[] })[];
      }
    ).resourceMetrics ?? []) {
      collected.resource = attributesOf(resource.resource.attributes);
      collected.metrics = resource.scopeMetrics.flatMap((scope) => scope.metrics);
    }
  };
  const http = createServer(async (request, response) => {
    take(request.url ?? "", await whole(request));
    response.end();
  });
  const sessions = new Set<ServerHttp2Session>();
  const grpc = createHttp2Server();
  grpc.on("session", (session) => sessions.add(session));
  grpc.on("stream", async (stream, headers) => {
    stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
    stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
    const framed = await whole(stream);
    if (framed.readUInt32BE(1) === framed.length - 5) take(String(headers[":path"]), framed.subarray(5));
    stream.end(Buffer.alloc(5));
  });
  const listen = (server: typeof http | typeof grpc): Promise<number> =>
    new Promise((resolve) =>
      server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port)),
    );
  const ports = { httpPort: await listen(http), grpcPort: await listen(grpc) };
  return Object.assign(collected, ports, {
    async close() {
      for (const session of sessions) session.destroy();
      http.closeAllConnections();
      await Promise.all([http, grpc].map((server) => new Promise((resolve) => server.close(resolve))));
    },
  });
}

async function whole(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function hexOf(base64: string | undefined): string {
  return Buffer.from(base64 ?? "", "base64").toString("hex");
}

function withHexIds(span: CollectedSpan): CollectedSpan {
  return {
    ...span,
    traceId: hexOf(span.traceId),
    spanId: hexOf(span.spanId),
    parentSpanId: hexOf(span.parentSpanId),
  };
}

/** Whole numbers are numbers here. */
export function attributesOf(attributes: readonly KeyValue[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, plain(value)]));
}

function plain({ stringValue, boolValue, doubleValue, intValue, arrayValue }: Value): unknown {
  if (arrayValue !== undefined && arrayValue !== null) return arrayValue.values.map(plain);
  return stringValue ?? boolValue ?? doubleValue ?? Number(intValue);
}
