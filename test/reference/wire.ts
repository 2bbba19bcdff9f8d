// Calls to backends as Go's client makes them: the request line is whatever it is.
import net from "node:net";
import { gunzipSync } from "node:zlib";

export type HeaderList = readonly (readonly [name: string, value: string])[];

/** What a backend answered; the body without chunks and gzip. */
export interface WireAnswer {
  readonly status: number;
  readonly headers: HeaderList;
  readonly body: string;
}

/** Sends one request on a connection of its own; an Error where no whole answer came. */
export function call(
  host: string,
  method: string,
  target: string,
  headers: HeaderList,
  body: string | undefined,
): Promise<WireAnswer> {
  const { hostname, port } = new URL(host);
  const framing = body === undefined ? [] : [["Content-Length", String(body.length)] as const];
  const lines = [
    ["Host", `${hostname}:${port}`] as const,
    ...headers,
    ...framing,
    ["Connection", "close"] as const,
  ];
  const head = `${method} ${target} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join("")}`;
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = net.connect(Number(port), hostname, () =>
      socket.write(Buffer.from(`${head}\r\n${body ?? ""}`, "latin1")),
    );
    socket.setTimeout(10_000, () => socket.destroy(new Error("context deadline exceeded")));
    socket.on("data", (chunk) => chunks.push(chunk));
    socket.on("error", reject);
    socket.on("close", () => {
      const answer = readAnswer(Buffer.concat(chunks));
      if (answer === undefined) reject(new Error("EOF"));
      else resolve(answer);
    });
  });
}

function readAnswer(bytes: Buffer): WireAnswer | undefined {
  const end = bytes.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const [first = "", ...lines] = bytes.toString("latin1", 0, end).split("\r\n");
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon), line.slice(colon + 1).trim()];
  });
  const chunked = headerOf(headers, "transfer-encoding") === "chunked";
  const body = chunked ? unchunked(bytes.subarray(end + 4)) : bytes.subarray(end + 4);
  const status = Number(first.split(" ")[1]);
  if (headerOf(headers, "content-encoding") !== "gzip")
    return { status, headers, body: body.toString("latin1") };
  const plain = headers.filter(
    ([name]) => !["content-encoding", "content-length"].includes(name.toLowerCase()),
  );
  return { status, headers: plain, body: gunzipSync(body).toString("latin1") };
}

function unchunked(bytes: Buffer): Buffer {
  const parts: Buffer[] = [];
  let at = 0;
  for (;;) {
    const lineEnd = bytes.indexOf("\r\n", at);
    const size = Number.parseInt(bytes.toString("latin1", at, lineEnd), 16);
    if (!(size > 0)) return Buffer.concat(parts);
    parts.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 2 + size + 2;
  }
}

/** The first value of a header; the name in lower case. */
export function headerOf(headers: HeaderList, name: string): string | undefined {
  return headers.find(([each]) => each.toLowerCase() === name)?.[1];
}
