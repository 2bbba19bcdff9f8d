// Members as texts and by key. Joining objects with no key in common is joining their members.
import type { JsonReader } from "./reader.js";
import type { ByteString, JsonText, Members } from "./text.js";

/** Members by key, keys as JsonReader spells them: a later one of the same key replaces an earlier. */
export type Keyed = Map<ByteString, JsonText>;

/** The object that has these members. */
export function document(members: Members): JsonText {
  return `{${members.slice(1)}}`;
}

/** One member; the key is spelt as JsonReader spells keys. */
export function member(key: ByteString, value: JsonText): Members {
  return `,"${key}":${value}`;
}

/** The members of the object just entered. */
export function readKeyed(json: JsonReader): Keyed {
  const keyed: Keyed = new Map();
  for (let key = json.key(); key !== undefined; key = json.key()) keyed.set(key, json.keep());
  return keyed;
}

/** The members as one text, in the order in which their keys first came. */
export function membersOf(keyed: Keyed): Members {
  let members = "";
  for (const [key, value] of keyed) members += member(key, value);
  return members;
}

/** The members of the object just entered, as they are. */
export function readMembers(json: JsonReader): Members {
  return json.keepMembers();
}
