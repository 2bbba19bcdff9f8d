// TLS of the server and towards backends: versions, certificates, who is let in, what a failure says.
import { once } from "node:events";
import net from "node:net";
import tls from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Authority, createAuthority, type Identity } from "../support/certificates.js";
import { compileText, startGateway, type TestGateway } from "../support/gateway.js";
import { delayed, json, type MockUpstream, startUpstream } from "../support/mock-upstream.js";

interface Shown {
  readonly answer: string;
  readonly protocol: string | null;
  readonly subject: string;
}

/** Shakes hands, asks for `path`, and shows the whole answer; rejects with the fault of TLS. */
function get(port: number, path: string, options: tls.ConnectionOptions): Promise<Shown> {
  return new Promise((resolve, reject) => {
    const socket = tls.connect({ host: "127.0.0.1", port, servername: "gateway.example.com", ...options });
    let answer = "";
    let shown: Omit<Shown, "answer"> | undefined;
    socket.on("secureConnect", () => {
      shown = { protocol: socket.getProtocol(), subject: String(socket.getPeerCertificate().subject?.CN) };
      socket.write(`GET ${path} HTTP/1.1\r\nHost: gateway.example.com\r\nConnection: close\r\n\r\n`);
    });
    socket.on("data", (chunk: Buffer) => {
      answer += chunk.toString("latin1");
    });
    socket.on("error", reject);
    socket.on("close", () =>
      shown === undefined || answer === "" ? reject(new Error("closed")) : resolve({ ...shown, answer }),
    );
  });
}

let authority: Authority;
let upstream: MockUpstream;

beforeAll(async () => {
  authority = await createAuthority("Test Authority");
  upstream = await startUpstream({ "/a": json({ a: 1 }), "/slow": delayed(150, json({ slow: 1 })) });
});

afterAll(() => upstream.close());

const pairOf = ({ certificateFile, keyFile }: Identity): object => ({
  public_key: certificateFile,
  private_key: keyFile,
});

describe("the TLS of the server", () => {
  let gateway: TestGateway;
  let first: Identity;

  beforeAll(async () => {
    first = await authority.issue("gateway.example.com", { names: ["gateway.example.com"] });
    const second = await authority.issue("second", { names: ["*.second.example"] });
    const rsa = await authority.issue("second-rsa", { names: ["*.second.example"], rsa: true });
    gateway = await startGateway({
      host: [upstream.url],
      tls: { keys: [pairOf(first), pairOf(second), pairOf(rsa)], min_version: "TLS12" },
      endpoints: ["/a", "/slow"].map((path) => ({ endpoint: path, backend: [{ url_pattern: path }] })),
    });
  });

  afterAll(() => gateway.stop());

  it.each([
    ["TLSv1.2", "TLSv1.2"],
    ["TLSv1.3", "TLSv1.3"],
  ] as const)("answers over %s", async (maxVersion, protocol) => {
    const shown = await get(gateway.port, "/a", { ca: authority.certificate, maxVersion });
    expect(shown.protocol).toBe(protocol);
    expect(shown.subject).toBe("gateway.example.com");
    expect(shown.answer).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*\{"a":1\}$/);
  });

  it("refuses older versions", async () => {
    const options = { ca: authority.certificate, minVersion: "TLSv1", maxVersion: "TLSv1.1" } as const;
    await expect(get(gateway.port, "/a", { ...options, ciphers: "DEFAULT@SECLEVEL=0" })).rejects.toThrow(
      /alert protocol version/,
    );
  });

  it("shows the certificate of the host that is asked for, and one whose kind of key the client knows", async () => {
    const ask = (servername: string, more: object = {}): Promise<Shown> =>
      get(gateway.port, "/a", {
        ca: authority.certificate,
        servername,
        checkServerIdentity: () => undefined,
        ...more,
      });
    expect((await ask("api.second.example")).subject).toBe("second");
    const onlyRsa = {
      sigalgs: "rsa_pss_rsae_sha256:rsa_pkcs1_sha256:ecdsa_secp256r1_sha256",
      maxVersion: "TLSv1.2",
    };
    const rsaSuite = { ciphers: "ECDHE-RSA-AES128-GCM-SHA256", ...onlyRsa };
    expect((await ask("api.second.example", rsaSuite)).subject).toBe("second-rsa");
    expect((await ask("unknown.example")).subject).toBe("gateway.example.com");
  });

  it("keeps a connection, and takes requests one after the other", async () => {
    const socket = tls.connect({
      host: "127.0.0.1",
      port: gateway.port,
      ca: authority.certificate,
      servername: "gateway.example.com",
    });
    await once(socket, "secureConnect");
    const request = "GET /a HTTP/1.1\r\nHost: gateway.example.com\r\n\r\n";
    socket.write(request + request.slice(0, 20));
    await once(socket, "data");
    socket.write(request.slice(20));
    const [second] = (await once(socket, "data")) as [Buffer];
    expect(second.toString("latin1")).toMatch(/^HTTP\/1\.1 200 OK/);
    socket.destroy();
  });

  it("answers what was asked before a client ended its side, and ends its own", async () => {
    const below = net.connect({ host: "127.0.0.1", port: gateway.port, allowHalfOpen: true });
    const socket = tls.connect({
      socket: below,
      ca: authority.certificate,
      servername: "gateway.example.com",
    });
    await once(socket, "secureConnect");
    let answer = "";
    socket.on("data", (chunk: Buffer) => {
      answer += chunk.toString("latin1");
    });
    const request = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: gateway.example.com\r\n\r\n`;
    // The last of them is given up with its client, as in Go; those before it are not.
    socket.end(request("/slow") + request("/a"));
    await once(socket, "end");
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*\{"slow":1\}HTTP\/1\.1 500 /);
    socket.destroy();
  });

  it("tells who does not speak TLS", async () => {
    const socket = net.connect({ host: "127.0.0.1", port: gateway.port });
    socket.write("GET /a HTTP/1.1\r\nHost: gateway.example.com\r\n\r\n");
    const [answer] = (await once(socket, "data")) as [Buffer];
    expect(answer.toString("latin1")).toBe(
      "HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n",
    );
    await once(socket, "close");
  });

  it("forgets a client that ends its side during the handshake", async () => {
    const socket = net.connect({ host: "127.0.0.1", port: gateway.port });
    socket.end(Buffer.from([0x16, 3, 1]));
    socket.resume();
    const startedAt = performance.now();
    await once(socket, "close");
    expect(performance.now() - startedAt).toBeLessThan(2000);
  });

  it("survives clients that break the handshake off", async () => {
    for (const bytes of ["\x16\x03\x01", "\x16\x03\x01\x00\x05hello", ""]) {
      const socket = net.connect({ host: "127.0.0.1", port: gateway.port });
      await once(socket, "connect");
      await new Promise((resolve) => socket.write(bytes, "latin1", resolve));
      socket.destroy();
    }
    expect((await get(gateway.port, "/a", { ca: authority.certificate })).answer).toContain("200 OK");
  });
});

describe("clients with certificates", () => {
  it("are let in when a trusted authority vouches for them, and no others are", async () => {
    const server = await authority.issue("server", { names: ["gateway.example.com"] });
    const clients = await createAuthority("Clients");
    const known = await clients.issue("known");
    const stranger = await (await createAuthority("Strangers")).issue("stranger");
    const gateway = await startGateway({
      host: [upstream.url],
      tls: {
        keys: [pairOf(server)],
        enable_mtls: true,
        disable_system_ca_pool: true,
        ca_certs: [clients.certificateFile],
      },
      endpoints: [{ endpoint: "/a", backend: [{ url_pattern: "/a" }] }],
    });
    try {
      const ca = authority.certificate;
      const of = ({ certificate, key }: Identity): object => ({ cert: certificate, key });
      expect((await get(gateway.port, "/a", { ca, ...of(known) })).answer).toContain('{"a":1}');
      await expect(get(gateway.port, "/a", { ca })).rejects.toThrow(/certificate required|closed|ECONNRESET/);
      await expect(get(gateway.port, "/a", { ca, ...of(stranger) })).rejects.toThrow();
      expect(upstream.requests.filter(({ target }) => target === "/a").length).toBeGreaterThan(0);
    } finally {
      await gateway.stop();
    }
  });
});

describe("what cannot be read at start", () => {
  it("is said, all of it, and nothing listens", async () => {
    const { execFile } = await import("node:child_process");
    const { writeFileSync, mkdtempSync } = await import("node:fs");
    const { tmpdir } = await import("node:os");
    const { join } = await import("node:path");
    const other = await authority.issue("other");
    const file = join(mkdtempSync(join(tmpdir(), "gwc-tls-")), "gateway.cjs");
    const keys = [
      { public_key: "/nowhere/a.crt", private_key: other.keyFile },
      { public_key: authority.certificateFile, private_key: other.keyFile },
    ];
    writeFileSync(file, await compileText({ version: 3, port: 1, tls: { keys }, endpoints: [] }));
    const [code, output] = await new Promise<[number | null, string]>((resolve) => {
      const child = execFile(process.execPath, [file], (_fault, _out, err) => resolve([child.exitCode, err]));
    });
    expect(code).toBe(1);
    expect(output).toBe(
      `cannot start:\n  /nowhere/a.crt: ENOENT: no such file or directory\n` +
        `  ${authority.certificateFile} with ${other.keyFile}: the key does not belong to the certificate\n`,
    );
  });
});

/** A backend of TLS that answers every request with `{"ok":true}`. */
async function secureUpstream(options: tls.TlsOptions): Promise<tls.Server> {
  const server = tls.createServer(options, (socket) => {
    socket.on("error", () => {});
    socket.on("data", () => {
      const subject = socket.getPeerCertificate().subject?.CN ?? "nobody";
      const body = JSON.stringify({
        protocol: socket.getProtocol(),
        client: subject,
        reused: socket.isSessionReused(),
      });
      socket.write(
        `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      );
    });
  });
  server.on("tlsClientError", () => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

const portOf = (server: net.Server): number => (server.address() as net.AddressInfo).port;

describe("TLS towards backends", () => {
  let backend: Identity;
  let servers: net.Server[];
  const endpoints: object[] = [];
  let good: TestGateway;

  beforeAll(async () => {
    const both = ["localhost", "127.0.0.1"];
    backend = await authority.issue("backend", { names: both });
    const expired = await authority.issue("expired", { names: both, days: -1 });
    const elsewhere = await authority.issue("elsewhere", { names: ["elsewhere.example"] });
    const nameless = await authority.issue("localhost");
    const stranger = await (await createAuthority("Strangers")).issue("stranger", { names: both });
    const of = ({ certificate, key }: Identity): tls.TlsOptions => ({ cert: certificate, key });
    const plain = net.createServer((socket) => {
      socket.on("error", () => {});
      socket.once("data", () => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
    });
    const silent = net.createServer((socket) => {
      socket.on("error", () => {});
      socket.once("data", () => socket.end());
    });
    const named: Record<string, net.Server> = {
      good: await secureUpstream(of(backend)),
      twelve: await secureUpstream({ ...of(backend), maxVersion: "TLSv1.2" }),
      mutual: await secureUpstream({ ...of(backend), requestCert: true, ca: authority.certificate }),
      expired: await secureUpstream(of(expired)),
      elsewhere: await secureUpstream(of(elsewhere)),
      nameless: await secureUpstream(of(nameless)),
      stranger: await secureUpstream(of(stranger)),
      plain: await new Promise((resolve) => plain.listen(0, "127.0.0.1", () => resolve(plain))),
      silent: await new Promise((resolve) => silent.listen(0, "127.0.0.1", () => resolve(silent))),
    };
    servers = Object.values(named);
    for (const [name, server] of Object.entries(named)) {
      for (const host of ["localhost", "127.0.0.1"]) {
        endpoints.push({
          endpoint: `/${name}/${host === "localhost" ? "name" : "address"}`,
          backend: [{ url_pattern: "/x", host: [`https://${host}:${portOf(server)}`] }],
        });
      }
    }
    good = await gatewayWith({
      ca_certs: [authority.certificateFile],
      disable_system_ca_pool: true,
      min_version: "TLS12",
      client_certs: [{ certificate: backend.certificateFile, private_key: backend.keyFile }],
    });
  });

  afterAll(async () => {
    await good.stop();
    for (const server of servers) server.close();
  });

  function gatewayWith(client_tls: object | undefined, more: object = {}): Promise<TestGateway> {
    return startGateway({
      endpoints,
      extra_config: { router: { return_error_msg: true } },
      ...(client_tls === undefined ? {} : { client_tls }),
      ...more,
    });
  }

  async function ask(gateway: TestGateway, path: string): Promise<string> {
    const answer = await fetch(`http://127.0.0.1:${gateway.port}${path}`);
    return (await answer.text()).replace(/^Get "https:\/\/[^"]*": /, "");
  }

  it("trusts the configured authority, by name and by address, and shows its own certificate", async () => {
    for (const host of ["name", "address"]) {
      expect(JSON.parse(await ask(good, `/good/${host}`))).toMatchObject({
        protocol: "TLSv1.3",
        client: "nobody",
      });
    }
    expect(JSON.parse(await ask(good, "/mutual/name"))).toMatchObject({ client: "backend" });
    expect(JSON.parse(await ask(good, "/twelve/name"))).toMatchObject({ protocol: "TLSv1.2" });
  });

  it.each([
    ["/expired/name", "tls: failed to verify certificate: x509: certificate has expired or is not yet valid"],
    [
      "/elsewhere/name",
      "tls: failed to verify certificate: x509: certificate is valid for elsewhere.example, not localhost",
    ],
    [
      "/elsewhere/address",
      "tls: failed to verify certificate: x509: cannot validate certificate for 127.0.0.1 because it doesn't contain any IP SANs",
    ],
    [
      "/nameless/name",
      "tls: failed to verify certificate: x509: certificate relies on legacy Common Name field, use SANs instead",
    ],
    ["/stranger/name", "tls: failed to verify certificate: x509: certificate signed by unknown authority"],
    ["/plain/name", "http: server gave HTTP response to HTTPS client"],
    ["/silent/name", "EOF"],
  ])("%s fails with %s", async (path, text) => {
    expect(await ask(good, path)).toBe(text);
  });

  it("speaks TLS 1.3 alone when there is a block without versions, and trusts the system without one", async () => {
    const strict = await gatewayWith({ ca_certs: [authority.certificateFile] });
    const bare = await gatewayWith(undefined);
    try {
      expect(JSON.parse(await ask(strict, "/good/name"))).toMatchObject({ protocol: "TLSv1.3" });
      expect(await ask(strict, "/twelve/name")).toBe("remote error: tls: protocol version not supported");
      expect(await ask(strict, "/mutual/name")).toBe("remote error: tls: certificate required");
      expect(await ask(bare, "/good/name")).toBe(
        "tls: failed to verify certificate: x509: certificate signed by unknown authority",
      );
    } finally {
      await strict.stop();
      await bare.stop();
    }
  });

  it("takes any certificate where that is asked for", async () => {
    const careless = await gatewayWith(undefined, { allow_insecure_connections: true });
    try {
      for (const name of ["good", "expired", "stranger", "elsewhere", "nameless"]) {
        expect(JSON.parse(await ask(careless, `/${name}/name`))).toMatchObject({ protocol: "TLSv1.3" });
      }
      expect(await ask(careless, "/twelve/name")).toBe("remote error: tls: protocol version not supported");
    } finally {
      await careless.stop();
    }
  });
});
