// Calls to backends through the proxy that the environment of the gateway names.
import http from "node:http";
import net from "node:net";
import tls from "node:tls";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Authority, createAuthority } from "../support/certificates.js";
import { startGateway, type TestGateway } from "../support/gateway.js";

interface Seen {
  readonly line: string;
  readonly authorization: string | undefined;
  readonly host: string | undefined;
}

let authority: Authority;
let backend: tls.Server;
let proxy: http.Server;
let gateway: TestGateway;
const seen: Seen[] = [];
const portOf = (server: net.Server): number => (server.address() as net.AddressInfo).port;

function note({ method, url, headers }: http.IncomingMessage): void {
  seen.push({ line: `${method} ${url}`, authorization: headers["proxy-authorization"], host: headers.host });
}

/** Answers plain requests itself, and leads every tunnel to the one backend of TLS. */
function startProxy(): Promise<http.Server> {
  const server = http.createServer((request, response) => {
    note(request);
    request.resume();
    response.setHeader("Content-Type", "application/json").end('{"by":"proxy"}');
  });
  server.on("connect", (request: http.IncomingMessage, socket: net.Socket) => {
    note(request);
    socket.on("error", () => {});
    if (request.url?.startsWith("refused")) {
      socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
      return;
    }
    const target = net.connect(portOf(backend), "127.0.0.1", () => {
      const open = (): void => {
        socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
        target.pipe(socket).pipe(target);
      };
      setTimeout(open, request.url?.startsWith("slow") ? 400 : 0);
    });
    target.on("error", () => socket.destroy());
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

beforeAll(async () => {
  authority = await createAuthority("Test Authority");
  const own = await authority.issue("secure.example.com", {
    names: ["secure.example.com", "slow.example.com"],
  });
  backend = tls.createServer({ cert: own.certificate, key: own.key }, (socket) => {
    socket.on("error", () => {});
    let bytes = 0;
    socket.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      const text = chunk.toString("latin1");
      if (!text.startsWith("GET ") && bytes < 500_000) return;
      const body = JSON.stringify({ by: "backend", line: text.split("\r\n")[0], large: "x".repeat(200_000) });
      socket.write(
        `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      );
      bytes = 0;
    });
  });
  await new Promise<void>((resolve) => backend.listen(0, "127.0.0.1", resolve));
  proxy = await startProxy();
  const url = `http://user:secret@127.0.0.1:${portOf(proxy)}`;
  const endpoint = (name: string, host: string, more: object = {}): object => ({
    endpoint: `/${name}`,
    ...more,
    backend: [{ url_pattern: "/x", host: [host], ...more }],
  });
  const environment = { HTTP_PROXY: url, HTTPS_PROXY: url, NO_PROXY: "direct.example.com" };
  gateway = await startGateway(
    {
      extra_config: { router: { return_error_msg: true } },
      dialer_timeout: "200ms",
      client_tls: { ca_certs: [authority.certificateFile] },
      endpoints: [
        endpoint("plain", "http://plain.example.com"),
        endpoint("secure", "https://secure.example.com"),
        endpoint("upload", "https://secure.example.com", { method: "POST" }),
        endpoint("other", "https://other.example.com"),
        endpoint("slow", "https://slow.example.com"),
        endpoint("refused", "https://refused.example.com"),
        endpoint("direct", "http://direct.example.com:8181"),
        endpoint("local", `http://127.0.0.1:${portOf(proxy)}`),
      ],
    },
    { environment },
  );
});

afterAll(async () => {
  await gateway.stop();
  backend.close();
  proxy.close();
  proxy.closeAllConnections();
});

async function ask(path: string, init: RequestInit = {}): Promise<string> {
  return (await fetch(`http://127.0.0.1:${gateway.port}${path}`, init)).text();
}

const authorization = `Basic ${Buffer.from("user:secret").toString("base64")}`;

it("names the host in the target of a plain request", async () => {
  seen.length = 0;
  expect(await ask("/plain")).toBe('{"by":"proxy"}');
  expect(seen).toEqual([
    { line: "GET http://plain.example.com/x", authorization, host: "plain.example.com" },
  ]);
});

it("tunnels TLS, whose certificate is still checked, and keeps the tunnel", async () => {
  seen.length = 0;
  for (let count = 0; count < 3; count += 1) {
    expect(JSON.parse(await ask("/secure"))).toMatchObject({ by: "backend", line: "GET /x HTTP/1.1" });
  }
  const body = "y".repeat(500_000);
  expect(JSON.parse(await ask("/upload", { method: "POST", body }))).toMatchObject({ by: "backend" });
  expect(seen).toEqual([
    { line: "CONNECT secure.example.com:443", authorization, host: "secure.example.com:443" },
  ]);
  expect(await ask("/other")).toContain(
    "x509: certificate is valid for secure.example.com, slow.example.com, not other.example.com",
  );
});

it("counts the connection to the proxy as the dial, not what comes after it", async () => {
  expect(JSON.parse(await ask("/slow"))).toMatchObject({ by: "backend" });
});

it("says where the way to the proxy ends", async () => {
  const lost = await startGateway(
    {
      extra_config: { router: { return_error_msg: true } },
      endpoints: ["http", "https"].map((scheme) => ({
        endpoint: `/${scheme}`,
        backend: [{ url_pattern: "/x", host: [`${scheme}://a.example.com`] }],
      })),
    },
    { environment: { http_proxy: "127.0.0.1:1", https_proxy: "127.0.0.1:1" } },
  );
  try {
    for (const scheme of ["http", "https"]) {
      const said = await fetch(`http://127.0.0.1:${lost.port}/${scheme}`);
      expect(await said.text()).toBe(
        `Get "${scheme}://a.example.com/x": proxyconnect tcp: dial tcp 127.0.0.1:1: connect: connection refused`,
      );
    }
  } finally {
    await lost.stop();
  }
});

it("says what the proxy said", async () => {
  expect(await ask("/refused")).toBe('Get "https://refused.example.com/x": Forbidden');
});

it("leaves loopback and the exceptions alone", async () => {
  seen.length = 0;
  await ask("/local");
  expect(seen).toEqual([{ line: "GET /x", authorization: undefined, host: `127.0.0.1:${portOf(proxy)}` }]);
  await ask("/direct");
  expect(seen).toHaveLength(1);
});
