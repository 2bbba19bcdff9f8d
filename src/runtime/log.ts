// The application's log: what happened in the gateway, for its operator. [lura logging/log.go]
import type { ByteString } from "./bytes.js";
import { clockText, oneLine, standardOutput } from "./lines.js";
import type { UpstreamError } from "./upstream-error.js";

/** The most important first, as their place in the list counts. */
export const LEVELS = ["CRITICAL", "ERROR", "WARNING", "NOTICE", "INFO", "DEBUG"] as const;

export type Level = (typeof LEVELS)[number];

/** Where the lines go; `text` is one message, already on one line. */
export type Logger = (level: Level, text: ByteString) => void;

const LONGEST_TEXT = 8192;

/** Everything, to the standard output. */
export function basicLogger(level: Level, text: ByteString): void {
  standardOutput.write(`${clockText().replace(" - ", " ")} KRAKEND ${level}: ${text}\n`);
}

let logger: Logger = basicLogger;

/** From now on messages go there. */
export function setLogger(next: Logger): void {
  logger = next;
}

function write(level: Level, text: ByteString): void {
  if (standardOutput.hasLost) {
    logger("WARNING", `[SERVICE: Logging] ${standardOutput.takeLost()} log lines dropped`);
  }
  logger(level, oneLine(text.slice(0, LONGEST_TEXT)));
}

export function logDebug(text: ByteString): void {
  write("DEBUG", text);
}

export function logInfo(text: ByteString): void {
  write("INFO", text);
}

export function logWarning(text: ByteString): void {
  write("WARNING", text);
}

export function logError(text: ByteString): void {
  write("ERROR", text);
}

/** A failure of a route under its label, one line per part of a merged one. */
export function logFailure(label: string, error: UpstreamError): void {
  if (error.parts.length === 0) write("ERROR", `${label} ${error.message}`);
  for (const [index, part] of error.parts.entries())
    write("ERROR", `${label} Error #${index}: ${part.message}`);
}

/** A fault of the gateway itself. */
export function logFault(fault: unknown): void {
  const text = fault instanceof Error ? (fault.stack ?? fault.message) : String(fault);
  write("CRITICAL", Buffer.from(text, "utf8").latin1Slice());
}
