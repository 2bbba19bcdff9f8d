// Retries over real sockets, with injected delays, resets and bad statuses, together with the time of
// endpoints and backends, partial answers and all-or-nothing.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { compileText, freePort, startGateway, type TestGateway } from "../support/gateway.js";
import { type ClientRequest, type ClientResponse, send } from "../support/http.js";
import {
  type Answer,
  answer,
  cutAfter,
  delayed,
  hang,
  json,
  type MockUpstream,
  oneByteAtATime,
  reset,
  startUpstream,
} from "../support/mock-upstream.js";

let upstream: MockUpstream;
let gateway: TestGateway;
/** What each path answers next; then `{"ok":true}`. */
const script = new Map<string, Answer[]>();

const completed = ({ headers }: ClientResponse): string | undefined =>
  headers.find(([name]) => name.toLowerCase() === "x-krakend-completed")?.[1];

/** Status, whether the answer is complete, its text, and how often each path was called. */
async function ask(request: string | ClientRequest, ...paths: string[]): Promise<readonly unknown[]> {
  const before = upstream.requests.length;
  const response = await send(gateway.port, typeof request === "string" ? { path: request } : request);
  const targets = upstream.requests.slice(before).map(({ target }) => target);
  const counts = paths.map((path) => targets.filter((target) => target === path).length);
  return [response.status, completed(response), response.body.toString("latin1"), ...counts];
}

const unavailable = json({ why: "busy" }, { status: 503 });

beforeAll(async () => {
  const paths = ["/a", "/b", "/slow", "/put", "/post", "/raw", "/cached", "/limited", "/fresh"];
  const next = (path: string) => () => script.get(path)?.shift() ?? json({ ok: true, path });
  upstream = await startUpstream(Object.fromEntries(paths.map((path) => [path, next(path)])));
  const gone = await freePort();
  const retry = { "gwc/retry": { backoff: "5ms", budget: 1 } };
  const backend = (path: string, more: object = {}, extra: object = retry): object => ({
    url_pattern: path,
    extra_config: extra,
    ...more,
  });
  const limited = { "gwc/retry": { backoff: "5ms", budget: 1, attempt_timeout: "100ms" } };
  gateway = await startGateway({
    host: [upstream.url],
    timeout: "1s",
    extra_config: { router: { return_error_msg: true } },
    endpoints: [
      { endpoint: "/one", backend: [backend("/a")] },
      { endpoint: "/none", backend: [backend("/a", {}, {})] },
      {
        endpoint: "/two",
        backend: [backend("/a", { group: "a" }), backend("/b", { group: "b" }, {})],
      },
      {
        endpoint: "/all",
        extra_config: { "gwc/aggregation": { on_failure: "fail" } },
        backend: [backend("/a", { group: "a" }), backend("/b", { group: "b" }, {})],
      },
      { endpoint: "/limited", backend: [backend("/limited", {}, limited)] },
      { endpoint: "/limited-raw", output_encoding: "no-op", backend: [backend("/limited", {}, limited)] },
      { endpoint: "/bounded", timeout: "300ms", backend: [backend("/slow", {}, limited)] },
      { endpoint: "/own", backend: [backend("/slow", { timeout: "150ms" }, limited)] },
      { endpoint: "/gone", backend: [backend("/a", { host: [`http://127.0.0.1:${gone}`] })] },
      { endpoint: "/put", method: "PUT", backend: [backend("/put")] },
      {
        endpoint: "/post",
        method: "POST",
        backend: [backend("/post", {}, { "gwc/retry": { backoff: "5ms", unsafe_methods: true } })],
      },
      { endpoint: "/raw", output_encoding: "no-op", backend: [backend("/raw")] },
      { endpoint: "/cached", backend: [backend("/cached", {}, { ...retry, "qos/http-cache": {} })] },
      {
        endpoint: "/broken",
        backend: [
          backend(
            "/a",
            {},
            { ...retry, "qos/circuit-breaker": { interval: 60, timeout: 60, max_errors: 1 } },
          ),
        ],
      },
    ],
  });
});
afterAll(async () => {
  await gateway.stop();
  await upstream.close();
});
beforeEach(() => script.clear());

const plays = (path: string, ...answers: Answer[]): void => void script.set(path, answers);
const ok = (path: string): string => `{"ok":true,"path":"${path}"}`;

describe("a call that failed", () => {
  it.each<[string, Answer]>([
    ["503", unavailable],
    ["502", json({}, { status: 502 })],
    ["a reset", reset()],
    ["an end without an answer", [{ last: "end" }]],
    ["an answer that breaks off", cutAfter(60, json({ a: "long enough to be cut" }))],
  ])("is made again after %s", async (_about, first) => {
    // Not a GET: that one is sent once more by the transport where a connection was just closed.
    plays("/put", first);
    expect(await ask({ method: "PUT", path: "/put" }, "/put")).toEqual([200, "true", ok("/put"), 2]);
  });

  it("is made three times and not more, and then says how the last one failed", async () => {
    plays("/put", reset(), reset(), unavailable, json({ late: 1 }));
    const text = `invalid status code 503 [PUT /put]: ${upstream.url}/put`;
    expect(await ask({ method: "PUT", path: "/put" }, "/put")).toEqual([500, "false", text, 3]);
  });

  it("to a backend that is not there is made in vain, within the time of the endpoint", async () => {
    const started = performance.now();
    const [status, complete, text] = await ask("/gone");
    expect([status, complete]).toEqual([500, "false"]);
    expect(text).toMatch(/connection refused$/);
    expect(performance.now() - started).toBeLessThan(900);
  });

  it.each([
    [404, 1],
    [500, 1],
    [504, 2],
  ])("with %d is made %d times", async (status, count) => {
    plays("/a", json({}, { status }));
    expect((await ask("/one", "/a")).at(-1)).toBe(count);
  });

  it("is made once without the block", async () => {
    plays("/a", unavailable);
    expect((await ask("/none", "/a")).slice(0, 2)).toEqual([500, "false"]);
    expect(script.get("/a")).toEqual([]);
  });

  it("waits for what the backend asks, and not beyond the time of the endpoint", async () => {
    const busy = (seconds: string): Answer => json({}, { status: 503, headers: [["Retry-After", seconds]] });
    plays("/a", busy("2"));
    const started = performance.now();
    expect((await ask("/one", "/a")).slice(0, 2)).toEqual([500, "false"]);
    expect(performance.now() - started).toBeLessThan(500);
    plays("/a", busy("0"));
    expect(await ask("/one", "/a")).toEqual([200, "true", ok("/a"), 2]);
  });
});

describe("an attempt that takes too long", () => {
  it("is given up, and another one is made", async () => {
    plays("/limited", hang());
    const started = performance.now();
    expect(await ask("/limited", "/limited")).toEqual([200, "true", ok("/limited"), 2]);
    expect(performance.now() - started).toBeLessThan(600);
  });

  it("is one with all of its answer, also where that is relayed", async () => {
    const slowly = oneByteAtATime(answer("x".repeat(20)), 2);
    plays("/raw", unavailable, slowly);
    expect(await ask("/raw", "/raw")).toEqual([200, "false", "x".repeat(20), 2]);
    plays("/limited", hang(), answer("whole"));
    expect(await ask("/limited-raw", "/limited")).toEqual([200, "false", "whole", 2]);
  });

  it("never takes the endpoint beyond its time", async () => {
    plays("/slow", ...Array.from({ length: 9 }, () => hang()));
    const started = performance.now();
    expect((await ask("/bounded", "/slow")).slice(0, 3)).toEqual([500, "false", "context deadline exceeded"]);
    expect(performance.now() - started).toBeLessThan(600);
  });

  it("nor the backend beyond its own", async () => {
    plays("/slow", ...Array.from({ length: 9 }, () => delayed(400, json({ late: true }))));
    const started = performance.now();
    expect(await ask("/own", "/slow")).toEqual([500, "false", "context deadline exceeded", 2]);
    expect(performance.now() - started).toBeLessThan(400);
  });
});

describe("one of several backends", () => {
  const both = `{"a":${ok("/a")},"b":${ok("/b")}}`;

  it("is called again for itself, and the answer is complete", async () => {
    plays("/a", json({}, { status: 502 }));
    expect(await ask("/two", "/a", "/b")).toEqual([200, "true", both, 2, 1]);
    plays("/a", unavailable);
    expect(await ask("/all", "/a", "/b")).toEqual([200, "true", both, 2, 1]);
  });

  it("leaves a part of the answer when it fails for good, or none where all is asked for", async () => {
    plays("/a", unavailable, unavailable, unavailable);
    expect(await ask("/two", "/a", "/b")).toEqual([200, "false", `{"b":${ok("/b")}}`, 3, 1]);
    plays("/a", unavailable, unavailable, unavailable);
    expect((await ask("/all", "/a", "/b")).slice(0, 2)).toEqual([500, "false"]);
  });

  it("is not called again where it has no such block", async () => {
    plays("/b", unavailable);
    expect(await ask("/two", "/a", "/b")).toEqual([200, "false", `{"a":${ok("/a")}}`, 1, 1]);
  });
});

describe("a body", () => {
  it.each(["PUT", "POST"])("of %s is sent whole each time", async (method) => {
    const path = `/${method.toLowerCase()}`;
    plays(path, reset(), unavailable);
    const before = upstream.requests.length;
    expect(await ask({ method, path, body: '{"a":1}' }, path)).toEqual([200, "true", ok(path), 3]);
    const bodies = upstream.requests.slice(before).map(({ body }) => body.toString());
    expect(bodies).toEqual(['{"a":1}', '{"a":1}', '{"a":1}']);
  });

  it("of a method that is not idempotent is not sent again unasked", async () => {
    const endpoints = [
      { endpoint: "/x", method: "POST", backend: [{ url_pattern: "/x", extra_config: { "gwc/retry": {} } }] },
    ];
    const config = { version: 3, host: ["http://api.example.com"], endpoints };
    await expect(compileText(config)).rejects.toThrow("retry/unsafe-method");
  });
});

describe("what lies around", () => {
  it("a relay hands on the first answer that will do, as it comes", async () => {
    plays("/raw", unavailable, answer("as it is", { headers: [["X-Own", "1"]] }));
    expect(await ask("/raw", "/raw")).toEqual([200, "false", "as it is", 2]);
    plays("/raw", unavailable, unavailable, answer("still busy", { status: 503 }));
    expect(await ask("/raw", "/raw")).toEqual([503, "false", "still busy", 3]);
  });

  it("a cache keeps the answer that came in the end", async () => {
    const headers: [string, string][] = [
      ["Cache-Control", "max-age=60"],
      ["Date", new Date().toUTCString()],
    ];
    plays("/cached", unavailable, json({ kept: 1 }, { headers }));
    expect(await ask("/cached", "/cached")).toEqual([200, "true", '{"kept":1}', 2]);
    expect(await ask("/cached", "/cached")).toEqual([200, "true", '{"kept":1}', 0]);
  });

  it("a circuit breaker counts a call once, however often it was made", async () => {
    const failing = (times: number): Answer[] => Array.from({ length: times }, () => unavailable);
    plays("/a", ...failing(2));
    expect((await ask("/broken", "/a")).at(-1)).toBe(3);
    plays("/a", ...failing(6));
    expect((await ask("/broken", "/a")).at(-1)).toBe(3);
    expect((await ask("/broken", "/a")).at(-1)).toBe(3);
    // Two failures in a row open it.
    expect(await ask("/broken", "/a")).toEqual([500, "false", "circuit breaker is open", 0]);
  });
});
