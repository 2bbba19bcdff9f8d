// Scripts over real sockets: what they see and change, what they cannot reach, and what becomes of bad ones.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startGateway, type TestGateway } from "../support/gateway.js";
import { type ClientRequest, send } from "../support/http.js";
import { json, type MockUpstream, startUpstream } from "../support/mock-upstream.js";
import { headerValue } from "../support/wire.js";

let upstream: MockUpstream;
let other: MockUpstream;
let gateway: TestGateway;

interface Script {
  readonly pre?: string;
  readonly post?: string;
  readonly allow_open_libs?: boolean;
  readonly skip_next?: boolean;
}

const scripts = (script: Script): object => ({ "modifier/lua-backend": script });

const endpoint = (path: string, script: Script, more: object = {}): object => ({
  endpoint: path,
  backend: [{ url_pattern: "/a", extra_config: scripts(script) }],
  ...more,
});

/** Puts what an expression comes to into the data, under `it`. */
const shows = (expression: string, open = false): Script => ({
  allow_open_libs: open,
  post: `response.load():data():set('it', ${expression})`,
});

const EXPRESSIONS: readonly (readonly [expression: string, value: unknown, open?: boolean])[] = [
  ["tostring(10 / 2)", "5"],
  ["1 .. ''", "1"],
  ["tostring(2147483647 + 1)", "2147483648"],
  ["2147483647 * 1000", 2147483647000],
  ["tostring(0.1)", "0.1"],
  ["tostring(1e100)", "1e+100"],
  ["tostring(1e15)", "1000000000000000"],
  ["0xffffffff", 4294967295],
  ["tonumber('12') + #{1, 2}", 14],
  ["tostring(-0.0)", "0"],
  ["select('#', unpack({1, 2, 3}))", 3],
  ["loadstring('return 7')()", 7],
  ["table.concat({1, 2.5, 'x'}, ',')", "1,2.5,x"],
  ["tostring(nil) .. tostring(true)", "niltrue"],
  ["type(string) .. type(os) .. type(io) .. type(debug) .. type(package)", "nilnilnilnilnil"],
  ["_VERSION", "Lua 5.1"],
  ["pcall(function() return ('x'):upper() end)", false],
  ["getmetatable(request.load())", false],
  ["('x'):upper()", "X", true],
  ["string.format('%s %d %05.2f', 5, 7, 3.14159)", "5 7 03.14", true],
  ["math.max(1, 7, 3) + math.floor(-1.5)", 5, true],
  ["type(os) .. type(io) .. type(debug)", "nilnilnil", true],
  ["{1, {}, {2, 3}, k = {}}", { "1": 1, "2": null, "3": [2, 3], k: null }],
  ["response.load():data():get('name')", "Zo\u00eb"],
  ["response.load():data():get('tags')", ["x"]],
  ["type(response.load():data():get('none') == nil)", "boolean"],
  ["response.load():data():len()", 4],
  ["response.load():data():keys()", ["id", "name", "null", "tags"]],
  ["response.load():isComplete()", true],
  ["response.load():statusCode()", 0],
  ["request.load():method()", "GET"],
  ["request.load():path()", "/a"],
];

const FAILING: readonly (readonly [name: string, pre: string, text: string])[] = [
  ["error", "local a = 1\nerror('boom')", "boom (pre-script:L2)"],
  ["nil", "local x = nil\n\nx.y = 1", "(pre-script:L3)"],
  ["argument", "request.load():headers({})", "bad argument #1 (string expected, got table) (pre-script:L1)"],
  ["dot", "request.load().method()", "write a colon"],
  ["no-response", "response.load()", "there is no response yet"],
  ["endless", "while true do end", "the script takes too long"],
  ["stubborn", "while true do pcall(function() while true do end end) end", "the script takes too long"],
  ["custom", "custom_error('only text')", "only text"],
  ["index", "luaList.new():set(1e9, 1)", "a list of more than 1000000 items"],
  ["header-name", "request.load():headers('X-A: b\\r\\nX-B', 'c')", "invalid header field name"],
  ["header-value", "request.load():headers('X-A', 'b\\r\\nX-B: c')", "invalid header field value"],
  ["method", "request.load():method('GET /x HTTP/1.1\\r\\n')", "invalid method"],
  ["blank", "request.load():url(request.load():url() .. '?a=b HTTP/1.1')", "invalid control character"],
  ["endless-table", "local t = {} t.t = t luaTable.new():set('t', t)", "nested too deep"],
];

beforeAll(async () => {
  upstream = await startUpstream({
    "/a": () => json({ id: 7, name: "Zo\u00eb", tags: ["x"], null: null }),
    "/b": () => json({ b: 1 }),
    "POST /a": () => json({ posted: true }),
    "PUT /a": () => json({ put: true }),
    "/raw": () => json({ raw: true }, { headers: [["X-Up", "one"]] }),
  });
  other = await startUpstream({ "/elsewhere": () => json({ elsewhere: true }) });
  gateway = await startGateway({
    host: [upstream.url],
    extra_config: { router: { return_error_msg: true } },
    endpoints: [
      ...EXPRESSIONS.map(([expression, , open], index) => endpoint(`/e${index}`, shows(expression, open))),
      ...FAILING.map(([name, pre]) => endpoint(`/fails-${name}`, { pre })),
      endpoint("/recursion", { pre: "local function f() return 1 + f() end f()" }),
      endpoint("/teapot", { pre: "custom_error('short and stout', 418)" }),
      endpoint("/colon", { pre: "custom_error('pre-script:5: said', 409)" }),
      endpoint("/framing", {
        pre: "local r = request.load() for _, n in ipairs({'Content-Length', 'Transfer-Encoding', 'Host', 'Trailer'}) do r:headers(n, 'chunked') end",
      }),
      endpoint("/varargs", { pre: "local n = select('#', ...) request.load():headers('X-N', tostring(n))" }),
      endpoint("/bad-status", { post: "response.load():statusCode(99)" }),
      endpoint("/typed", { pre: `custom_error('{"a":1}', 409, 'application/json')` }),
      endpoint("/url", { pre: "local r = request.load() r:url(r:url() .. '?added=1')" }),
      endpoint("/bad-url", { pre: "request.load():url('nowhere')" }),
      endpoint("/move", {
        pre: `request.load():url('${other.url}/elsewhere?from=' .. request.load():method())`,
      }),
      endpoint("/method", { pre: "request.load():method('PUT')" }),
      endpoint(
        "/body",
        { pre: "local r = request.load() r:body('<' .. r:body() .. '>')" },
        { method: "POST" },
      ),
      {
        endpoint: "/headers/{id}",
        input_headers: ["X-A"],
        input_query_strings: ["q"],
        backend: [
          {
            url_pattern: "/a",
            extra_config: scripts({
              pre: "local r = request.load() r:headers('x-seen', r:headers('x-a') .. '|' .. r:params('Id') .. '|' .. r:query()) r:headers('X-A', nil)",
            }),
          },
        ],
      },
      endpoint("/leak", {
        pre: "before = leaked leaked = 1 table.leaked = 1 loadstring('loaded = leaked')()",
        post: "local d = response.load():data() d:set('before', before == nil) d:set('kept', leaked) d:set('table', table.leaked) d:set('loaded', loaded)",
      }),
      endpoint("/not-leaked", {
        post: "response.load():data():set('it', tostring(leaked) .. tostring(table.leaked) .. tostring(loadstring('return loaded')()))",
      }),
      endpoint("/function", {
        pre: "function kept() return request.load():params('X') .. value end value = 'v'",
        post: "response.load():data():set('it', kept())",
      }),
      endpoint("/incomplete", { post: "response.load():isComplete(false)" }),
      endpoint("/mock", {
        skip_next: true,
        post: "local r = response.load() r:data():set('status', r:statusCode()) r:headers('X-Mock', 'yes')",
      }),
      endpoint("/nothing", { skip_next: true }),
      {
        endpoint: "/raw",
        output_encoding: "no-op",
        backend: [
          {
            url_pattern: "/raw",
            extra_config: scripts({
              post: "local r = response.load() r:headers('X-Up', r:headers('X-Up') .. '/' .. r:statusCode()) r:statusCode(202) r:body('wrapped: ' .. r:body())",
            }),
          },
        ],
      },
      {
        endpoint: "/merged",
        backend: [
          {
            url_pattern: "/a",
            allow: ["id"],
            extra_config: scripts({ post: "response.load():data():set('b', 2)" }),
          },
          { url_pattern: "/b", extra_config: scripts({ pre: "error('no')" }) },
        ],
      },
    ],
  });
});

afterAll(async () => {
  await gateway.stop();
  await upstream.close();
  await other.close();
});

async function ask(request: ClientRequest): Promise<readonly [number, string]> {
  const { status, body } = await send(gateway.port, request);
  return [status, body.toString()];
}

describe("scripts", () => {
  it.each(
    EXPRESSIONS.map(([expression, value], index) => [expression, value, index] as const),
  )("%s", async (_expression, value, index) => {
    const [status, body] = await ask({ path: `/e${index}` });
    expect([status, (JSON.parse(body) as { it: unknown }).it]).toEqual([200, value]);
  });

  it.each(FAILING)("fail with 500: %s", async (name, _pre, text) => {
    const [status, body] = await ask({ path: `/fails-${name}` });
    expect([status, body]).toEqual([500, expect.stringContaining(text)]);
  });

  it("fail with a status and a content type of their own", async () => {
    expect(await ask({ path: "/teapot" })).toEqual([418, "short and stout"]);
    expect(await ask({ path: "/colon" })).toEqual([409, "pre-script:5: said"]);
    const { status, headers, body } = await send(gateway.port, { path: "/typed" });
    expect([status, headerValue(headers, "content-type"), body.toString()]).toEqual([
      409,
      "application/json",
      '{"a":1}',
    ]);
  });

  it("change the address, the method, the body", async () => {
    expect((await ask({ path: "/url" }))[0]).toBe(200);
    expect(upstream.requests.at(-1)?.target).toBe("/a?added=1");
    expect(await ask({ path: "/move" })).toEqual([200, '{"elsewhere":true}']);
    expect(await ask({ path: "/method" })).toEqual([200, '{"put":true}']);
    expect(await ask({ path: "/body", method: "POST", body: "\u00e9" })).toEqual([200, '{"posted":true}']);
    expect(upstream.requests.at(-1)?.body.toString()).toBe("<\u00e9>");
    expect(await ask({ path: "/bad-url" })).toEqual([
      500,
      expect.stringContaining("unsupported protocol scheme"),
    ]);
  });

  it("see parameters, the query and headers that were let through, and change headers", async () => {
    await ask({
      path: "/headers/p%20x?q=1&z=2",
      headers: [
        ["X-A", "a"],
        ["X-B", "b"],
      ],
    });
    const { headers } = upstream.requests.at(-1)!;
    expect(headerValue(headers, "x-seen")).toBe("a|p x|q=1");
    expect(headerValue(headers, "x-a")).toBeUndefined();
  });

  it("do not write the framing of a request, nor its host", async () => {
    expect((await ask({ path: "/framing" }))[0]).toBe(200);
    const { headers } = upstream.requests.at(-1)!;
    const names = headers.map(([name]) => name.toLowerCase());
    expect(names).not.toEqual(expect.arrayContaining(["content-length"]));
    expect(names).not.toEqual(expect.arrayContaining(["transfer-encoding"]));
    expect(names).not.toEqual(expect.arrayContaining(["trailer"]));
    expect(headerValue(headers, "host")).not.toBe("chunked");
  });

  it("may ask for their arguments, and have none", async () => {
    expect((await ask({ path: "/varargs" }))[0]).toBe(200);
    expect(headerValue(upstream.requests.at(-1)!.headers, "x-n")).toBe("0");
  });

  it("give no status that HTTP does not know", async () => {
    expect(await ask({ path: "/bad-status" })).toEqual([500, expect.stringContaining("99 is no status")]);
  });

  it("share names before and after a call, but not with other requests", async () => {
    for (let times = 0; times < 3; times++) {
      const [, body] = await ask({ path: "/leak" });
      expect(JSON.parse(body)).toMatchObject({ before: true, kept: 1, table: 1, loaded: 1 });
      expect(JSON.parse((await ask({ path: "/not-leaked" }))[1])).toMatchObject({ it: "nilnilnil" });
    }
    const all = await Promise.all(Array.from({ length: 20 }, () => ask({ path: "/function" })));
    expect(new Set(all.map(([, body]) => (JSON.parse(body) as { it: string }).it))).toEqual(new Set(["v"]));
  });

  it("may answer without a call", async () => {
    const before = upstream.requests.length;
    const { status, headers, body } = await send(gateway.port, { path: "/mock" });
    expect([status, headerValue(headers, "x-mock"), body.toString()]).toEqual([200, "yes", '{"status":0}']);
    expect(await ask({ path: "/nothing" })).toEqual([200, "{}"]);
    expect(upstream.requests.length).toBe(before);
  });

  it("change an answer that is handed over, its length with it", async () => {
    const { status, headers, body } = await send(gateway.port, { path: "/raw" });
    expect([status, headerValue(headers, "x-up"), body.toString()]).toEqual([
      202,
      "one/200",
      'wrapped: {"raw":true}',
    ]);
  });

  it("may call data incomplete", async () => {
    const { headers } = await send(gateway.port, { path: "/incomplete" });
    expect(headerValue(headers, "x-krakend-completed")).toBe("false");
  });

  it("of one backend leave the data of the others", async () => {
    expect(await ask({ path: "/merged" })).toEqual([200, '{"b":2,"id":7}']);
  });

  it("that call themselves without end take neither the process nor the next request", async () => {
    const [status, body] = await ask({ path: "/recursion" });
    expect([status, body]).toEqual([500, expect.stringMatching(/stack overflow|takes too long/)]);
    expect((await ask({ path: "/url" }))[0]).toBe(200);
  });

  it("that never end hold up others for a moment only", async () => {
    const startedAt = performance.now();
    const [endless, plain] = await Promise.all([ask({ path: "/fails-endless" }), ask({ path: "/url" })]);
    expect([endless[0], plain[0]]).toEqual([500, 200]);
    expect(performance.now() - startedAt).toBeLessThan(1500);
  });
});
