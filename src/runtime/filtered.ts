// What a filter of a room leaves of an object.
import type { Keyed } from "./json/members.js";
import type { JsonText, Members } from "./json/text.js";

export interface Filtered {
  /** Undefined: nothing is left, not even an empty object. */
  members(): Members | undefined;
  keyed(): Keyed | undefined;
  /** `null` where nothing is left. */
  document(): JsonText;
}
