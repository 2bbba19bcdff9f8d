// The developer's endpoints, and the lines that requests leave behind.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startGateway, type TestGateway } from "../support/gateway.js";
import { send } from "../support/http.js";
import { json, type MockUpstream, startUpstream } from "../support/mock-upstream.js";

const JSON_TYPE = ["Content-Type", "application/json; charset=utf-8"];

describe("debug and echo endpoints", () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startGateway({
      debug_endpoint: true,
      echo_endpoint: true,
      endpoints: [{ endpoint: "/{any}", backend: [{ url_pattern: "/x", host: ["http://127.0.0.1:19"] }] }],
    });
  });
  afterAll(() => gateway.stop());

  it("echo shows the request in KrakenD's order of keys, names canonical, without what frames it", async () => {
    const response = await send(gateway.port, {
      method: "PUT",
      path: "/__echo/a%20b?b=2&a=%3C&b=1&;=3",
      headers: [
        ["Host", "gw.example"],
        ["x-oNE", "1"],
        ["X-ONE", "2"],
        ["Transfer-Encoding", "chunked"],
      ],
      body: "3\r\n<&>\r\n0\r\n\r\n",
    });
    expect(response.headers).toContainEqual(JSON_TYPE);
    expect(response.body.toString()).toBe(
      '{"req_uri":"/__echo/a%20b?b=2\\u0026a=%3C\\u0026b=1\\u0026;=3",' +
        '"req_uri_details":{"fragment":"","host":"gw.example","path":"/__echo/a b","query":"a=%3C\\u0026b=2\\u0026b=1","user":""},' +
        '"req_method":"PUT","req_querystring":{"a":["\\u003c"],"b":["2","1"]},"req_body":"\\u003c\\u0026\\u003e",' +
        '"req_headers":{"X-One":["1","2"]}}',
    );
  });

  it("take what is below their path with nine methods, and refuse what is encoded twice", async () => {
    for (const method of ["GET", "POST", "PATCH", "DELETE", "TRACE"]) {
      const response = await send(gateway.port, { method, path: "/__debug/any/thing" });
      expect([response.status, response.body.toString()]).toEqual([200, '{"message":"pong"}']);
    }
    const twice = await send(gateway.port, { path: "/__debug/%252F" });
    expect([twice.status, twice.body.toString()]).toEqual([400, "error: encoded url params"]);
    expect((await send(gateway.port, { method: "PROPFIND", path: "/__debug/x" })).status).toBe(405);
  });

  it("debug logs what came", async () => {
    await send(gateway.port, { method: "POST", path: "/__debug/log?q=1", body: "body\nof it" });
    await expect.poll(() => gateway.log()).toContain("DEBUG: [ENDPOINT: /__debug/*] Body: body\\x0aof it\n");
    expect(gateway.log()).toContain("DEBUG: [ENDPOINT: /__debug/*] Query: map[q:[1]]\n");
  });

  it("leave a path without the slash to the routes beside them", async () => {
    expect((await send(gateway.port, { path: "/__debug" })).headers).toContainEqual([
      "X-Krakend-Completed",
      "false",
    ]);
  });
});

describe("the access log", () => {
  let upstream: MockUpstream;
  const endpoints = [
    { endpoint: "/ok/{id}", backend: [{ url_pattern: "/ok" }] },
    { endpoint: "/bad", backend: [{ url_pattern: "/ok", group: "a" }, { url_pattern: "/bad" }] },
    {
      endpoint: "/limited",
      extra_config: { "qos/ratelimit/router": { max_rate: 0.001, capacity: 1 } },
      backend: [{ url_pattern: "/ok" }],
    },
    { endpoint: "/raw", output_encoding: "no-op", backend: [{ url_pattern: "/ok" }] },
  ];
  beforeAll(async () => {
    upstream = await startUpstream({ "/ok": json({ ok: true }), "/bad": json({}, { status: 503 }) });
  });
  afterAll(() => upstream.close());

  async function linesOf(router: object, paths: readonly string[]): Promise<readonly string[]> {
    const gateway = await startGateway({ host: [upstream.url], endpoints, extra_config: { router } });
    for (const path of paths) await send(gateway.port, { path });
    await gateway.stop();
    return gateway
      .log()
      .split("\n")
      .filter((line) => /^(\[GIN\]|Error #)/.test(line))
      .map((line) => line.replace(/^\[GIN\] [\d/]{10} - [\d:]{8} \| (\d+) \| .{8,11} \| /, "$1 "));
  }

  it("has a line for each request that reached the router, none for its redirects", async () => {
    const paths = ["/ok/1?a=%20", "/bad", "/limited", "/limited", "/raw", "/none", "/ok/1/", "/__health"];
    const client = "      127.0.0.1 | GET     ";
    expect(await linesOf({}, paths)).toEqual([
      `200 ${client} "/ok/1?a=%20"`,
      `200 ${client} "/bad"`,
      `Error #01: invalid status code 503 [GET /bad]: ${upstream.url}/bad`,
      `200 ${client} "/limited"`,
      `503 ${client} "/limited"`,
      "Error #01: rate limit exceded",
      `200 ${client} "/raw"`,
      `404 ${client} "/none"`,
      `200 ${client} "/__health"`,
    ]);
  });

  it("leaves paths out that are to be left out, whatever their query", async () => {
    const lines = await linesOf({ logger_skip_paths: ["/ok/1"] }, ["/ok/1?a=1", "/ok/2"]);
    expect(lines).toEqual(['200       127.0.0.1 | GET      "/ok/2"']);
  });

  it("can be switched off", async () => {
    expect(await linesOf({ disable_access_log: true }, ["/ok/1", "/bad"])).toEqual([]);
  });

  it("names the client as the platform does, with app_engine", async () => {
    const gateway = await startGateway({
      host: [upstream.url],
      endpoints,
      extra_config: { router: { app_engine: true } },
    });
    const headers = { "X-Appengine-Remote-Addr": "somebody", "X-Forwarded-For": "1.2.3.4" };
    await send(gateway.port, { path: "/ok/1", headers });
    await gateway.stop();
    expect(gateway.log()).toContain('|        somebody | GET      "/ok/1"');
  });
});

describe("a reader that does not read", () => {
  it("neither holds requests up nor makes the gateway grow", async () => {
    const gateway = await startGateway({ endpoints: [] });
    await send(gateway.port, { path: "/__health" });
    gateway.process.stdout?.pause();
    const before = gateway.memory();
    const path = `/${"x".repeat(8000)}`;
    for (let count = 0; count < 1500; count += 1) {
      const { status } = await send(gateway.port, { path });
      expect(status).toBe(404);
    }
    expect(gateway.memory() - before).toBeLessThan(90 * 1024 * 1024);
    gateway.process.stdout?.resume();
    await gateway.stop();
    const lines = gateway.log().split("\n").length;
    expect(lines).toBeGreaterThan(5);
    expect(lines).toBeLessThan(1000);
  });
});
