// Durations inside the blocks. They are plain texts to the trunk, which knows no key of a room.
import { parseDuration } from "../../config/duration.js";

/** Milliseconds of a Go duration such as `1h30m`; undefined where it is none [Go time.ParseDuration]. */
export function milliseconds(text: string): number | undefined {
  const parsed = parseDuration(text);
  return typeof parsed === "number" ? parsed : undefined;
}
