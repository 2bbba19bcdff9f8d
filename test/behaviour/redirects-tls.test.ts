// Backends that send requests from TLS to places without it and back: what goes along, whose certificates count.
import https from "node:https";
import type { AddressInfo } from "node:net";
import type { TLSSocket } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Authority, createAuthority, type Identity } from "../support/certificates.js";
import { startGateway, type TestGateway } from "../support/gateway.js";
import { send } from "../support/http.js";
import {
  type Answer,
  answer,
  json,
  type MockUpstream,
  startUpstream,
  type UpstreamRequest,
} from "../support/mock-upstream.js";

interface Echo {
  readonly scheme: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Subject of the certificate that the gateway showed. */
  readonly shown?: string;
}

const portOf = (server: https.Server): number => (server.address() as AddressInfo).port;
const to = (location: string, status = 302): Answer =>
  answer("", { status, headers: [["Location", location]] });

function echo({ method, headers, body }: UpstreamRequest): Answer {
  const lower = headers.map(([name, value]) => [name.toLowerCase(), value]);
  return json({ scheme: "http", method, headers: Object.fromEntries(lower), body: body.toString() });
}

/** Asks for a certificate, and takes any. */
function startSecure(identity: Identity, places: Readonly<Record<string, () => string>>): https.Server {
  const options = {
    cert: identity.certificate,
    key: identity.key,
    requestCert: true,
    rejectUnauthorized: false,
  };
  const server = https.createServer(options, (request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on("end", () => {
      const [path = "", status = "302"] = (request.url ?? "").split("?");
      const location = places[path]?.();
      if (location !== undefined) return response.writeHead(Number(status), { Location: location }).end();
      const { CN: shown } = (request.socket as TLSSocket).getPeerCertificate().subject ?? {};
      const { method, headers } = request;
      response.setHeader("Content-Type", "application/json");
      return response.end(JSON.stringify({ scheme: "https", method, headers, body, shown }));
    });
  });
  return server.listen(0, "127.0.0.1");
}

let authority: Authority;
let plain: MockUpstream;
let secure: https.Server;
let stranger: https.Server;
let gateway: TestGateway;
const secrets = { Authorization: "Bearer t", Cookie: "a=1", "X-Own": "x" };

beforeAll(async () => {
  authority = await createAuthority("Test Authority");
  const other = await createAuthority("Another Authority");
  plain = await startUpstream({
    "/echo": echo,
    "/up": () => to(`https://localhost:${portOf(secure)}/echo`),
    "/up-keep": () => to(`https://localhost:${portOf(secure)}/echo`, 307),
    "/up-and-down": () => to(`https://localhost:${portOf(secure)}/down`),
    "/up-by-address": () => to(`https://127.0.0.1:${portOf(secure)}/echo`),
    "/stranger": () => to(`https://localhost:${portOf(stranger)}/echo`),
  });
  const named = { names: ["localhost"] };
  const places = {
    "/down": () => `http://localhost:${plain.port}/echo`,
    "/down-elsewhere": () => `http://127.0.0.1:${plain.port}/echo`,
    "/same": () => "/echo",
  };
  secure = startSecure(await authority.issue("backend", named), places);
  stranger = startSecure(await other.issue("stranger", named), places);
  const own = await authority.issue("gateway", {});
  const backend = (host: string, more: object = {}): object => ({
    url_pattern: "/{p}",
    host: [host],
    ...more,
  });
  const endpoint = (name: string, one: object, more: object = {}): object => ({
    endpoint: `/${name}/{p}`,
    input_headers: ["*"],
    input_query_strings: ["*"],
    ...more,
    backend: [one],
  });
  const held = { extra_config: { "backend/http/client": { send_body_on_redirect: true } } };
  const [http, tls] = [`http://localhost:${plain.port}`, `https://localhost:${portOf(secure)}`];
  gateway = await startGateway({
    extra_config: { router: { return_error_msg: true } },
    client_tls: {
      ca_certs: [authority.certificateFile],
      client_certs: [{ certificate: own.certificateFile, private_key: own.keyFile }],
    },
    endpoints: [
      endpoint("plain", backend(http)),
      endpoint("secure", backend(tls)),
      endpoint("relay", backend(http), { output_encoding: "no-op" }),
      endpoint("post", backend(http, held), { method: "POST" }),
      endpoint("known", backend(http.replace("//", "//ada:pass@"), { disable_host_sanitize: true })),
    ],
  });
});

afterAll(async () => {
  await gateway.stop();
  await plain.close();
  for (const server of [secure, stranger]) {
    server.close();
    server.closeAllConnections();
  }
});

async function get(path: string, headers: Record<string, string> = {}): Promise<Echo> {
  const reply = await send(gateway.port, { path, headers });
  expect([reply.status, reply.body.toString()]).toEqual([200, expect.stringContaining("{")]);
  return JSON.parse(reply.body.toString()) as Echo;
}

async function failure(path: string): Promise<string> {
  const reply = await send(gateway.port, { path });
  expect(reply.status).toBe(500);
  return reply.body.toString();
}

describe.each(["plain", "relay"])("from http to https, /%s", (kind) => {
  it("all goes along on the same host, and the place before is told", async () => {
    const { scheme, headers } = await get(`/${kind}/up`, secrets);
    expect(scheme).toBe("https");
    expect(headers).toMatchObject({ authorization: "Bearer t", cookie: "a=1", "x-own": "x" });
    expect(headers.referer).toBe(`http://localhost:${plain.port}/up`);
    expect(headers.host).toBe(`localhost:${portOf(secure)}`);
  });

  it("the gateway shows its own certificate", async () => {
    expect((await get(`/${kind}/up`)).shown).toBe("gateway");
  });

  it.each([
    ["stranger", "tls: failed to verify certificate: x509: certificate signed by unknown authority"],
    ["up-by-address", "cannot validate certificate for 127.0.0.1 because it doesn't contain any IP SANs"],
  ])("%s is refused", async (path, reason) => {
    const said = await failure(`/${kind}/${path}`);
    expect(said).toContain(reason);
    expect(said).toMatch(/^Get "https:\/\/[^"]*\/echo": /);
  });
});

describe("from https to http", () => {
  it("secrets go along on the same host, as in Go, but not the place before", async () => {
    const { scheme, headers } = await get("/secure/down", secrets);
    expect(scheme).toBe("http");
    expect(headers).toMatchObject({ authorization: "Bearer t", cookie: "a=1", "x-own": "x" });
    expect(headers.referer).toBeUndefined();
  });

  it("what the client gave as Referer stays", async () => {
    const { headers } = await get("/secure/down", { Referer: "https://c.example.com/" });
    expect(headers.referer).toBe("https://c.example.com/");
  });

  it("secrets stay behind on another host", async () => {
    const { headers } = await get("/secure/down-elsewhere", secrets);
    expect(headers["x-own"]).toBe("x");
    expect([headers.authorization, headers.cookie, headers.referer]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});

it("goes up and down again", async () => {
  const { scheme, headers } = await get("/plain/up-and-down", secrets);
  expect([scheme, headers.authorization, headers.referer]).toEqual(["http", "Bearer t", undefined]);
});

it("stays with TLS where the reference is relative", async () => {
  const { scheme, headers } = await get("/secure/same");
  expect([scheme, headers.referer]).toEqual(["https", `https://localhost:${portOf(secure)}/same`]);
});

it("keeps a body that is held, and its method", async () => {
  const reply = await send(gateway.port, { method: "POST", path: "/post/up-keep", body: "abc" });
  expect(JSON.parse(reply.body.toString())).toMatchObject({ scheme: "https", method: "POST", body: "abc" });
});

it("credentials of a host are not told to the next place, nor in Referer", async () => {
  const { headers } = await get("/known/up");
  expect([headers.authorization, headers.referer]).toEqual([undefined, `http://localhost:${plain.port}/up`]);
});
