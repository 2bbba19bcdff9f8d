// Backends that misbehave: the error is theirs alone, the other backends' data is kept, the process lives.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startGateway, type TestGateway } from "../support/gateway.js";
import { send } from "../support/http.js";
import {
  type Answer,
  answer,
  badStatusLine,
  chunked,
  closeEarly,
  cutAfter,
  garbage,
  gzip,
  hang,
  json,
  large,
  type MockUpstream,
  oneByteAtATime,
  raw,
  reset,
  startUpstream,
  untilClose,
  wrongLength,
} from "../support/mock-upstream.js";

const tenMegabytes = 10 * 1024 * 1024;

const bad: Readonly<Record<string, Answer>> = {
  "resets the connection": reset(),
  hangs: hang(),
  "answers garbage": garbage(),
  "sends a bad status line": badStatusLine(),
  "closes without an answer": closeEarly(),
  "closes before the end": cutAfter(60, json({ padding: "x".repeat(200) })),
  "announces too much": wrongLength('{"a":1}', 400),
  "sends ten megabytes of no JSON": answer("x".repeat(tenMegabytes)),
  "sends broken gzip": answer("no gzip", { headers: [["Content-Encoding", "gzip"]] }),
  "sends broken chunks": raw(
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
    "end",
  ),
  "sends two lengths": raw("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}", "end"),
  "sends invalid JSON": answer('{"a":1,'),
  "sends a scalar": answer("42"),
  "sends nothing": answer(""),
  "sends 404": json({ message: "no" }, { status: 404 }),
};

const good: Readonly<Record<string, Answer>> = {
  "ten megabytes": large(tenMegabytes),
  gzip: gzip({ padding: "z" }),
  chunks: chunked(['{"padding":', '"c', 'ut"}']),
  "until the end of the connection": untilClose('{"padding":"u"}'),
  "one byte at a time": oneByteAtATime(json({ padding: "slow" })),
};

const slugOf = (name: string): string => name.replaceAll(" ", "-");

describe("a backend that misbehaves", () => {
  let upstream: MockUpstream;
  let gateway: TestGateway;

  beforeAll(async () => {
    const answers = Object.entries({ ...bad, ...good }).map(
      ([name, each]) => [`/${slugOf(name)}`, each] as const,
    );
    upstream = await startUpstream({ ...Object.fromEntries(answers), "/ok": json({ fine: true }) });
    gateway = await startGateway({
      host: [upstream.url],
      timeout: "700ms",
      endpoints: Object.keys({ ...bad, ...good }).map((name) => ({
        endpoint: `/${slugOf(name)}`,
        timeout: name in good ? "5s" : "700ms",
        backend: [
          { url_pattern: `/${slugOf(name)}`, group: "other" },
          { url_pattern: "/ok", group: "kept" },
        ],
      })),
    });
  });
  afterAll(async () => {
    await gateway.stop();
    await upstream.close();
  });

  it.each(Object.keys(bad))("%s: the rest is answered", async (name) => {
    const response = await send(gateway.port, { path: `/${slugOf(name)}` });
    expect(response.status).toBe(200);
    expect(JSON.parse(response.body.toString())).toEqual({ kept: { fine: true } });
    expect(headerOf(response, "x-krakend-completed")).toBe("false");
  });

  it.each(Object.keys(good))("%s is read whole", async (name) => {
    const response = await send(gateway.port, { path: `/${slugOf(name)}` });
    const body = JSON.parse(response.body.toString()) as { other: { padding: string }; kept: unknown };
    expect(body.kept).toEqual({ fine: true });
    expect(typeof body.other.padding).toBe("string");
    expect(headerOf(response, "x-krakend-completed")).toBe("true");
  });

  it("each failure again and again leaves the process small and serving", async () => {
    const names = Object.keys(bad).filter((name) => name !== "hangs");
    for (let round = 0; round < 3; round += 1) {
      await Promise.all(names.map((name) => send(gateway.port, { path: `/${slugOf(name)}` })));
    }
    const before = gateway.memory();
    for (let round = 0; round < 10; round += 1) {
      await Promise.all(names.map((name) => send(gateway.port, { path: `/${slugOf(name)}` })));
    }
    expect(gateway.memory() - before).toBeLessThan(80 * 1024 * 1024);
    expect((await send(gateway.port, { path: "/__health" })).status).toBe(200);
  });
});

function headerOf(
  response: { readonly headers: readonly (readonly [string, string])[] },
  name: string,
): string | undefined {
  return response.headers.find(([each]) => each.toLowerCase() === name)?.[1];
}
