// Checks over real sockets: what is refused before and after calls, and what becomes of the connection.
import { Agent, request as httpRequest } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startGateway, type TestGateway } from "../support/gateway.js";
import { type ClientRequest, send } from "../support/http.js";
import { json, type MockUpstream, startUpstream } from "../support/mock-upstream.js";

let upstream: MockUpstream;
let gateway: TestGateway;

const checks = (...expressions: string[]): object => ({
  "validation/cel": expressions.map((check_expr) => ({ check_expr })),
});

beforeAll(async () => {
  upstream = await startUpstream({
    "/a": () => json({ id: 7, name: "Zo\u00eb", tags: ["x"] }),
    "/raw": () => json({ secret: true }, { status: 202 }),
    "/next/7": () => json({ next: true }),
  });
  const backend = { url_pattern: "/a" };
  gateway = await startGateway({
    host: [upstream.url],
    extra_config: { router: { return_error_msg: true } },
    endpoints: [
      { endpoint: "/post", method: "POST", extra_config: checks("req_method == 'GET'"), backend: [backend] },
      {
        endpoint: "/post-backend",
        method: "POST",
        backend: [{ ...backend, extra_config: checks("req_method == 'GET'") }],
      },
      {
        endpoint: "/star",
        input_headers: ["*"],
        input_query_strings: ["*"],
        backend: [backend],
        extra_config: checks("req_headers['X-A'] == ['1', '2'] && req_querystring.q == ['\u00e9', '']"),
      },
      {
        endpoint: "/default",
        input_headers: ["X-B"],
        backend: [backend],
        extra_config: checks(
          "!('X-A' in req_headers) && size(req_querystring) == 0 && 'X-Forwarded-For' in req_headers",
        ),
      },
      {
        endpoint: "/param/{name}",
        backend: [backend],
        extra_config: checks("req_params.Name == '\u00e9 x' && req_path == '/param/\u00e9 x'"),
      },
      {
        endpoint: "/data",
        backend: [backend],
        extra_config: checks("resp_data.id == 7 && resp_data.name == 'Zo\u00eb' && 'x' in resp_data.tags"),
      },
      {
        endpoint: "/raw",
        output_encoding: "no-op",
        backend: [{ url_pattern: "/raw", extra_config: checks("resp_metadata_status == 200") }],
      },
      {
        endpoint: "/fixed",
        extra_config: {
          ...checks("resp_data.added == 1 && resp_data.id == 7"),
          proxy: { static: { strategy: "always", data: { added: 1 } } },
        },
        backend: [backend],
      },
      {
        endpoint: "/steps/{id}",
        extra_config: { proxy: { sequential: true } },
        backend: [
          backend,
          {
            url_pattern: "/next/{resp0_id}",
            extra_config: checks(
              "req_params.Resp0_id == '7' && req_params.Id == 'p' && req_path == '/next/7'",
            ),
          },
        ],
      },
    ],
  });
});

afterAll(async () => {
  await gateway.stop();
  await upstream.close();
});

async function ask(request: ClientRequest): Promise<readonly [number, string]> {
  const { status, body } = await send(gateway.port, request);
  return [status, body.toString()];
}

describe("checks", () => {
  it.each([
    "/post",
    "/post-backend",
  ])("%s refuses without a call, whatever body comes along", async (path) => {
    const before = upstream.requests.length;
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (const size of [10, 3_000_000, 10]) {
      const status = await post(agent, path, "b".repeat(size));
      expect(status).toBe(500);
    }
    agent.destroy();
    expect(upstream.requests.length).toBe(before);
  });

  it.each([
    [
      {
        path: "/star?q=%C3%A9&q",
        headers: [
          ["X-A", "1"],
          ["x-a", "2"],
        ],
      },
    ],
    [{ path: "/default?q=1", headers: [["X-A", "1"]] }],
    [{ path: "/param/%C3%A9%20x" }],
    [{ path: "/data" }],
    [{ path: "/fixed" }],
    [{ path: "/steps/p" }],
  ] as readonly [ClientRequest][])("see what came: %j", async (request) => {
    expect((await ask(request))[0]).toBe(200);
  });

  it("keep back an answer that is handed over as it is", async () => {
    for (let times = 0; times < 3; times += 1)
      expect(await ask({ path: "/raw" })).toEqual([500, "request aborted by evaluator #0"]);
  });
});

function post(agent: Agent, path: string, body: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { "Content-Length": Buffer.byteLength(body) };
    const request = httpRequest({
      agent,
      port: gateway.port,
      host: "127.0.0.1",
      method: "POST",
      path,
      headers,
    });
    request.on("response", (response) => {
      response.resume();
      response.on("end", () => resolve(response.statusCode ?? 0));
    });
    request.on("error", reject);
    request.end(body);
  });
}
