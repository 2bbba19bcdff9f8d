import { gunzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import { send } from "./http.js";
import * as upstream from "./mock-upstream.js";

let running: upstream.MockUpstream | undefined;

async function start(handler: upstream.UpstreamHandler | upstream.UpstreamRoutes) {
  running = await upstream.startUpstream(handler);
  return running;
}

afterEach(async () => {
  await running?.close();
  expect(running?.open ?? 0).toBe(0);
  running = undefined;
});

const OK = { id: 1, name: "Ada" };

async function ask(answer: upstream.Answer) {
  const { port } = await start(() => answer);
  return send(port, { path: "/any" });
}

describe("answers that follow the rules", () => {
  it("sends JSON under a true length", async () => {
    const response = await ask(
      upstream.json(OK, { status: 201, reason: "Created", headers: [["X-A", "b"]] }),
    );
    expect(response).toMatchObject({ status: 201, reason: "Created", complete: true, closed: false });
    expect(response.headers).toEqual([
      ["Content-Type", "application/json"],
      ["X-A", "b"],
      ["Content-Length", "21"],
    ]);
    expect(JSON.parse(response.body.toString())).toEqual(OK);
  });

  it("sends chunks, gzip, bodies without length, and large bodies", async () => {
    const { port } = await start({
      "/chunked": upstream.chunked(['{"a"', ":1}"]),
      "/gzip": upstream.gzip(OK),
      "/close": upstream.untilClose("{}"),
      "/large": upstream.large(10_000_000),
    });
    expect((await send(port, { path: "/chunked" })).body.toString()).toBe('{"a":1}');
    expect(JSON.parse(gunzipSync((await send(port, { path: "/gzip" })).body).toString())).toEqual(OK);
    expect(await send(port, { path: "/close" })).toMatchObject({ complete: true, closed: true });
    expect((await send(port, { path: "/large" })).body.length).toBe(10_000_000);
  });

  it("waits before a delayed answer and sends byte by byte", async () => {
    const startedAt = performance.now();
    const slow = upstream.delayed(60, upstream.oneByteAtATime(upstream.json(OK)));
    expect(JSON.parse((await ask(slow)).body.toString())).toEqual(OK);
    expect(performance.now() - startedAt).toBeGreaterThan(55);
    const writes = upstream.oneByteAtATime(upstream.raw("abc")).filter((action) => "write" in action);
    expect(writes.length).toBe(3);
  });
});

describe("misbehaviour", () => {
  it("resets or closes without an answer", async () => {
    expect(await ask(upstream.reset())).toMatchObject({ status: 0, closed: true });
    await running?.close();
    expect(await ask(upstream.closeEarly())).toMatchObject({ status: 0, closed: true });
  });

  it("hangs until it is closed", async () => {
    const { port } = await start({ "/hang": upstream.hang() });
    await expect(send(port, { path: "/hang" }, { timeoutMs: 60 })).rejects.toThrow(
      "no whole answer in 60 ms",
    );
  });

  it("leaves no timer of a delayed answer behind", async () => {
    const timers = process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
    const { port } = await start({ "/slow": upstream.delayed(60_000, upstream.json(OK)) });
    await expect(send(port, { path: "/slow" }, { timeoutMs: 40 })).rejects.toThrow("no whole answer");
    await running?.close();
    // Timers of the test runner come and go: there may be fewer by now, but not one more.
    expect(process.getActiveResourcesInfo().filter((name) => name === "Timeout").length).toBeLessThanOrEqual(
      timers,
    );
  });

  it("lies about the length in both directions", async () => {
    expect(await ask(upstream.wrongLength("{}", 50))).toMatchObject({ complete: false, closed: true });
    await running?.close();
    const short = await ask(upstream.wrongLength('{"a":1}', 2));
    expect([short.complete, short.body.toString(), short.rest.toString()]).toEqual([true, '{"', 'a":1}']);
  });

  it("sends garbage, bad status lines and answers that break off", async () => {
    expect((await ask(upstream.garbage())).status).toBe(0);
    await running?.close();
    expect(await ask(upstream.badStatusLine())).toMatchObject({ status: 0, reason: "OK" });
    await running?.close();
    expect(await ask(upstream.cutAfter(60, upstream.json(OK)))).toMatchObject({ status: 0, closed: true });
  });
});

describe("what it records", () => {
  it("keeps method, target, header pairs and body, and counts connections", async () => {
    const { port, requests } = await start({ "POST /a": upstream.json({}) });
    const headers = [
      ["X-Two", "1"],
      ["x-two", "2"],
    ] as const;
    await send(port, { method: "POST", path: "/a?q=%20", headers, body: "hello" });
    expect(requests[0]).toMatchObject({ method: "POST", target: "/a?q=%20", connection: 1 });
    expect(requests[0]?.headers.slice(1, 3)).toEqual(headers);
    expect(requests[0]?.body.toString()).toBe("hello");
    await send(port, "GET /nope HTTP/1.1\r\nHost: x\r\n\r\n");
    expect(running?.connections).toBe(2);
    await expect(running?.waitForRequests(3, 20)).rejects.toThrow("2 of 3 requests");
  });

  it("serves pipelined requests in order, chunked bodies too, and gives answers in turn", async () => {
    const { port, requests } = await start({
      "/turns": [upstream.delayed(20, upstream.json({ n: 1 })), upstream.json({ n: 2 })],
    });
    const chunkedRequest = "POST /turns HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
    const pieces = [`${chunkedRequest}GET /tu`, "rns HTTP/1.1\r\n\r\n"];
    const response = await send(port, pieces, { lingerMs: 80 });
    expect(response.body.toString()).toBe('{"n":1}');
    expect(response.rest.toString()).toMatch(/\{"n":2\}$/);
    expect(requests.map(({ method, body }) => [method, body.toString()])).toEqual([
      ["POST", "abc"],
      ["GET", ""],
    ]);
  });
});
