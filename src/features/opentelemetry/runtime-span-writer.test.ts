// Spans as bytes against the library's writer and reader.
import { BinaryReader, BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromUtf8 } from "../../runtime/json/text.js";
import { Double, fixedAttributes, type Span, type SpanValue } from "./runtime-otlp.js";
import { SpanWriter } from "./runtime-span-writer.js";

/** The obvious way: every message by the library, lengths as short as they can be. */
function plainly(span: Span): Uint8Array {
  const writer = new BinaryWriter();
  message(writer, 2, () => {
    hex(writer, 1, span.traceId);
    hex(writer, 2, span.spanId);
    text(writer, 3, span.state);
    hex(writer, 4, span.parentId);
    text(writer, 5, span.name);
    writer.tag(6, WireType.Varint).int32(span.kind);
    time(writer, 7, span.startedAt);
    time(writer, 8, span.endedAt);
    writer.raw(span.fixed);
    for (let index = 0; index < span.attributes.length; index += 2) {
      message(writer, 9, () => {
        text(writer, 1, span.attributes[index] as string);
        message(writer, 2, () => any(writer, span.attributes[index + 1]!));
      });
    }
    for (const { name, at } of span.events ?? []) {
      message(writer, 11, () => {
        time(writer, 1, at);
        text(writer, 2, name);
      });
    }
    message(writer, 15, () => writer.tag(3, WireType.Varint).int32(span.failed ? 2 : 1));
  });
  return writer.finish();
}

function message(writer: BinaryWriter, field: number, write: () => void): void {
  writer.tag(field, WireType.LengthDelimited).fork();
  write();
  writer.join();
}

function text(writer: BinaryWriter, field: number, value: string): void {
  if (value !== "") writer.tag(field, WireType.LengthDelimited).string(fromUtf8(value));
}

function hex(writer: BinaryWriter, field: number, value: string): void {
  if (value !== "") writer.tag(field, WireType.LengthDelimited).bytes(Buffer.from(value, "hex"));
}

function time(writer: BinaryWriter, field: number, ms: number): void {
  const micros = BigInt(Math.round((performance.timeOrigin + ms) * 1000));
  writer.tag(field, WireType.Bit64).fixed64(micros * 1000n);
}

function any(writer: BinaryWriter, value: SpanValue): void {
  if (typeof value === "string") writer.tag(1, WireType.LengthDelimited).string(fromUtf8(value));
  else if (typeof value === "boolean") writer.tag(2, WireType.Varint).bool(value);
  else if (value instanceof Double) writer.tag(4, WireType.Bit64).double(value.value);
  else if (typeof value === "object") {
    message(writer, 5, () => {
      for (const each of value) message(writer, 1, () => any(writer, each));
    });
  } else if (Number.isSafeInteger(value)) writer.tag(3, WireType.Varint).int64(value);
  else writer.tag(4, WireType.Bit64).double(value);
}

/** Fields that are messages, and the fields of these. */
interface Shape {
  readonly [field: number]: Shape;
}

const VALUE: Shape = { 5: { 1: {} } };
const ATTRIBUTE: Shape = { 2: VALUE };
const SPAN: Shape = { 9: ATTRIBUTE, 11: {}, 15: {} };

/** The message as fields in their order, read by the library. */
function read(bytes: Uint8Array, shape: Shape): readonly unknown[] {
  const reader = new BinaryReader(bytes);
  const fields: unknown[] = [];
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    const below = shape[field];
    if (type === WireType.Varint) fields.push([field, String(reader.int64())]);
    else if (type === WireType.Bit64) fields.push([field, String(reader.fixed64())]);
    else {
      const inner = reader.bytes();
      fields.push([field, below === undefined ? Buffer.from(inner).toString("hex") : read(inner, below)]);
    }
  }
  return fields;
}

const bytes = fc
  .string({ unit: "binary", maxLength: 300 })
  .map((each) => Buffer.from(each, "utf8").toString("latin1"));
const raw = fc.uint8Array({ maxLength: 20 }).map((each) => Buffer.from(each).toString("latin1"));
const anyText = fc.oneof(fc.string({ maxLength: 200 }), bytes, raw);
const ids = (length: number): fc.Arbitrary<string> =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((each) => Buffer.from(each).toString("hex"));
const ms = fc.double({ min: 0, max: 1e9, noNaN: true });
const value: fc.Arbitrary<SpanValue> = fc.oneof(
  anyText,
  fc.boolean(),
  fc.maxSafeInteger(),
  fc.integer(),
  fc.double().filter((each) => !Number.isInteger(each)),
  fc.double().map((each) => new Double(each)),
  fc.array(anyText, { maxLength: 3 }),
);

const name = fc.string({ minLength: 1, maxLength: 200 }).filter((each) => !/[^\x00-\x7f]/.test(each));

const spans: fc.Arbitrary<Span> = fc.record({
  traceId: ids(16),
  spanId: ids(8),
  parentId: fc.oneof(fc.constant(""), ids(8)),
  state: fc.oneof(fc.constant(""), anyText),
  name: anyText,
  kind: fc.constantFrom(1, 2, 3),
  startedAt: ms,
  endedAt: ms,
  fixed: fc.dictionary(fc.string(), fc.string()).map(fixedAttributes),
  attributes: fc.array(fc.tuple(name, value), { maxLength: 6 }).map((pairs) => pairs.flat()),
  failed: fc.boolean(),
  events: fc.array(fc.record({ name: fc.string({ minLength: 1 }), at: ms }), { maxLength: 2 }),
});

describe("the writer of spans", () => {
  it("says what the library says", () => {
    const writer = new SpanWriter();
    fc.assert(
      fc.property(fc.array(spans, { minLength: 1, maxLength: 5 }), (some) => {
        for (const span of some) writer.add(span);
        expect(writer.count).toBe(some.length);
        const written = read(writer.take(), { 2: SPAN });
        const wanted = some.flatMap((span) => read(plainly(span), { 2: SPAN }));
        expect(written).toEqual(wanted);
      }),
      { numRuns: 300 },
    );
  });

  it("grows where spans are longer than its memory", () => {
    const writer = new SpanWriter();
    const span = fc.sample(spans, { numRuns: 1, seed: 1 })[0]!;
    const long = { ...span, attributes: ["long", "x".repeat(300_000)] };
    writer.add(long);
    writer.add(span);
    expect(read(writer.take(), { 2: SPAN })).toEqual([
      ...read(plainly(long), { 2: SPAN }),
      ...read(plainly(span), { 2: SPAN }),
    ]);
  });
});
