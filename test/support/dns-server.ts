// A DNS server that answers from a table, over UDP on loopback. [RFC 1035, RFC 2782, RFC 3596]
import { createSocket, type RemoteInfo } from "node:dgram";
import { isIPv6 } from "node:net";

export interface Srv {
  readonly priority: number;
  readonly weight: number;
  readonly port: number;
  readonly target: string;
}

/** What is known of a name, lower case without the dot at its end. */
export interface DnsRecords {
  /** Of both kinds. */
  readonly addresses?: readonly string[];
  readonly srv?: readonly Srv[];
}

export interface DnsServer {
  /** `127.0.0.1:port` */
  readonly address: string;
  /** May be changed at any time. A name that is not there does not exist. */
  readonly names: Map<string, DnsRecords>;
  /** Names asked for, with their type: `a.example.com SRV`. */
  readonly questions: string[];
  /** While true nothing is answered. */
  silent: boolean;
  close(): Promise<void>;
}

const TYPES: Readonly<Record<number, string>> = { 1: "A", 28: "AAAA", 33: "SRV" };

export async function startDns(names: Readonly<Record<string, DnsRecords>>): Promise<DnsServer> {
  const socket = createSocket("udp4");
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  const server: DnsServer = {
    address: `127.0.0.1:${socket.address().port}`,
    names: new Map(Object.entries(names)),
    questions: [],
    silent: false,
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  };
  socket.on("message", (query: Buffer, from: RemoteInfo) => {
    const { name, type, end } = questionOf(query);
    server.questions.push(`${name} ${TYPES[type] ?? type}`);
    if (!server.silent)
      socket.send(replyTo(query, end, type, server.names.get(name)), from.port, from.address);
  });
  return server;
}

function questionOf(query: Buffer): { readonly name: string; readonly type: number; readonly end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at]!; length > 0; length = query[at]!) {
    labels.push(query.toString("latin1", at + 1, at + 1 + length));
    at += length + 1;
  }
  return { name: labels.join(".").toLowerCase(), type: query.readUInt16BE(at + 1), end: at + 5 };
}

function replyTo(query: Buffer, end: number, type: number, records: DnsRecords | undefined): Buffer {
  const answers = records === undefined ? [] : dataOf(type, records).map((data) => answer(type, data));
  const head = Buffer.alloc(12);
  query.copy(head, 0, 0, 2);
  head.writeUInt16BE(records === undefined ? 0x8183 : 0x8180, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(answers.length, 6);
  return Buffer.concat([head, query.subarray(12, end), ...answers]);
}

/** The name is the one of the question. */
function answer(type: number, data: Buffer): Buffer {
  const head = Buffer.alloc(12);
  head.writeUInt16BE(0xc00c, 0);
  head.writeUInt16BE(type, 2);
  head.writeUInt16BE(1, 4);
  // Not to be kept: the resolvers of older Nodes have a cache of their own.
  head.writeUInt32BE(0, 6);
  head.writeUInt16BE(data.length, 10);
  return Buffer.concat([head, data]);
}

function dataOf(type: number, { addresses = [], srv = [] }: DnsRecords): readonly Buffer[] {
  if (type === 33) return srv.map(srvData);
  return addresses
    .filter((address) => isIPv6(address) === (type === 28))
    .map((address) => (type === 28 ? sixteenBytes(address) : Buffer.from(address.split(".").map(Number))));
}

function srvData({ priority, weight, port, target }: Srv): Buffer {
  const numbers = Buffer.alloc(6);
  numbers.writeUInt16BE(priority, 0);
  numbers.writeUInt16BE(weight, 2);
  numbers.writeUInt16BE(port, 4);
  const labels = target.split(".").filter((label) => label !== "");
  const name = labels.flatMap((label) => [Buffer.from([label.length]), Buffer.from(label)]);
  return Buffer.concat([numbers, ...name, Buffer.from([0])]);
}

/** With one `::` at most. */
function sixteenBytes(address: string): Buffer {
  const [before = "", after = ""] = address.split("::");
  const words = (text: string): number[] =>
    text === "" ? [] : text.split(":").map((word) => Number.parseInt(word, 16));
  const [first, last] = [words(before), words(after)];
  const all = [...first, ...Array.from({ length: 8 - first.length - last.length }, () => 0), ...last];
  const bytes = Buffer.alloc(16);
  for (const [index, word] of all.entries()) bytes.writeUInt16BE(word, index * 2);
  return bytes;
}
