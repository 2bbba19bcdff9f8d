// The same behaviour over four gateways: what ships, the server on `node:http`, the client on undici,
// and both. Each request goes to all of them, and clients and backends must see the same. Where a
// twin does something else, the reason stands here.
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CLIENT_DIFFERS, SERVER_DIFFERS } from "../reference/differences.js";
import { answerAttacks, bytesOf, converse, requestAttacks } from "../support/attacks.js";
import { startGateway, type TestGateway } from "../support/gateway.js";
import { type ClientRequest, type ClientResponse, type RawRequest, send } from "../support/http.js";
import {
  answer,
  chunked,
  closeEarly,
  delayed,
  garbage,
  hang,
  json,
  type MockUpstream,
  raw,
  reset,
  startUpstream,
  type UpstreamRequest,
  untilClose,
  wrongLength,
} from "../support/mock-upstream.js";
import { nodeIsStrict } from "../support/node-parser.js";
import type { Twin } from "../support/twins.js";

const TWINS: readonly (readonly Twin[])[] = [[], ["server"], ["client"], ["server", "client"]];

const MEGABYTE = 1024 * 1024;
const OF_CONNECTION = ["connection", "keep-alive", "date", "host", "x-forwarded-host"];
const large = Buffer.alloc(5 * MEGABYTE, "0123456789");

/**
 * What a request to a backend holds. Not how its body is framed: what ships knows the length of a body
 * in chunks that is there as a whole, `node:http` hands it on as it comes.
 */
const seenBy = ({ method, target, headers, body }: UpstreamRequest): object => ({
  method,
  target,
  body: body.length > 1000 ? body.length : body.toString("latin1"),
  headers: headers
    .filter(
      ([name]) => ![...OF_CONNECTION, "content-length", "transfer-encoding"].includes(name.toLowerCase()),
    )
    .map(([name, value]) => `${name.toLowerCase()}: ${value}`)
    .sort(),
});

const backend = {
  "/ok": json({ ok: true }),
  "/other": json({ other: [1, 2.5, "x"] }),
  "/slow": delayed(100, json({ slow: true })),
  "/echo": (request: UpstreamRequest) => json(seenBy(request)),
  "/gzip": answer(gzipSync('{"zipped":true}'), { headers: [["Content-Encoding", "gzip"]] }),
  "/chunked": chunked(['{"chun', 'ked":', "true}"]),
  "/until-close": untilClose('{"until":"close"}'),
  "/large": answer(large),
  "/large-chunks": chunked([large.subarray(0, 2 * MEGABYTE), large.subarray(2 * MEGABYTE)]),
  "/none": raw("HTTP/1.1 204 No Content\r\n\r\n"),
  "/not-modified": raw('HTTP/1.1 304 Not Modified\r\nETag: "x"\r\n\r\n'),
  "/created": json({ id: 1 }, { status: 201, headers: [["Location", "/created/1"]] }),
  "/teapot": json({ short: "stout" }, { status: 418 }),
  "/interim": raw(
    'HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n{"n":42}',
  ),
  "/reset": reset(),
  "/close": closeEarly(),
  "/garbage": garbage(),
  "/short": wrongLength('{"a":1}', 100),
  "/hang": hang(),
};

const names = Object.keys(backend);
const timeoutOf = (path: string): string => (path === "/hang" ? "200ms" : "5s");
const grouped = (paths: readonly string[], method: string): object[] =>
  paths.map((path) => ({ url_pattern: path, group: path.slice(1), method }));

const config = {
  timeout: "5s",
  endpoints: [
    ...names.map((path) => ({
      endpoint: `/data${path}`,
      timeout: timeoutOf(path),
      backend: [{ url_pattern: path }],
    })),
    ...names.map((path) => ({
      endpoint: `/raw${path}`,
      output_encoding: "no-op",
      timeout: timeoutOf(path),
      backend: [{ url_pattern: path }],
    })),
    ...["GET", "POST", "PUT", "DELETE"].map((method) => ({
      endpoint: "/echo/{id}",
      method,
      input_headers: ["*"],
      input_query_strings: ["*"],
      output_encoding: "no-op",
      backend: [{ url_pattern: "/echo?id={id}", method }],
    })),
    { endpoint: "/up", method: "POST", backend: [{ url_pattern: "/ok", method: "POST" }] },
    { endpoint: "/two", method: "POST", backend: grouped(["/ok", "/other"], "POST") },
    { endpoint: "/ok", backend: [{ url_pattern: "/ok" }] },
    { endpoint: "/hidden", backend: [{ url_pattern: "/ok" }] },
    { endpoint: "/attack/{id}", timeout: "500ms", backend: [{ url_pattern: "/attack/{id}" }] },
    { endpoint: "/head", output_encoding: "no-op", backend: [{ url_pattern: "/echo", method: "HEAD" }] },
    { endpoint: "/merged", backend: grouped(["/ok", "/other", "/gzip"], "GET") },
    { endpoint: "/partial", timeout: "200ms", backend: grouped(["/ok", "/hang", "/reset"], "GET") },
    { endpoint: "/shared", method: "POST", backend: grouped(["/echo", "/ok"], "POST") },
  ],
};

/** What a client can tell apart, without what belongs to its connection. */
function seenByClient({ status, headers, body, complete, interim }: ClientResponse): object {
  const kept = headers
    .filter(([name]) => !OF_CONNECTION.includes(name.toLowerCase()))
    .map(([name, value]) => `${name.toLowerCase()}: ${value}`);
  const text = body.length > 1000 ? [body.length, body.equals(large)] : body.toString("latin1");
  return { status, headers: kept.sort(), complete, interim, body: text };
}

const head = "Host: g.example\r\n";
const requests: readonly (readonly [string, ClientRequest | RawRequest])[] = [
  ...names.flatMap((path) => [
    [`data of ${path}`, { path: `/data${path}` }] as const,
    [`the answer of ${path} as it is`, { path: `/raw${path}` }] as const,
  ]),
  ["several backends", { path: "/merged" }],
  ["several backends, two of which fail", { path: "/partial" }],
  ["a body for several backends", { method: "POST", path: "/shared", body: '{"a":1}' }],
  ["a path with escapes", { path: "/echo/a%20b%2Fc" }],
  ["a query", { path: "/echo/1?a=b&a=c&%C3%A9=%20+" }],
  [
    "headers",
    {
      path: "/echo/1",
      headers: [
        ["X-A", "a"],
        ["X-A", "b"],
        ["Cookie", "c=d"],
        ["X-\xc3", "e"],
      ].slice(0, 3) as [string, string][],
    },
  ],
  [
    "headers of the connection",
    { path: "/echo/1", headers: { Connection: "keep-alive, X-A", "X-A": "a", TE: "trailers" } },
  ],
  ["a body", { method: "POST", path: "/echo/1", body: "some bytes" }],
  ["no body", { method: "POST", path: "/echo/1" }],
  ["an empty body", { method: "PUT", path: "/echo/1", body: "" }],
  ["a large body", { method: "PUT", path: "/echo/1", body: large }],
  ["a body of GET", { method: "GET", path: "/echo/1", body: "of GET" }],
  ["DELETE", { method: "DELETE", path: "/echo/1" }],
  ["HEAD", { method: "HEAD", path: "/data/ok" }],
  ["HEAD of a backend", { path: "/head" }],
  [
    "a body in chunks",
    `POST /echo/1 HTTP/1.1\r\n${head}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n`,
  ],
  ["a body in pieces", [`POST /echo/1 HTTP/1.1\r\n${head}Content-Length: 5\r\n\r\nab`, "cd", "e"]],
  ["a head in pieces", ["GET /da", "ta/ok HTT", `P/1.1\r\n${head}`, "\r\n"]],
  ["HTTP/1.0", `GET /data/ok HTTP/1.0\r\n${head}\r\n`],
  ["HTTP/1.0 and an answer without a length", `GET /raw/chunked HTTP/1.0\r\n${head}\r\n`],
  ["an absolute target", `GET http://g.example/data/ok HTTP/1.1\r\n${head}\r\n`],
  ["nobody's path", { path: "/nowhere" }],
  ["another method", { method: "PATCH", path: "/data/ok" }],
];

let upstream: MockUpstream;
let gateways: readonly TestGateway[];

beforeAll(async () => {
  upstream = await startUpstream((request) => {
    const attack = answerAttacks[Number(/^\/attack\/(\d+)$/.exec(request.target)?.[1])];
    if (attack !== undefined) {
      const bytes = { write: bytesOf(attack.send) };
      return attack.then === undefined ? [bytes] : [bytes, { waitMs: 2 }, { last: attack.then }];
    }
    const given = backend[request.target.split("?")[0] as keyof typeof backend] ?? json({});
    return typeof given === "function" ? given(request) : given;
  });
  const all = { ...config, host: [upstream.url], max_header_bytes: 4096 };
  gateways = await Promise.all(TWINS.map((twins) => startGateway(all, { twins })));
}, 60_000);
afterAll(async () => {
  expect(await Promise.all(gateways.map((each) => each.stop()))).toEqual(TWINS.map(() => 0));
  await upstream.close();
});

describe("the twins do what ships does", () => {
  it.each(requests)("%s", async (_name, request) => {
    const seen = [];
    for (const { port } of gateways) {
      const from = upstream.requests.length;
      const response = seenByClient(await send(port, request));
      const calls = upstream.requests.slice(from).map((each) => JSON.stringify(seenBy(each)));
      // Whether a connection was used before, and so a call is made again, is each pool's own affair.
      seen.push({ response, calls: [...new Set(calls)].sort() });
    }
    const [ships, ...twins] = seen;
    for (const twin of twins) expect(twin).toEqual(ships);
  });
});

// Skipped where the parser of Node is an old one: see nodeIsStrict.
describe.runIf(nodeIsStrict)("the server on node:http judges attacks as what ships does", () => {
  const refuses = (statuses: readonly number[]): boolean => !statuses.some((each) => each < 400);

  it.each(requestAttacks.map((each) => [each.name, each] as const))("%s", async (name, attack) => {
    const { port } = gateways[1]!;
    const from = upstream.requests.length;
    const { statuses } = await converse(port, bytesOf(attack.send), attack.answers.length);
    const calls = upstream.requests.length - from;
    const wanted = SERVER_DIFFERS[name] ?? { refused: refuses(attack.answers), calls: attack.calls };
    expect(refuses(statuses)).toBe(wanted.refused);
    if (wanted.calls !== undefined) expect(calls).toBe(wanted.calls);
  });
});

describe("the client on undici judges attacks as what ships does", () => {
  const numbered = answerAttacks.map((attack, index) => [attack.name, attack, index] as const);
  it.each(numbered)("%s", async (name, attack, index) => {
    const { port } = gateways[2]!;
    const { status, body } = await send(port, { path: `/attack/${index}` });
    const usual = attack.verdict === "taken" ? 200 : 500;
    expect(status).toBe(CLIENT_DIFFERS[name]?.status ?? usual);
    if (attack.verdict === "taken" && status === 200)
      expect(JSON.parse(body.toString())).toEqual(JSON.parse(attack.body!));
  });
});
