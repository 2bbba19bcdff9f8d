// Values at the top of the data that KrakenD holds as other Go types than those of JSON, which its
// writers of XML and YAML print in other ways. Who made them is known at build, not which answers
// have them, so they are told by their form.
import type { ByteString } from "../bytes.js";
import type { JsonText } from "../json/text.js";
import { JsonNumber, type JsonValue } from "../json/value.js";

/** Which keys may hold such values. */
export interface GoTypes {
  /** Failures of `return_error_details`: structs. */
  readonly details?: readonly ByteString[];
  /** Groups: maps, that may be nil. */
  readonly groups?: readonly ByteString[];
}

/** A failure with its details. */
export interface Details {
  readonly status: JsonText;
  readonly body: ByteString;
  readonly contentType: ByteString;
}

/** The details under a key; undefined if the value is not what a failure puts there. */
export function detailsAt(types: GoTypes, key: ByteString, value: JsonValue): Details | undefined {
  if (types.details?.includes(key) !== true || !(value instanceof Map)) return undefined;
  const status = value.get("http_status_code");
  if (!(status instanceof JsonNumber)) return undefined;
  return {
    status: status.text,
    body: textAt(value, "http_body"),
    contentType: textAt(value, "http_body_encoding"),
  };
}

function textAt(value: ReadonlyMap<ByteString, JsonValue>, key: ByteString): ByteString {
  const text = value.get(key);
  return typeof text === "string" ? text : "";
}

/** Whether a value is a map that is nil: nothing under a group. */
export function isNilMap(types: GoTypes, key: ByteString, value: JsonValue): boolean {
  return value === null && types.groups?.includes(key) === true;
}
