// Headers that are sent again and again: their lines are written once.
import type { ByteString } from "./bytes.js";
import type { FlatHeaders } from "./exchange.js";
import { fieldLines } from "./http1/reply-writer.js";

const lines = new WeakMap<FlatHeaders, ByteString>();

/** Writes the lines of headers that nobody changes any more, and that name no date. */
export function prepared(headers: FlatHeaders): FlatHeaders {
  lines.set(headers, fieldLines(headers));
  return headers;
}

/** The lines of prepared headers; undefined for all others. */
export function preparedLines(headers: FlatHeaders): ByteString | undefined {
  return lines.get(headers);
}
