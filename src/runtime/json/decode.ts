// The decoders of a backend's JSON: which kind of value the body must hold, and what is said when it
// holds another. Only the first value of a body is read, as Go's Decoder does; what follows is ignored.
// [lura encoding/json.go]
import { LOWER_F, LOWER_N, LOWER_T, OPEN_BRACE, OPEN_BRACKET, QUOTE } from "./byte.js";
import { JsonFault, kindFault } from "./fault.js";
import { LATE_FROM_BYTES, LateText, type Sliceable } from "./late-text.js";
import { JsonReader } from "./reader.js";
import type { ByteString, JsonText } from "./text.js";
import { giveBackVectors, lendVectors } from "./vector-walk.js";
import { fill, giveBack, lendBytes } from "./workspace.js";

/** What is decoded: an answer, or a text alone. */
export interface Body {
  readonly body: ByteString;
  /** The body once more where its bytes are there: as many as it is long, and a zero behind them. */
  readonly bytes?: Buffer | undefined;
  /** Is told that nothing more of it is wanted. */
  onDecoded?(): void;
}

/** What `decodeSafe` makes of each kind of value. */
interface SafeUses<T> {
  readonly readObject: (json: JsonReader) => T;
  readonly collection: (array: JsonText) => T;
  readonly content: (value: JsonText) => T;
}

/**
 * Reads a body that must be an object: `read` begins inside it, before its first key. JSON `null`
 * gives null. A fault anywhere in the value is the result, whatever `read` made of what precedes it.
 */
export function decodeObject<T>(from: Body, read: (json: JsonReader) => T): T | null | JsonFault {
  return decode(from, read, objectOrNull<T>);
}

/** The text of a body that must be an array or `null`. */
export function decodeCollection(from: Body): JsonText | JsonFault {
  return decode(from, undefined, arrayOrNull);
}

/** Reads a body of any kind [lura encoding/json.go SafeJSONDecoder]; `null` is content. */
export function decodeSafe<T>(
  from: Body,
  readObject: (json: JsonReader) => T,
  collection: (array: JsonText) => T,
  content: (value: JsonText) => T,
): T | JsonFault {
  return decode(from, { readObject, collection, content }, anyKind<T>);
}

/** What is made of the value that a reader stands before. */
type Step<Use, T> = (json: JsonReader, first: number, use: Use) => T;

function decode<Use, T>(from: Body, use: Use, step: Step<Use, T>): T | JsonFault {
  const { bytes } = from;
  if (bytes === undefined) return decodeText(from.body, use, step);
  const text = bytes.length > LATE_FROM_BYTES ? new LateText(bytes, from) : from.body;
  const result = decodeBytes(text, bytes, use, step);
  from.onDecoded?.();
  return result;
}

function decodeText<Use, T>(text: ByteString, use: Use, step: Step<Use, T>): T | JsonFault {
  const vectors = lendVectors(text.length);
  const lent = vectors === null ? lendBytes(text) : fill(vectors.workspace, text);
  try {
    return walk(new JsonReader(text, lent, vectors), use, step);
  } finally {
    if (vectors === null) giveBack(lent);
    else giveBackVectors(vectors);
  }
}

function decodeBytes<Use, T>(text: Sliceable, bytes: Buffer, use: Use, step: Step<Use, T>): T | JsonFault {
  const vectors = lendVectors(text.length);
  if (vectors === null) return walk(new JsonReader(text, bytes), use, step);
  try {
    return walk(new JsonReader(text, vectors.reach(bytes), vectors), use, step);
  } finally {
    giveBackVectors(vectors);
  }
}

function walk<Use, T>(json: JsonReader, use: Use, step: Step<Use, T>): T | JsonFault {
  try {
    const first = json.firstByte();
    return first === undefined ? new JsonFault("EOF") : step(json, first, use);
  } catch (fault) {
    if (fault instanceof JsonFault) return fault;
    throw fault;
  }
}

function objectOrNull<T>(
  json: JsonReader,
  first: number,
  read: (json: JsonReader) => T,
): T | null | JsonFault {
  if (first === OPEN_BRACE) return insideObject(json, read);
  json.skip();
  return first === LOWER_N ? null : kindFault(kindOf(first), "map[string]interface {}");
}

function arrayOrNull(json: JsonReader, first: number): JsonText | JsonFault {
  if (first === OPEN_BRACKET || first === LOWER_N) return json.keep();
  json.skip();
  return kindFault(kindOf(first), "[]interface {}");
}

function anyKind<T>(json: JsonReader, first: number, uses: SafeUses<T>): T {
  if (first === OPEN_BRACE) return insideObject(json, uses.readObject);
  return first === OPEN_BRACKET ? uses.collection(json.keep()) : uses.content(json.keep());
}

function insideObject<T>(json: JsonReader, read: (json: JsonReader) => T): T {
  json.enterObject();
  const result = read(json);
  json.finish();
  return result;
}

/** The kind of a valid value, named as Go does, by its first byte. */
function kindOf(first: number): string {
  switch (first) {
    case OPEN_BRACE:
      return "object";
    case OPEN_BRACKET:
      return "array";
    case QUOTE:
      return "string";
    case LOWER_T:
    case LOWER_F:
      return "bool";
    default:
      return "number";
  }
}
