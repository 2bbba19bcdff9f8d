// Backends that send requests elsewhere: what goes along, to whom, and when it stops.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startGateway, type TestGateway } from "../support/gateway.js";
import { send } from "../support/http.js";
import {
  type Answer,
  answer,
  chunked,
  cutAfter,
  hang,
  json,
  type MockUpstream,
  raw,
  startUpstream,
  type UpstreamRequest,
} from "../support/mock-upstream.js";
import { headerValue } from "../support/wire.js";

function to(location: string, status = 302, body = ""): Answer {
  return answer(body, { status, headers: [["Location", location]] });
}

function echo(request: UpstreamRequest): Answer {
  const { method, target, headers, body } = request;
  return json({ method, target, headers: Object.fromEntries(headers), body: body.toString() });
}

let here: MockUpstream;
let there: MockUpstream;
let gateway: TestGateway;
let elsewhere = "";

beforeAll(async () => {
  there = await startUpstream({
    "/echo": echo,
    "/home": () => to(`${here.url}/echo`),
    "/back": to("/echo", 307),
    "/a/up": to("../echo?x=1"),
  });
  // The same address under another name.
  elsewhere = `http://localhost:${there.port}`;
  here = await startUpstream({
    "/echo": echo,
    "/away": () => to(`${there.url}/echo`),
    "/other-name": () => to(`${elsewhere}/echo`),
    "/and-back": () => to(`${elsewhere}/home`),
    "/keep": () => to(`${there.url}/echo`, 307),
    "/drop-then-keep": () => to(`${there.url}/back`, 303),
    "/relative": () => to(`${there.url}/a/up`),
    "/loop": to("/loop"),
    "/ftp": to("ftp://files.example.com/a"),
    "/bad": to("/%zz"),
    "/refused": to("http://127.0.0.1:1/a", 302),
    "/nowhere": answer("{}", { status: 302 }),
    "/not-modified": answer("", { status: 304, headers: [["Location", "/echo"]] }),
    "/choices": answer('{"a":1}', { status: 300, headers: [["Location", "/echo"]] }),
    "/small": to("/echo", 302, "x".repeat(2000)),
    "/large": to("/echo", 302, "x".repeat(100_000)),
    "/chunks": chunked(["x".repeat(1000), "y".repeat(1900)], {
      status: 302,
      headers: [["Location", "/echo"]],
    }),
    "/cut": cutAfter(80, to("/echo", 302, "x".repeat(500))),
    "/stalls": [
      ...raw("HTTP/1.1 302 Found\r\nLocation: /echo\r\nContent-Length: 5\r\n\r\nab"),
      { last: "hang" },
    ],
    "/hangs": hang(),
    "/zipped": answer("no gzip", {
      status: 302,
      headers: [
        ["Location", "/echo"],
        ["Content-Encoding", "gzip"],
      ],
    }),
    "/split": raw("HTTP/1.1 302 Found\r\nLocation: /e cho\r\nContent-Length: 0\r\n\r\n"),
  });
  there.requests.length = 0;
  const relayed = { output_encoding: "no-op" };
  const again = { "backend/http/client": { send_body_on_redirect: true } };
  gateway = await startGateway({
    host: [here.url],
    timeout: "1s",
    extra_config: { router: { return_error_msg: true } },
    endpoints: [
      { endpoint: "/get/{p}", input_headers: ["*"], backend: [{ url_pattern: "/{p}" }] },
      { endpoint: "/relay/{p}", input_headers: ["*"], ...relayed, backend: [{ url_pattern: "/{p}" }] },
      { endpoint: "/post/{p}", method: "POST", input_headers: ["*"], backend: [{ url_pattern: "/{p}" }] },
      {
        endpoint: "/again/{p}",
        method: "POST",
        input_headers: ["*"],
        backend: [{ url_pattern: "/{p}", extra_config: again }],
      },
      {
        endpoint: "/secret/{p}",
        backend: [
          {
            url_pattern: "/{p}",
            host: [here.url.replace("//", "//ada:pass@")],
            disable_host_sanitize: true,
          },
        ],
      },
    ],
  });
});

afterAll(async () => {
  await gateway.stop();
  await here.close();
  await there.close();
});

beforeEach(() => {
  here.requests.length = 0;
  there.requests.length = 0;
});

interface Echo {
  readonly method: string;
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

async function get(path: string, headers: Record<string, string> = {}): Promise<Echo> {
  const reply = await send(gateway.port, { path, headers });
  expect(reply.status).toBe(200);
  return JSON.parse(reply.body.toString()) as Echo;
}

async function post(path: string, headers: Record<string, string> = {}, body = "abc"): Promise<Echo> {
  const reply = await send(gateway.port, { method: "POST", path, headers, body });
  expect(reply.status).toBe(200);
  return JSON.parse(reply.body.toString()) as Echo;
}

async function failure(path: string): Promise<string> {
  const reply = await send(gateway.port, { path });
  expect(reply.status).toBe(500);
  return reply.body.toString();
}

const secrets = { Authorization: "Bearer t", Cookie: "a=1", "X-Own": "x", "Content-Type": "text/x" };

describe.each(["get", "relay"])("/%s", (kind) => {
  it("goes to another port of the same host with its secrets", async () => {
    const { headers } = await get(`/${kind}/away`, secrets);
    expect(headers).toMatchObject({ Authorization: "Bearer t", Cookie: "a=1", "X-Own": "x" });
    expect(headers.Referer).toBe(`${here.url}/away`);
    expect(headers.Host).toBe(`127.0.0.1:${there.port}`);
    expect(headers["Content-Type"]).toBeUndefined();
  });

  it("leaves its secrets behind when it goes to another name", async () => {
    const { headers } = await get(`/${kind}/other-name`, secrets);
    expect(headers["X-Own"]).toBe("x");
    expect(headers.Authorization).toBeUndefined();
    expect(headers.Cookie).toBeUndefined();
  });

  it("follows relative references from where it is", async () => {
    expect((await get(`/${kind}/relative`)).target).toBe("/echo?x=1");
  });

  it("keeps a Referer of the client's", async () => {
    expect((await get(`/${kind}/away`, { Referer: "http://c.example.com/" })).headers.Referer).toBe(
      "http://c.example.com/",
    );
  });

  it("asks for what the reference says once its bytes are escaped", async () => {
    expect(await failureOrStatus(`/${kind}/split`)).toBe(kind === "relay" ? 404 : 500);
    expect(here.requests.at(-1)?.target).toBe("/e%20cho");
  });

  it.each([
    ["loop", 'Get "/loop": stopped after 10 redirects'],
    ["ftp", 'Get "ftp://files.example.com/a": unsupported protocol scheme "ftp"'],
    ["refused", 'Get "http://127.0.0.1:1/a": dial tcp 127.0.0.1:1: connect: connection refused'],
    ["hangs", "context deadline exceeded"],
    ["stalls", "context deadline exceeded"],
  ])("%s fails", async (path, message) => {
    expect(await failure(`/${kind}/${path}`)).toBe(message);
  });

  it("a reference that is none fails", async () => {
    expect(await failure(`/${kind}/bad`)).toBe(
      `Get "${here.url}/bad": failed to parse Location header "/%zz": parse "/%zz": invalid URL escape "%zz"`,
    );
  });

  it("makes ten requests at most", async () => {
    await failure(`/${kind}/loop`);
    expect(here.requests).toHaveLength(10);
  });

  it.each([
    "cut",
    "chunks",
    "large",
    "small",
    "zipped",
  ])("what an answer holds besides does not matter: %s", async (path) => {
    expect((await get(`/${kind}/${path}`)).target).toBe("/echo");
  });
});

async function failureOrStatus(path: string): Promise<number> {
  return (await send(gateway.port, { path })).status;
}

it("keeps the connection after a small answer alone", async () => {
  await get("/get/small");
  const [first, second] = here.requests;
  expect(second?.connection).toBe(first?.connection);
  here.requests.length = 0;
  await get("/get/large");
  const [third, fourth] = here.requests;
  expect(fourth?.connection).not.toBe(third?.connection);
});

it.each([
  ["nowhere", 302],
  ["not-modified", 304],
  ["choices", 300],
])("%s is an answer itself", async (path, status) => {
  expect((await send(gateway.port, { path: `/relay/${path}` })).status).toBe(status);
  expect(await failure(`/get/${path}`)).toContain(`invalid status code ${status}`);
});

it("a body that has gone is not sent again, and the answer is the redirect", async () => {
  expect((await send(gateway.port, { method: "POST", path: "/post/keep", body: "abc" })).status).toBe(500);
  expect(there.requests).toHaveLength(0);
});

it("a body that is held is sent again, with its length and type", async () => {
  const said = await post("/again/keep", { "Content-Type": "text/x" });
  expect(said).toMatchObject({ method: "POST", body: "abc" });
  expect(said.headers).toMatchObject({ "Content-Type": "text/x", "Content-Length": "3" });
});

it("a body once left behind stays behind", async () => {
  const said = await post("/again/drop-then-keep", { "Content-Type": "text/x" });
  expect(said).toMatchObject({ method: "GET", body: "" });
  expect(said.headers["Content-Type"]).toBeUndefined();
  expect(headerValue(there.requests[1]!.headers, "content-length")).toBeUndefined();
});

it("secrets once left behind stay behind", async () => {
  const { headers } = await get("/get/and-back", secrets);
  expect(headers.Host).toBe(`127.0.0.1:${here.port}`);
  expect(headers.Authorization).toBeUndefined();
  expect(headers["X-Own"]).toBe("x");
});

it("credentials of a host go to that host alone, and no error shows the password", async () => {
  const expected = `Basic ${Buffer.from("ada:pass").toString("base64")}`;
  expect((await get("/secret/small")).headers.Authorization).toBe(expected);
  const away = await get("/secret/away");
  expect(away.headers.Authorization).toBeUndefined();
  expect(away.headers.Referer).toBe(`${here.url}/away`);
  expect(await failure("/secret/bad")).toContain("//ada:***@");
});

it("the deadline of the endpoint holds for all requests together", async () => {
  const started = performance.now();
  await failure("/get/stalls");
  expect(performance.now() - started).toBeLessThan(1500);
});
