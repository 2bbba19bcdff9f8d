// Long answers lie in memory that is used again. However they arrive, together and in pieces, cut or refused,
// each client gets what the backend said to its request, and nothing of another one.
import http from "node:http";
import http2 from "node:http2";
import net from "node:net";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startGateway, type TestGateway } from "../support/gateway.js";
import { ask as askHttp2 } from "../support/http2.js";

let server: net.Server;
let gateway: TestGateway;

/** What a backend says to a request: all of it carries the number of the request. */
function documentOf(id: string, backend: string, length: number): string {
  const mark = `${backend}-${id}`;
  const item = { mark, text: mark.repeat(8) };
  const items = Array.from({ length: Math.ceil(length / JSON.stringify(item).length) }, () => item);
  return JSON.stringify({ [`first_${backend}`]: mark, skipped: items, kept: items, last: `${mark}!` });
}

/** A number of its own for each place of a request. */
function numberOf(id: string, salt: number): number {
  return ((Number(id) + 1) * 2654435761 + salt * 40503) >>> 8;
}

const LENGTHS = [3000, 12_000, 30_000, 60_000, 110_000, 300_000];

/** What the system holds for two sockets is less. */
const MORE_THAN_SOCKETS_HOLD = 24_000_000;

/** How the backend answers a request. */
function answerTo(id: string, backend: string) {
  if (backend === "raw") return { length: MORE_THAN_SOCKETS_HOLD, way: "sized" as const };
  const salt = backend.charCodeAt(0);
  const length = LENGTHS[numberOf(id, salt) % LENGTHS.length]!;
  const ways = ["sized", "chunked", "gzip", "until close", "sized", "cut", "refused", "no JSON"] as const;
  return { length, way: ways[numberOf(id, salt + 1) % ways.length]! };
}

function partsOf(id: string, backend: string): { readonly parts: Buffer[]; readonly ends: boolean } {
  const { length, way } = answerTo(id, backend);
  const text = documentOf(id, backend, length / 2);
  const json = way === "no JSON" ? `${text.slice(0, -1)},}` : text;
  const body = way === "gzip" ? gzipSync(json, { level: 0 }) : Buffer.from(json);
  const status = way === "refused" ? "503 Service Unavailable" : "200 OK";
  const coding = way === "gzip" ? "Content-Encoding: gzip\r\n" : "";
  const framing =
    way === "chunked"
      ? "Transfer-Encoding: chunked"
      : way === "until close"
        ? "Connection: close"
        : `Content-Length: ${body.length}`;
  const head = Buffer.from(
    `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\n${coding}${framing}\r\n\r\n`,
  );
  const sent = way === "chunked" ? chunksOf(body) : body;
  const whole = Buffer.concat([head, way === "cut" ? sent.subarray(0, sent.length / 2) : sent]);
  const pieces = 1 + (numberOf(id, 7) % 4);
  const size = Math.ceil(whole.length / pieces);
  const parts = Array.from({ length: pieces }, (_, index) =>
    whole.subarray(index * size, (index + 1) * size),
  );
  return { parts, ends: way === "cut" || way === "until close" };
}

function chunksOf(body: Buffer): Buffer {
  const chunks: Buffer[] = [];
  for (let at = 0; at < body.length; at += 7777) {
    const chunk = body.subarray(at, at + 7777);
    chunks.push(Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from("\r\n"));
  }
  return Buffer.concat([...chunks, Buffer.from("0\r\n\r\n")]);
}

/** One after the other, each in a reading of its own. */
function sendParts(socket: net.Socket, { parts, ends }: { parts: readonly Buffer[]; ends: boolean }): void {
  const [part, ...others] = parts;
  if (part === undefined) {
    if (ends) socket.end();
    return;
  }
  socket.write(part);
  setTimeout(() => sendParts(socket, { parts: others, ends }), 3);
}

beforeAll(async () => {
  server = net.createServer((socket) => {
    socket.on("error", () => {});
    let held = "";
    socket.on("data", (bytes: Buffer) => {
      held += bytes.toString("latin1");
      const asked = /^GET \/(\w+)\/(\d+)[\s\S]*?\r\n\r\n/.exec(held);
      if (asked === null) return;
      held = held.slice(asked[0].length);
      sendParts(socket, partsOf(asked[2]!, asked[1]!));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const host = [`http://127.0.0.1:${(server.address() as net.AddressInfo).port}`];
  const details = { "backend/http": { return_error_details: "b" } };
  gateway = await startGateway({
    host,
    timeout: "20s",
    use_h2c: true,
    endpoints: [
      { endpoint: "/one/{id}", backend: [{ url_pattern: "/a/{id}", allow: ["first_a", "kept", "last"] }] },
      { endpoint: "/all/{id}", backend: [{ url_pattern: "/a/{id}" }] },
      {
        endpoint: "/raw/{id}",
        output_encoding: "no-op",
        backend: [{ url_pattern: "/raw/{id}", encoding: "no-op" }],
      },
      {
        endpoint: "/both/{id}",
        backend: [
          { url_pattern: "/a/{id}", group: "a", deny: ["skipped"] },
          { url_pattern: "/b/{id}", group: "b", allow: ["first_b", "last"], extra_config: details },
        ],
      },
    ],
  });
});

afterAll(async () => {
  agent.destroy();
  await gateway.stop();
  server.close();
});

const agent = new http.Agent({ keepAlive: true, maxSockets: 40 });

function ask(path: string, port = gateway.port): Promise<{ readonly status: number; readonly body: string }> {
  return new Promise((resolve, reject) => {
    const request = http.get({ port, path, agent }, (response) => {
      const pieces: Buffer[] = [];
      response.on("data", (piece: Buffer) => pieces.push(piece));
      response.on("end", () =>
        resolve({ status: response.statusCode!, body: Buffer.concat(pieces).toString() }),
      );
    });
    request.on("error", reject);
  });
}

/** The data of a backend as the gateway must see it; undefined where it fails. */
function seen(id: string, backend: string): Record<string, unknown> | undefined {
  const { length, way } = answerTo(id, backend);
  if (way === "cut" || way === "refused" || way === "no JSON") return undefined;
  return JSON.parse(documentOf(id, backend, length / 2)) as Record<string, unknown>;
}

function expectOne(id: string, body: string, status: number, keys: readonly string[]): void {
  const data = seen(id, "a");
  if (data === undefined) expect([status, body]).toEqual([500, ""]);
  else expect(JSON.parse(body)).toEqual(Object.fromEntries(keys.map((key) => [key, data[key]])));
}

function expectBoth(id: string, body: string, status: number): void {
  const a = seen(id, "a");
  const b = seen(id, "b");
  const details = answerTo(id, "b").way === "refused";
  if (a === undefined && b === undefined && !details) return expect([status, body]).toEqual([500, ""]);
  const found = JSON.parse(body) as Record<string, unknown>;
  expect(found.a).toEqual(a === undefined ? undefined : { first_a: a.first_a, kept: a.kept, last: a.last });
  expect(found.b).toEqual(b === undefined ? undefined : { first_b: b.first_b, last: b.last });
  if (!details) return;
  const body503 = documentOf(id, "b", answerTo(id, "b").length / 2);
  expect(found.error_b).toMatchObject({ http_status_code: 503, http_body: body503 });
}

it("are each client's own", async () => {
  const ids = Array.from({ length: 400 }, (_, index) => String(index));
  const wholeKeys = ["first_a", "skipped", "kept", "last"];
  await Promise.all(
    ids.flatMap((id) => [
      ask(`/one/${id}`).then(({ status, body }) => expectOne(id, body, status, ["first_a", "kept", "last"])),
      ask(`/all/${id}`).then(({ status, body }) => expectOne(id, body, status, wholeKeys)),
      ask(`/both/${id}`).then(({ status, body }) => expectBoth(id, body, status)),
    ]),
  );
  const ways = new Set(ids.map((id) => answerTo(id, "a").way));
  expect(ways.size).toBe(7);
}, 60_000);

/** A client that takes a long while to read, so that what it is sent waits in the gateway. */
function askSlowly(path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = http.get({ port: gateway.port, path, agent: false }, async (response) => {
      const pieces: Buffer[] = [];
      for await (const piece of response) {
        pieces.push(piece as Buffer);
        if (pieces.length === 1) await new Promise((goOn) => setTimeout(goOn, 300));
      }
      resolve(Buffer.concat(pieces).toString());
    });
    request.on("error", reject);
  });
}

it("are each client's own where they are handed on to slow ones", async () => {
  const ids = Array.from({ length: 10 }, (_, index) => String(index));
  const bodies = await Promise.all(ids.map((id) => askSlowly(`/raw/${id}`)));
  for (const [index, body] of bodies.entries())
    expect(body === documentOf(String(index), "raw", MORE_THAN_SOCKETS_HOLD / 2), `of request ${index}`).toBe(
      true,
    );
}, 60_000);

it("are each client's own over HTTP/2 too, where the client's window holds them up", async () => {
  const session = http2.connect(`http://127.0.0.1:${gateway.port}`);
  const ids = ["3", "4", "5", "6"];
  const answers = await Promise.all(ids.map((id) => askHttp2(session, { ":path": `/raw/${id}` })));
  session.destroy();
  for (const [index, { body }] of answers.entries())
    expect(body.equals(Buffer.from(documentOf(ids[index]!, "raw", MORE_THAN_SOCKETS_HOLD / 2)))).toBe(true);
}, 60_000);

it("are each client's own where several come in one reading", async () => {
  const backend = http.createServer((request, response) => {
    const id = request.url!.slice(3);
    response.end(documentOf(id, "p", 10_000 + (numberOf(id, 3) % 30_000)));
  });
  await new Promise<void>((resolve) => backend.listen(0, "127.0.0.1", resolve));
  const shared = await startGateway({
    host: [`http://127.0.0.1:${(backend.address() as net.AddressInfo).port}`],
    timeout: "20s",
    endpoints: [
      {
        endpoint: "/p/{id}",
        backend: [
          {
            url_pattern: "/p/{id}",
            deny: ["skipped"],
            extra_config: { "gwc/upstream": { pipelining: 16, max_connections: 1 } },
          },
        ],
      },
    ],
  });
  const ids = Array.from({ length: 600 }, (_, index) => String(index));
  const bodies = await Promise.all(ids.map((id) => ask(`/p/${id}`, shared.port)));
  await shared.stop();
  backend.closeAllConnections();
  backend.close();
  for (const [index, { status, body }] of bodies.entries()) {
    const { skipped: _skipped, ...expected } = JSON.parse(
      documentOf(String(index), "p", 10_000 + (numberOf(String(index), 3) % 30_000)),
    ) as Record<string, unknown>;
    expect(status, body).toBe(200);
    expect(JSON.parse(body)).toEqual(expected);
  }
}, 60_000);
