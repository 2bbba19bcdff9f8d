// Messages for Graylog. [Graylog GELF 1.1; go-gelf v2 gelf/udpwriter.go, tcpwriter.go]
import { createSocket } from "node:dgram";
import { connect, type Socket } from "node:net";
import { hostname } from "node:os";
import { basename } from "node:path";
import { gzip } from "node:zlib";
import { setAccessWriter } from "../../runtime/access-log.js";
import type { ByteString } from "../../runtime/bytes.js";
import { quote, utf8 } from "../../runtime/json/text.js";
import { type Level, logError } from "../../runtime/log.js";

export interface GelfTarget {
  /** Host and port. */
  readonly address: string;
  readonly tcp: boolean;
}

/** Sends one document; when the server cannot keep up, it is dropped. */
type Send = (document: ByteString) => void;

let send: Send | undefined;
let facility: string | undefined;

/** The access log goes to the server instead of the standard output. */
export function startGelf({ address, tcp }: GelfTarget): void {
  const colon = address.lastIndexOf(":");
  const host = address.slice(0, colon).replace(/^\[(.*)\]$/, "$1") || "127.0.0.1";
  const port = Number(address.slice(colon + 1));
  facility = tcp ? undefined : basename(process.argv[1] ?? "gateway");
  send = tcp ? overTcp(host, port, stopGelf) : overUdp(host, port);
  setAccessWriter((lines) => send?.(gelfDocument(lines)));
}

/** A server that is not there at the start is not asked again. */
function stopGelf(fault: Error): void {
  send = undefined;
  setAccessWriter(undefined);
  logError(`[SERVICE: Logging][GELF] Unable to create the writer: ${utf8(fault.message)}`);
}

/** The application's messages. */
export function gelfLogger(_level: Level, text: ByteString): void {
  send?.(gelfDocument(text));
}

/** Quirk: the level is always 6, whatever the message is worth. */
export function gelfDocument(lines: ByteString, now: number = Date.now()): ByteString {
  const whole = lines.trim();
  const end = whole.indexOf("\n");
  const members = [
    '"version":"1.1"',
    `"host":${quote(utf8(hostname()))}`,
    `"short_message":${quote(end < 0 ? whole : whole.slice(0, end))}`,
    ...(end < 0 ? [] : [`"full_message":${quote(whole)}`]),
    `"timestamp":${now / 1000}`,
    '"level":6',
    ...(facility === undefined ? [] : [`"facility":${quote(utf8(facility))}`]),
  ];
  return `{${members.join()}}`;
}

const CHUNK = 1420;
const CHUNK_HEAD = 12;
const MOST_CHUNKS = 128;
const MOST_PENDING = 1000;

function overUdp(host: string, port: number): Send {
  const socket = createSocket(host.includes(":") ? "udp6" : "udp4");
  socket.on("error", () => {});
  socket.unref();
  let pending = 0;
  return (document) => {
    if (pending >= MOST_PENDING) return;
    pending += 1;
    gzip(Buffer.from(document, "latin1"), { level: 1 }, (fault, packed) => {
      pending -= 1;
      if (fault !== null) return;
      for (const datagram of datagrams(packed)) socket.send(datagram, port, host, () => {});
    });
  };
}

/** One, or numbered pieces of one; a message that needs more than 128 is not sent. */
export function datagrams(packed: Buffer): readonly Buffer[] {
  if (packed.length <= CHUNK) return [packed];
  const size = CHUNK - CHUNK_HEAD;
  const count = Math.ceil(packed.length / size);
  if (count > MOST_CHUNKS) return [];
  const id = Buffer.from(Array.from({ length: 8 }, () => Math.floor(Math.random() * 256)));
  return Array.from({ length: count }, (_each, index) =>
    Buffer.concat([
      Buffer.from([0x1e, 0x0f]),
      id,
      Buffer.from([index, count]),
      packed.subarray(index * size, (index + 1) * size),
    ]),
  );
}

const MOST_WAITING = 1 << 20;
const RECONNECT_MS = 1000;

/** `refused` when the server is not there at the start; later it is asked again every second. */
function overTcp(host: string, port: number, refused: (fault: Error) => void): Send {
  let socket: Socket;
  let wasThere = false;
  const open = (): void => {
    let last: Error | undefined;
    socket = connect({ host, port });
    socket.on("connect", () => {
      wasThere = true;
    });
    socket.on("error", (fault) => {
      last = fault;
    });
    socket.on("close", () => {
      if (wasThere) setTimeout(open, RECONNECT_MS).unref();
      else refused(last ?? new Error("connection refused"));
    });
    socket.unref();
  };
  open();
  return (document) => {
    if (socket.destroyed || socket.writableLength > MOST_WAITING) return;
    socket.write(Buffer.from(`${document}\0`, "latin1"));
  };
}
