// Answers as HTTP/1.1 writes them.
import type { ByteString } from "../bytes.js";
import type { FlatHeaders } from "../exchange.js";

/** What a field may not hold: it would begin a line of its own. */
const LINE_BREAK = /[\r\n\0]/;

/** Field lines. What would end a line is taken out, wherever it came from. */
export function fieldLines(headers: FlatHeaders): ByteString {
  let lines = "";
  for (let index = 0; index < headers.length; index += 2) {
    const value = headers[index + 1]!;
    lines += `${headers[index]}: ${LINE_BREAK.test(value) ? value.replace(/[\r\n\0]+/g, " ") : value}\r\n`;
  }
  return lines;
}

/** How long the fields say that the body is; undefined where they do not. */
export function lengthIn(headers: FlatHeaders): number | undefined {
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index]!;
    if (name.length === 14 && name.toLowerCase() === "content-length") return Number(headers[index + 1]);
  }
  return undefined;
}

/** The fields say when the answer was made, as an answer that is handed on does. */
export function namesDate(headers: FlatHeaders): boolean {
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index]!;
    if (name.length === 4 && name.toLowerCase() === "date") return true;
  }
  return false;
}
