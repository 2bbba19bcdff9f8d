// A raw HTTP/1.1 client: sends exactly the bytes it is given and shows exactly what came back.
import net from "node:net";
import {
  type Head,
  type HeaderLine,
  headerValue,
  isChunked,
  readChunkedBody,
  readHead,
  readSizedBody,
} from "./wire.js";

/** A request by its parts; Host and, with a body, Content-Length are added unless given. */
export interface ClientRequest {
  readonly method?: string;
  readonly path: string;
  readonly headers?: readonly HeaderLine[] | Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** Bytes sent as they are; a list goes out in separate writes, `gapMs` apart. */
export type RawRequest = string | Buffer | readonly (string | Buffer)[];

export interface SendOptions {
  /** Longest wait for the whole answer, in ms (default 5000); after it `send` rejects. */
  readonly timeoutMs?: number;
  /** How long to wait for more bytes or the end of the connection after a whole answer, in ms. */
  readonly lingerMs?: number;
  readonly gapMs?: number;
}

export interface ClientResponse {
  /** 0 when the connection ended without an answer. */
  readonly status: number;
  readonly reason: string;
  readonly headers: [string, string][];
  /** Without chunk framing. */
  readonly body: Buffer;
  /** False when the connection ended before the announced end of the body. */
  readonly complete: boolean;
  /** True when the server closed (or reset) the connection. */
  readonly closed: boolean;
  /** Statuses of the interim (1xx) answers before this one. */
  readonly interim: number[];
  /** Bytes behind this answer: pipelined answers, or garbage. */
  readonly rest: Buffer;
}

type Answer = Omit<ClientResponse, "closed">;

// How long a server may take to close a connection that it said it would close.
const CLOSE_GRACE_MS = 1000;

/** Sends one request on a new connection to loopback `port`; rejects when the answer does not end in time. */
export function send(
  port: number,
  request: ClientRequest | RawRequest,
  options: SendOptions = {},
): Promise<ClientResponse> {
  const { timeoutMs = 5000, gapMs = 20 } = options;
  const method = methodOf(request);
  return new Promise((resolve, reject) => {
    const socket = net.connect({ port, host: "127.0.0.1" });
    const reading = { received: Buffer.alloc(0) as Buffer, closed: false };
    const settle = (conclude: () => void) => {
      clearTimeout(timer);
      socket.destroy();
      conclude();
    };
    const finish = () =>
      settle(() =>
        resolve({ ...readAnswer(reading.received, method, reading.closed), closed: reading.closed }),
      );
    const timer = setTimeout(() => settle(() => reject(tooLate(reading.received, timeoutMs))), timeoutMs);
    socket.on("connect", () => writePieces(socket, piecesOf(request, port), gapMs));
    onceAnswered(socket, reading, method, options, finish);
    socket.on("end", () => {
      reading.closed = true;
    });
    socket.on("error", (error: NodeJS.ErrnoException) => {
      reading.closed = true;
      if (error.code === "ECONNREFUSED") settle(() => reject(error));
    });
    socket.on("close", finish);
  });
}

/** Collects bytes into `reading`; calls `finish` when the answer is whole and the time to linger is over. */
function onceAnswered(
  socket: net.Socket,
  reading: { received: Buffer },
  method: string,
  options: SendOptions,
  finish: () => void,
): void {
  let lingering: NodeJS.Timeout | undefined;
  socket.on("close", () => clearTimeout(lingering));
  socket.on("data", (chunk) => {
    reading.received = Buffer.concat([reading.received, chunk]);
    const answer = readAnswer(reading.received, method, false);
    if (!answer.complete || lingering !== undefined) return;
    const lingerMs = options.lingerMs ?? (announcesClose(answer) ? CLOSE_GRACE_MS : 0);
    if (lingerMs > 0) lingering = setTimeout(finish, lingerMs);
    else finish();
  });
}

const tooLate = (received: Buffer, timeoutMs: number): Error =>
  new Error(`no whole answer in ${timeoutMs} ms; got ${JSON.stringify(received.toString("latin1", 0, 500))}`);

const isParts = (request: ClientRequest | RawRequest): request is ClientRequest =>
  typeof request === "object" && "path" in request;

function methodOf(request: ClientRequest | RawRequest): string {
  if (isParts(request)) return request.method ?? "GET";
  const first = Array.isArray(request) ? request[0] : request;
  return String(first ?? "").split(" ", 1)[0] ?? "";
}

function piecesOf(request: ClientRequest | RawRequest, port: number): readonly (string | Buffer)[] {
  if (isParts(request)) return [requestBytes(request, port)];
  return typeof request === "string" || Buffer.isBuffer(request) ? [request] : request;
}

function requestBytes(request: ClientRequest, port: number): Buffer {
  const given = Array.isArray(request.headers) ? [...request.headers] : Object.entries(request.headers ?? {});
  const body = request.body === undefined ? undefined : Buffer.from(request.body);
  if (headerValue(given, "host") === undefined) given.unshift(["Host", `127.0.0.1:${port}`]);
  if (body !== undefined && headerValue(given, "content-length") === undefined && !isChunked(given))
    given.push(["Content-Length", String(body.length)]);
  const lines = given.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  const head = `${request.method ?? "GET"} ${request.path} HTTP/1.1\r\n${lines}\r\n`;
  return Buffer.concat([Buffer.from(head, "latin1"), body ?? Buffer.alloc(0)]);
}

function writePieces(socket: net.Socket, pieces: readonly (string | Buffer)[], gapMs: number): void {
  const [first, ...others] = pieces;
  if (first === undefined || socket.destroyed) return;
  socket.write(typeof first === "string" ? Buffer.from(first, "latin1") : first);
  if (others.length > 0) setTimeout(() => writePieces(socket, others, gapMs), gapMs);
}

const announcesClose = (answer: Answer): boolean =>
  /\bclose\b/i.test(headerValue(answer.headers, "connection") ?? "");

function readAnswer(bytes: Buffer, method: string, closed: boolean): Answer {
  const interim: number[] = [];
  let head = readHead(bytes);
  while (head !== undefined && isInterim(statusOf(head))) {
    interim.push(statusOf(head));
    head = readHead(bytes, head.end);
  }
  const none = { status: 0, reason: "", headers: [], complete: false, interim };
  if (head === undefined) return { ...none, body: Buffer.alloc(0), rest: bytes };
  const { body, end, complete } = readBody(bytes, head, method, closed);
  return {
    status: statusOf(head),
    reason: head.startLine.split(" ").slice(2).join(" "),
    headers: head.headers.map(([name, value]) => [name, value]),
    body,
    complete,
    interim,
    rest: bytes.subarray(end),
  };
}

const statusOf = (head: Head): number => Number(head.startLine.split(" ")[1] ?? 0) || 0;
const isInterim = (status: number): boolean => status >= 100 && status < 200 && status !== 101;

function readBody(bytes: Buffer, head: Head, method: string, closed: boolean) {
  const status = statusOf(head);
  const length = headerValue(head.headers, "content-length");
  if (method === "HEAD" || status === 204 || status === 304) return readSizedBody(bytes, head.end, 0);
  if (isChunked(head.headers)) return readChunkedBody(bytes, head.end);
  if (length !== undefined) return readSizedBody(bytes, head.end, Number(length));
  return { body: bytes.subarray(head.end), end: bytes.length, complete: closed };
}
