// One member of an object that was kept as text.
import { JsonReader } from "./reader.js";
import type { ByteString, JsonText } from "./text.js";

/** The last value under a key, spelt as JsonReader spells keys; undefined where there is none. */
export function memberText(object: JsonText, wanted: ByteString): JsonText | undefined {
  const json = new JsonReader(object);
  let found: JsonText | undefined;
  if (!json.enterObject()) return undefined;
  for (let key = json.key(); key !== undefined; key = json.key()) {
    if (key === wanted) found = json.keep();
    else json.skip();
  }
  return found;
}
