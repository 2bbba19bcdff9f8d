// Spans and metrics as the messages of OTLP. [opentelemetry-proto trace.proto, metrics.proto, common.proto 1.x]
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import type { ByteString } from "../../runtime/bytes.js";
import { fromUtf8 } from "../../runtime/json/text.js";
import type { Row } from "../../runtime/series.js";
import { type AttributeValues, type Instrument, SCOPE } from "./runtime-instruments.js";

/** In the order of the proto's enum. */
export const SpanKind = { internal: 1, server: 2, client: 3 } as const;

/** A number that is no whole one, whatever it is at the moment. */
export class Double {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

export type SpanValue = string | number | boolean | Double | readonly string[];

/** Attributes of a span: headers have several values. */
export type SpanValues = Readonly<Record<string, SpanValue>>;

/** Times in ms on the clock of performance.now(). */
export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  /** Empty: the first of its trace. */
  readonly parentId: string;
  readonly state: string;
  readonly name: ByteString;
  readonly kind: number;
  readonly startedAt: number;
  readonly endedAt: number;
  /** Those that are the same for all spans of its kind and place. */
  readonly fixed: FixedAttributes;
  /** Names and values in turn: cheaper to make and to walk than an object with keys of its own. */
  readonly attributes: readonly SpanValue[];
  readonly failed: boolean;
  readonly events: readonly { readonly name: string; readonly at: number }[] | undefined;
}

/** Adds attributes to those of a span. */
export function addValues(list: SpanValue[], values: SpanValues | undefined): void {
  if (values === undefined) return;
  for (const [name, value] of Object.entries(values)) list.push(name, value);
}

/** Attributes as a span has them, written once. */
export type FixedAttributes = Uint8Array;

export function fixedAttributes(values: SpanValues): FixedAttributes {
  const writer = new BinaryWriter();
  attributes(writer, SPAN_ATTRIBUTES, values);
  return writer.finish();
}

const SPAN_ATTRIBUTES = 9;
const CUMULATIVE = 2;

function message(writer: BinaryWriter, field: number, write: () => void): void {
  writer.tag(field, WireType.LengthDelimited).fork();
  write();
  writer.join();
}

function text(writer: BinaryWriter, field: number, value: ByteString): void {
  if (value !== "") writer.tag(field, WireType.LengthDelimited).string(fromUtf8(value));
}

/** Nanoseconds since 1970. */
function time(writer: BinaryWriter, field: number, ms: number): void {
  const micros = BigInt(Math.round((performance.timeOrigin + ms) * 1000));
  writer.tag(field, WireType.Bit64).fixed64(micros * 1000n);
}

function attributes(writer: BinaryWriter, field: number, values: SpanValues): void {
  for (const [name, value] of Object.entries(values)) {
    message(writer, field, () => {
      text(writer, 1, name);
      message(writer, 2, () => anyValue(writer, value));
    });
  }
}

function anyValue(writer: BinaryWriter, value: SpanValue): void {
  if (typeof value === "string") writer.tag(1, WireType.LengthDelimited).string(fromUtf8(value));
  else if (typeof value === "boolean") writer.tag(2, WireType.Varint).bool(value);
  else if (value instanceof Double) writer.tag(4, WireType.Bit64).double(value.value);
  else if (typeof value === "object") {
    message(writer, 5, () => {
      for (const each of value) message(writer, 1, () => anyValue(writer, each));
    });
  } else if (Number.isInteger(value)) writer.tag(3, WireType.Varint).int64(value);
  else writer.tag(4, WireType.Bit64).double(value);
}

/** Resource and scope around what stands in field 2 of the scope's message. */
function enveloped(resource: AttributeValues, inner: (writer: BinaryWriter) => void): Uint8Array {
  const writer = new BinaryWriter();
  message(writer, 1, () => {
    message(writer, 1, () => attributes(writer, 1, resource));
    message(writer, 2, () => {
      message(writer, 1, () => text(writer, 1, SCOPE));
      inner(writer);
    });
  });
  return writer.finish();
}

/** An ExportTraceServiceRequest around spans that are written already. */
export function traceRequest(resource: AttributeValues, spans: Uint8Array): Uint8Array {
  return enveloped(resource, (writer) => writer.raw(spans));
}

export interface InstrumentPoints {
  readonly instrument: Instrument;
  readonly points: readonly (readonly [attributes: AttributeValues, row: Row])[];
}

/** An ExportMetricsServiceRequest; all numbers count from `startedAt`. */
export function metricsRequest(
  resource: AttributeValues,
  metrics: readonly InstrumentPoints[],
  startedAt: number,
): Uint8Array {
  const now = performance.now();
  return enveloped(resource, (writer) => {
    for (const metric of metrics)
      if (metric.points.length > 0) message(writer, 2, () => writeMetric(writer, metric, startedAt, now));
  });
}

function writeMetric(
  writer: BinaryWriter,
  { instrument, points }: InstrumentPoints,
  startedAt: number,
  now: number,
): void {
  const { bounds } = instrument;
  text(writer, 1, instrument.dotted);
  text(writer, 2, instrument.help);
  text(writer, 3, instrument.unit);
  message(writer, bounds === undefined ? 7 : 9, () => {
    for (const [values, row] of points) {
      message(writer, 1, () => {
        time(writer, 2, startedAt);
        time(writer, 3, now);
        if (bounds === undefined) writeNumber(writer, instrument, values, row);
        else writeHistogram(writer, bounds, values, row);
      });
    }
    writer.tag(2, WireType.Varint).int32(CUMULATIVE);
    if (bounds === undefined) writer.tag(3, WireType.Varint).bool(true);
  });
}

function writeNumber(writer: BinaryWriter, { whole }: Instrument, values: AttributeValues, row: Row): void {
  if (whole) writer.tag(6, WireType.Bit64).sfixed64(row[0]!);
  else writer.tag(4, WireType.Bit64).double(row[0]!);
  attributes(writer, 7, values);
}

function writeHistogram(
  writer: BinaryWriter,
  bounds: readonly number[],
  values: AttributeValues,
  row: Row,
): void {
  const counts = row.slice(0, bounds.length + 1);
  writer.tag(4, WireType.Bit64).fixed64(counts.reduce((sum, count) => sum + count, 0));
  writer.tag(5, WireType.Bit64).double(row[bounds.length + 1]!);
  message(writer, 6, () => {
    for (const count of counts) writer.fixed64(count);
  });
  message(writer, 7, () => {
    for (const bound of bounds) writer.double(bound);
  });
  attributes(writer, 9, values);
}
