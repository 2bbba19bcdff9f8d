// Backends that attack the connection they are called on. After any broken answer the next request gets
// its own answer on a clean connection, and no byte of one answer reaches another client.
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startGateway, type TestGateway } from "../support/gateway.js";
import { type ClientResponse, send } from "../support/http.js";
import {
  type Action,
  type Answer,
  answer,
  json,
  type MockUpstream,
  oneByteAtATime,
  raw,
  startUpstream,
} from "../support/mock-upstream.js";

const MEGABYTE = 1024 * 1024;
/** Stands in everything that nobody may see. */
const FOREIGN = "belongs-to-nobody";

const OK = "HTTP/1.1 200 OK\r\n";
const unasked = `${OK}Content-Length: ${FOREIGN.length + 2}\r\n\r\n"${FOREIGN}"`;
const whole = `${OK}Content-Length: 8\r\n\r\n{"n":42}`;
const write = (text: string): Action => ({ write: Buffer.from(text, "latin1") });
const repeated = (text: string, times: number): Action => write(text.repeat(times));
const chunkedWith = (body: string): Answer => raw(`${OK}Transfer-Encoding: chunked\r\n\r\n${body}`);

/** Answers that are no answers. The connection is left open: it is the gateway that must give it up. */
const broken: Readonly<Record<string, Answer>> = {
  "a bad status line": raw(`HTTP/1.1 2x0 ${FOREIGN}\r\nContent-Length: 2\r\n\r\n{}`),
  "a status below 100": raw(`HTTP/1.1 042 Odd\r\nContent-Length: 2\r\n\r\n{}${unasked}`),
  "no status line": raw(`${FOREIGN}\r\n\r\n`),
  "a version that does not exist": raw(`HTTP/1.7 200 OK\r\nContent-Length: 2\r\n\r\n{}`),
  "two lengths": raw(`${OK}Content-Length: 2\r\nContent-Length: 20\r\n\r\n{}${FOREIGN}`),
  "the same length twice": raw(`${OK}Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}`),
  "a list of lengths": raw(`${OK}Content-Length: 2, 2\r\n\r\n{}`),
  "a length that is no number": raw(`${OK}Content-Length: +2\r\n\r\n{}`),
  "a length behind a hard space": raw(`${OK}Content-Length: \xa02\r\n\r\n{}${unasked}`),
  "a length beside chunks": raw(
    `${OK}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`,
  ),
  "chunks behind a hard space": raw(`${OK}Transfer-Encoding: chunked\xa0\r\n\r\n2\r\n{}\r\n0\r\n\r\n`),
  "two codings": raw(`${OK}Transfer-Encoding: gzip, chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`),
  "chunks in HTTP/1.0": raw("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"),
  "a folded line": raw(`${OK}X-A: a\r\n b\r\nContent-Length: 2\r\n\r\n{}`),
  "a bare line feed": raw(`${OK}X-A: a\nContent-Length: 2\r\n\r\n{}`),
  "a space before a colon": raw(`${OK}Content-Length : 2\r\n\r\n{}`),
  "a bad chunk size": chunkedWith(`2x\r\n{}\r\n0\r\n\r\n`),
  "a negative chunk size": chunkedWith(`-2\r\n{}\r\n0\r\n\r\n`),
  "a chunk size of many zeros": chunkedWith(`${"0".repeat(40)}2\r\n{}\r\n0\r\n\r\n`),
  "a chunk longer than it says": chunkedWith(`1\r\n{}\r\n0\r\n\r\n`),
  "a chunk that ends in a line feed": chunkedWith(`2\r\n{}\n0\r\n\r\n`),
  "endless extensions": [...chunkedWith("2"), repeated(";a=b", 8000)],
  "endless trailers": [...chunkedWith("2\r\n{}\r\n0\r\n"), repeated("X-A: b\r\n", 20_000)],
  "a length among the trailers": chunkedWith(`2\r\n{}\r\n0\r\nContent-Length: 9\r\n\r\n`),
  "endless interim answers": [repeated("HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n", 50), write(whole)],
  "an upgrade that nobody asked for": raw(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n${whole}`),
  "a head of two megabytes": [write(OK), repeated(`X-A: ${"a".repeat(1000)}\r\n`, 2100), write("\r\n")],
  "a line of two megabytes": [write(`${OK}X-A: `), repeated("a", 2 * MEGABYTE), write("\r\n\r\n")],
  "ten megabytes of no JSON": answer("x".repeat(10 * MEGABYTE)),
  "broken gzip": answer("no gzip", { headers: [["Content-Encoding", "gzip"]] }),
  "a reset in the head": raw(OK, "reset"),
  "a reset in the body": raw(`${OK}Content-Length: 20\r\n\r\n{"a"`, "reset"),
  "an end in the head": raw(OK, "end"),
  "an end in a chunk": raw(`${OK}Transfer-Encoding: chunked\r\n\r\n20\r\n{`, "end"),
  "a stall in the head": raw(OK),
  "a stall in the body": raw(`${OK}Content-Length: 20\r\n\r\n{"a"`),
};

/** Answers that are whole, and spoil their connection. */
const spoiling: Readonly<Record<string, Answer>> = {
  "an answer behind the answer": raw(whole + unasked),
  "an answer a little later": [write(whole), { waitMs: 30 }, write(unasked)],
  "bytes behind the end": raw(`${whole}${FOREIGN}`),
  "bytes behind the last chunk": chunkedWith(`8\r\n{"n":42}\r\n0\r\n\r\n${FOREIGN}`),
  "the end of the connection": raw(whole, "end"),
  "a close that is not kept": raw(`${OK}Connection: close\r\nContent-Length: 8\r\n\r\n{"n":42}`),
  "HTTP/1.0": raw('HTTP/1.0 200 OK\r\nContent-Length: 8\r\n\r\n{"n":42}'),
  "HTTP/1.0 and an answer behind it": raw(`HTTP/1.0 200 OK\r\nContent-Length: 8\r\n\r\n{"n":42}${unasked}`),
  "the last byte with an answer behind it": [write(whole.slice(0, -1)), { waitMs: 10 }, write(`}${unasked}`)],
};

/** Answers that are whole, and leave their connection as it was. */
const harmless: Readonly<Record<string, Answer>> = {
  "one byte at a time": oneByteAtATime(json({ n: 42 })),
  "chunks one byte at a time": oneByteAtATime(
    chunkedWith('3;a="b"\r\n{"n\r\n5\r\n":42}\r\n0\r\nX-A: b\r\n\r\n'),
  ),
  "five interim answers": [repeated("HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n", 5), write(whole)],
  "ten megabytes": answer(`{"n":42,"x":"${"x".repeat(10 * MEGABYTE)}"}`),
};

const slugOf = (name: string): string => name.replaceAll(/[^A-Za-z0-9]+/g, "-");
const everything = { ...broken, ...spoiling, ...harmless };
const names = (of: object): readonly string[] => Object.keys(of);

function headerOf(response: ClientResponse, name: string): string | undefined {
  return response.headers.find(([each]) => each.toLowerCase() === name)?.[1];
}

describe("a hostile backend", () => {
  let upstream: MockUpstream;
  let gateway: TestGateway;

  beforeAll(async () => {
    const attacks = Object.entries(everything).map(([name, each]) => [`/${slugOf(name)}`, each] as const);
    upstream = await startUpstream({
      ...Object.fromEntries(attacks),
      "/none/Content": raw("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n"),
      "/none/Transfe": raw("HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n"),
      "/next": ({ target }) => json({ own: target }),
      "/kept": json({ fine: true }),
    });
    const timeOf = (name: string): string => (name in broken && name.includes("stall") ? "400ms" : "10s");
    gateway = await startGateway({
      host: [upstream.url],
      endpoints: [
        { endpoint: "/next/{id}", backend: [{ url_pattern: "/next?id={id}" }], timeout: "5s" },
        { endpoint: "/none/{id}", output_encoding: "no-op", backend: [{ url_pattern: "/none/{id}" }] },
        ...names(everything).flatMap((name) => [
          {
            endpoint: `/merged/${slugOf(name)}`,
            timeout: timeOf(name),
            backend: [
              { url_pattern: `/${slugOf(name)}`, group: "other" },
              { url_pattern: "/kept", group: "kept" },
            ],
          },
          {
            endpoint: `/raw/${slugOf(name)}`,
            timeout: timeOf(name),
            output_encoding: "no-op",
            backend: [{ url_pattern: `/${slugOf(name)}` }],
          },
        ]),
      ],
    });
  });
  afterAll(async () => {
    expect(await gateway.stop()).toBe(0);
    await upstream.close();
  });

  const next = async (id: string): Promise<void> => {
    const response = await send(gateway.port, { path: `/next/${id}` });
    expect([response.status, response.body.toString()]).toEqual([200, `{"own":"/next?id=${id}"}`]);
  };
  /** One request at once, some beside each other, one when what comes late has come. */
  const nextOnes = async (): Promise<void> => {
    await next("first");
    await Promise.all(["a", "b", "c"].map(next));
    await new Promise((resolve) => setTimeout(resolve, 40));
    await next("last");
  };
  const connectionOf = (path: string): number =>
    upstream.requests.findLast(({ target }) => target === path)!.connection;

  it.each(names(broken))("%s: the rest is answered, and so is the next request", async (name) => {
    const response = await send(gateway.port, { path: `/merged/${slugOf(name)}` });
    expect([response.status, response.body.toString()]).toEqual([200, '{"kept":{"fine":true}}']);
    expect(headerOf(response, "x-krakend-completed")).toBe("false");
    const used = connectionOf(`/${slugOf(name)}`);
    const from = upstream.requests.length;
    await nextOnes();
    // Ten megabytes without a document, and gzip that is none, are framed well.
    if (name === "broken gzip" || name.startsWith("ten megabytes")) return;
    expect(upstream.requests.slice(from).map(({ connection }) => connection)).not.toContain(used);
  });

  it.each(names(broken))("%s, handed over as it is: no other client sees any of it", async (name) => {
    const response = await send(gateway.port, { path: `/raw/${slugOf(name)}` });
    // What was wrong before the first byte is a failure, later the answer is cut.
    expect([200, 500]).toContain(response.status);
    if (response.status === 200 && !name.includes("gzip") && !name.startsWith("ten"))
      expect(response.complete).toBe(false);
    expect(response.body.toString()).not.toContain(FOREIGN);
    await nextOnes();
  });

  it.each(names(spoiling))("%s: the answer counts, its connection does not", async (name) => {
    for (const kind of ["merged", "raw"]) {
      const response = await send(gateway.port, { path: `/${kind}/${slugOf(name)}` });
      expect([response.status, response.complete]).toEqual([200, true]);
      const wanted = kind === "raw" ? { n: 42 } : { kept: { fine: true }, other: { n: 42 } };
      expect(JSON.parse(response.body.toString())).toEqual(wanted);
      const used = connectionOf(`/${slugOf(name)}`);
      // Whoever speaks up later is heard only later.
      if (name.endsWith("later")) await new Promise((resolve) => setTimeout(resolve, 60));
      const from = upstream.requests.length;
      await nextOnes();
      expect(upstream.requests.slice(from).map(({ connection }) => connection)).not.toContain(used);
    }
  });

  it.each([
    "Content-Length: 5",
    "Transfer-Encoding: chunked",
  ])("204 under %s: nobody waits for a body, and nobody gets it", async (framing) => {
    const path = `/none/${framing.slice(0, 7)}`;
    for (let round = 0; round < 3; round += 1) {
      expect((await send(gateway.port, { path })).status).toBe(204);
      const used = upstream.requests.at(-1)!.connection;
      await next("one");
      expect(upstream.requests.at(-1)!.connection).not.toBe(used);
    }
  });

  it.each(names(harmless))("%s: taken, and its connection is used again", async (name) => {
    const response = await send(gateway.port, { path: `/merged/${slugOf(name)}` });
    expect(JSON.parse(response.body.toString())).toMatchObject({ kept: { fine: true }, other: { n: 42 } });
    const raw = await send(gateway.port, { path: `/raw/${slugOf(name)}` });
    expect([raw.status, raw.complete]).toEqual([200, true]);
    const used = connectionOf(`/${slugOf(name)}`);
    await next("one");
    expect(upstream.requests.at(-1)!.connection).toBe(used);
  });
});

/** The most memory that the process ever had, in bytes. */
function peakOf(gateway: TestGateway): number {
  const status = readFileSync(`/proc/${gateway.process.pid}/status`, "utf8");
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
}

describe("a backend that sends without end", () => {
  const bomb = gzipSync(Buffer.alloc(300 * MEGABYTE, " "), { level: 1 });
  const endless = (text: string, first: string, megabytes = 200): Answer => [
    write(first),
    ...Array.from({ length: megabytes }, () => write(text.repeat(Math.ceil(MEGABYTE / text.length)))),
  ];
  const floods: Readonly<Record<string, Answer>> = {
    head: endless("X-A: b\r\n", OK),
    interim: endless("HTTP/1.1 102 Processing\r\n\r\n", ""),
    "chunks-of-one": endless("1\r\nx\r\n", `${OK}Transfer-Encoding: chunked\r\n\r\n`, 20),
    body: endless("x", `${OK}\r\n`),
    bomb: answer(bomb, { headers: [["Content-Encoding", "gzip"]] }),
  };
  let upstream: MockUpstream;
  let gateway: TestGateway;

  beforeAll(async () => {
    upstream = await startUpstream({
      ...Object.fromEntries(Object.entries(floods).map(([name, each]) => [`/${name}`, each])),
      "/kept": json({ fine: true }),
    });
    gateway = await startGateway({
      host: [upstream.url],
      timeout: "3s",
      endpoints: Object.keys(floods).map((name) => ({
        endpoint: `/${name}`,
        backend: [
          { url_pattern: `/${name}`, group: "other" },
          { url_pattern: "/kept", group: "kept" },
        ],
      })),
    });
  });
  afterAll(async () => {
    await gateway.stop();
    await upstream.close();
  });

  it.each(Object.keys(floods))("%s: given up at the limit", async (name) => {
    const response = await send(gateway.port, { path: `/${name}` });
    expect([response.status, response.body.toString()]).toEqual([200, '{"kept":{"fine":true}}']);
    // Twice the largest answer while it grows, and the process itself.
    expect(peakOf(gateway)).toBeLessThan(400 * MEGABYTE);
    expect(upstream.open).toBeLessThanOrEqual(2);
  });
});

describe("limits of one's own", () => {
  const body = JSON.stringify({ text: "x".repeat(3000) });
  let upstream: MockUpstream;
  let gateway: TestGateway;

  beforeAll(async () => {
    upstream = await startUpstream({
      "/small": json({ ok: true }),
      "/sized": answer(body),
      "/chunks": chunkedWith(`${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`),
      "/zipped": answer(gzipSync(body), { headers: [["Content-Encoding", "gzip"]] }),
      "/head": json({ ok: true }, { headers: [["X-A", "a".repeat(3000)]] }),
    });
    gateway = await startGateway({
      host: [upstream.url],
      extra_config: {
        "gwc/limits": { answer_body: 2048, answer_head: 2048, request_body: 1024, connections: 10 },
      },
      endpoints: [
        ...["small", "sized", "chunks", "zipped", "head"].map((name) => ({
          endpoint: `/${name}`,
          backend: [{ url_pattern: `/${name}` }],
        })),
        { endpoint: "/raw", output_encoding: "no-op", backend: [{ url_pattern: "/sized" }] },
        {
          endpoint: "/two",
          method: "POST",
          backend: ["a", "b"].map((group) => ({ url_pattern: "/small", method: "GET", group })),
        },
      ],
    });
  });
  afterAll(async () => {
    expect(await gateway.stop()).toBe(0);
    await upstream.close();
  });

  it.each([
    ["/small", 200],
    ["/sized", 500],
    ["/chunks", 500],
    ["/zipped", 500],
    ["/head", 500],
    ["/raw", 200],
  ])("%s gives %i", async (path, status) => {
    const response = await send(gateway.port, { path });
    expect([response.status, response.complete]).toEqual([status, true]);
  });

  it("ten clients at a time: one more is turned away, until one has gone", async () => {
    const sockets = Array.from({ length: 10 }, () => connect({ port: gateway.port, host: "127.0.0.1" }));
    await Promise.all(sockets.map((each) => once(each, "connect")));
    const turnedAway = await send(gateway.port, { path: "/small" });
    expect([turnedAway.status, turnedAway.closed]).toEqual([0, true]);
    for (const each of sockets) each.destroy();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect((await send(gateway.port, { path: "/small" })).status).toBe(200);
  });

  it.each([
    [1024, 200],
    [1025, 500],
  ])("a body of %i bytes for two backends gives %i", async (size, status) => {
    const response = await send(gateway.port, { method: "POST", path: "/two", body: "x".repeat(size) });
    expect(response.status).toBe(status);
  });
});
