// The corpus of attacks in fixtures/attacks, and how its bytes are sent.
import { readFileSync } from "node:fs";
import net from "node:net";
import { join } from "node:path";
import { type BodyRead, headerValue, isChunked, readChunkedBody, readHead, readSizedBody } from "./wire.js";

/** Bytes in latin1, as they stand or many times over. */
export type Part = string | { readonly repeat: string; readonly times: number };

interface Attack {
  readonly name: string;
  readonly why: string;
  /** Where it is written. */
  readonly source: string;
}

export interface RequestAttack extends Attack {
  readonly send: readonly Part[];
  readonly verdict: "refused" | "served";
  readonly answers: readonly number[];
  readonly closed: boolean;
  readonly calls: number;
}

export interface AnswerAttack extends Attack {
  readonly send: readonly Part[];
  /** What the backend does behind it; without, it waits for the next request. */
  readonly then?: "end" | "reset";
  readonly method?: "HEAD";
  readonly verdict: "broken" | "taken";
  /** The body of a taken one. */
  readonly body?: string;
  /** The connection is used again. */
  readonly kept: boolean;
}

const folder = join(import.meta.dirname, "../../fixtures/attacks");

function casesOf<Case>(file: string): readonly Case[] {
  return (JSON.parse(readFileSync(join(folder, file), "utf8")) as { cases: Case[] }).cases;
}

export const requestAttacks: readonly RequestAttack[] = casesOf("requests.json");
export const answerAttacks: readonly AnswerAttack[] = casesOf("answers.json");

export function bytesOf(parts: readonly Part[]): Buffer {
  const texts = parts.map((part) => (typeof part === "string" ? part : part.repeat.repeat(part.times)));
  return Buffer.from(texts.join(""), "latin1");
}

export interface Heard {
  readonly statuses: readonly number[];
  /** The server has ended the connection. */
  readonly closed: boolean;
  readonly text: string;
}

/**
 * Sends bytes and listens: until the connection is ended, or for `quietMs` after so many answers as
 * are wanted, at most `longestMs`.
 */
export function converse(port: number, bytes: Buffer, wanted: number, quietMs = 15): Promise<Heard> {
  return new Promise((resolve) => {
    const socket = net.connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    let seen: Buffer = Buffer.alloc(0);
    let quiet: NodeJS.Timeout | undefined;
    const finish = (closed: boolean): void => {
      clearTimeout(longest);
      clearTimeout(quiet);
      socket.destroy();
      resolve({ statuses: statusesIn(seen, closed), closed, text: seen.toString("latin1") });
    };
    const longest = setTimeout(() => finish(false), 2000);
    socket.on("data", (chunk) => {
      seen = Buffer.concat([seen, chunk]);
      clearTimeout(quiet);
      if (statusesIn(seen, false).length >= wanted) quiet = setTimeout(() => finish(false), quietMs);
    });
    socket.on("end", () => finish(true));
    socket.on("error", () => finish(true));
    socket.write(bytes);
  });
}

/** The statuses of the whole answers; interim ones are left out. */
function statusesIn(bytes: Buffer, closed: boolean): number[] {
  const statuses: number[] = [];
  let head = readHead(bytes);
  while (head !== undefined) {
    const status = Number(head.startLine.split(" ")[1]);
    let { end } = head;
    if (status >= 200) {
      const body = bodyOf(bytes, head.end, head.headers, status, closed);
      if (!body.complete) break;
      statuses.push(status);
      end = body.end;
    }
    head = readHead(bytes, end);
  }
  return statuses;
}

type Headers = NonNullable<ReturnType<typeof readHead>>["headers"];

function bodyOf(bytes: Buffer, at: number, headers: Headers, status: number, closed: boolean): BodyRead {
  const length = headerValue(headers, "content-length");
  if (status === 204 || status === 304) return readSizedBody(bytes, at, 0);
  if (isChunked(headers)) return readChunkedBody(bytes, at);
  if (length !== undefined) return readSizedBody(bytes, at, Number(length));
  return { body: bytes.subarray(at), end: bytes.length, complete: closed };
}
