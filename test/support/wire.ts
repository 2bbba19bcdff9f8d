// Reading HTTP/1.1 messages from bytes, for the two ends of a behaviour test. Lenient on purpose: it must also
// read what a strict parser refuses, and it owes nothing to the code under test.

/** One header line, name and value as written on the wire (value trimmed). */
export type HeaderLine = readonly [name: string, value: string];

/** The head of a message; `end` is the offset of the first byte behind it. */
export interface Head {
  readonly startLine: string;
  readonly headers: readonly HeaderLine[];
  readonly end: number;
}

/** A body read from `bytes`; `end` is the offset behind it, `complete` is false while bytes are missing. */
export interface BodyRead {
  readonly body: Buffer;
  readonly end: number;
  readonly complete: boolean;
}

/** Reads the head that starts at `from`; undefined while its empty line has not arrived. */
export function readHead(bytes: Buffer, from = 0): Head | undefined {
  const emptyLine = bytes.indexOf("\r\n\r\n", from);
  if (emptyLine < 0) return undefined;
  const [startLine = "", ...lines] = bytes.toString("latin1", from, emptyLine).split("\r\n");
  return { startLine, headers: lines.map(readHeaderLine), end: emptyLine + 4 };
}

function readHeaderLine(line: string): HeaderLine {
  const colon = line.indexOf(":");
  return colon < 0 ? [line, ""] : [line.slice(0, colon), line.slice(colon + 1).trim()];
}

/** Value of the first header of that name (lower case), if any. */
export function headerValue(headers: readonly HeaderLine[], name: string): string | undefined {
  return headers.find(([candidate]) => candidate.toLowerCase() === name)?.[1];
}

/** True when the headers announce chunked framing. */
export function isChunked(headers: readonly HeaderLine[]): boolean {
  return /\bchunked\b/i.test(headerValue(headers, "transfer-encoding") ?? "");
}

/** Reads a body framed by Content-Length; `length` is the announced number of bytes. */
export function readSizedBody(bytes: Buffer, from: number, length: number): BodyRead {
  const end = from + length;
  return { body: bytes.subarray(from, end), end, complete: bytes.length >= end };
}

/** Reads a chunked body with its trailer section; chunk extensions are ignored. */
export function readChunkedBody(bytes: Buffer, from: number): BodyRead {
  const chunks: Buffer[] = [];
  let position = from;
  for (;;) {
    const lineEnd = bytes.indexOf("\r\n", position);
    const size = lineEnd < 0 ? Number.NaN : Number.parseInt(bytes.toString("latin1", position, lineEnd), 16);
    const data = lineEnd + 2;
    if (size === 0) return afterTrailers(bytes, data, Buffer.concat(chunks));
    if (Number.isNaN(size) || bytes.length < data + size + 2)
      return { body: Buffer.concat(chunks), end: position, complete: false };
    chunks.push(bytes.subarray(data, data + size));
    position = data + size + 2;
  }
}

function afterTrailers(bytes: Buffer, from: number, body: Buffer): BodyRead {
  let position = from;
  for (;;) {
    const lineEnd = bytes.indexOf("\r\n", position);
    if (lineEnd < 0) return { body, end: position, complete: false };
    if (lineEnd === position) return { body, end: lineEnd + 2, complete: true };
    position = lineEnd + 2;
  }
}
