// Lines for the operator, on standard error. Never waits for the reader: when it is too slow, lines
// are counted and dropped instead of growing in memory.
import type { ByteString } from "./bytes.js";
import type { UpstreamError } from "./upstream-error.js";

const MOST_BUFFERED = 1 << 20;
const LONGEST_TEXT = 8192;
let dropped = 0;

// A reader that has gone away must not take the gateway with it.
process.stderr.on("error", () => {});

function write(level: string, text: ByteString): void {
  if (process.stderr.writableLength > MOST_BUFFERED) {
    dropped += 1;
    return;
  }
  const lost = dropped > 0 ? `${stamp()} KRAKEND WARNING: ${dropped} log lines dropped\n` : "";
  dropped = 0;
  process.stderr.write(
    Buffer.from(`${lost}${stamp()} KRAKEND ${level}: ${oneLine(text.slice(0, LONGEST_TEXT))}\n`, "latin1"),
  );
}

function stamp(): string {
  const now = new Date();
  const two = (value: number): string => String(value).padStart(2, "0");
  const date = `${now.getFullYear()}/${two(now.getMonth() + 1)}/${two(now.getDate())}`;
  return `${date} ${two(now.getHours())}:${two(now.getMinutes())}:${two(now.getSeconds())}`;
}

/** What clients and backends sent may hold line ends: they must not make lines of their own. */
function oneLine(text: ByteString): string {
  return text.replace(/[\x00-\x1f\x7f]/g, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`);
}

export function logInfo(text: ByteString): void {
  write("INFO", text);
}

export function logWarning(text: ByteString): void {
  write("WARNING", text);
}

/** A failure of a route under its label, one line per part of a merged one. */
export function logFailure(label: string, error: UpstreamError): void {
  if (error.parts.length === 0) write("ERROR", `${label} ${error.message}`);
  for (const [index, part] of error.parts.entries())
    write("ERROR", `${label} Error #${index}: ${part.message}`);
}

/** A fault of the gateway itself. */
export function logFault(fault: unknown): void {
  write("CRITICAL", fault instanceof Error ? (fault.stack ?? fault.message) : String(fault));
}
