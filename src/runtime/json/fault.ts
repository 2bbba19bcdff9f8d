// What is wrong with a JSON text, in the words of Go's encoding/json. Faults are thrown inside this
// folder only and caught by decode.ts and value.ts, which hand them on as values.
import type { ByteString } from "./text.js";

/** Why a text is not the JSON asked for. No Error: a fault of an upstream needs no stack. */
export class JsonFault {
  /** Go's literal text, as UTF-8 bytes. */
  readonly message: ByteString;

  constructor(message: ByteString) {
    this.message = message;
  }
}

const NAMED_BYTES = new Map([
  [0x07, "\\a"],
  [0x08, "\\b"],
  [0x09, "\\t"],
  [0x0a, "\\n"],
  [0x0b, "\\v"],
  [0x0c, "\\f"],
  [0x0d, "\\r"],
  [0x27, "\\'"],
  [0x5c, "\\\\"],
]);

/** The fault at an index: the byte there fits nowhere, or (past the last byte) is missing. */
export function faultAt(byte: number | undefined, context: string): JsonFault {
  if (byte === undefined) return new JsonFault("unexpected EOF");
  return new JsonFault(`invalid character '${quotedByte(byte)}' ${context}`);
}

/** The fault of a value of another kind than the one wanted [Go json.UnmarshalTypeError]. */
export function kindFault(kind: string, wanted: string): JsonFault {
  return new JsonFault(`json: cannot unmarshal ${kind} into Go value of type ${wanted}`);
}

/** A byte as Go prints it between single quotes: the byte counts as a Latin-1 character. */
function quotedByte(byte: number): ByteString {
  const named = NAMED_BYTES.get(byte);
  if (named !== undefined) return named;
  if (byte < 0x20 || byte === 0x7f) return `\\x${byte.toString(16).padStart(2, "0")}`;
  if (byte < 0x80) return String.fromCharCode(byte);
  if (byte <= 0xa0 || byte === 0xad) return `\\u00${byte.toString(16)}`;
  return String.fromCharCode(0xc0 | (byte >> 6), 0x80 | (byte & 0x3f));
}
