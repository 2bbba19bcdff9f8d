// Clients of HTTP/2 that end their connection without a word. node's own client says goodbye first, and so nobody
// would notice; these speak in frames of their own.
import { once } from "node:events";
import net from "node:net";
import tls from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Authority, createAuthority } from "../support/certificates.js";
import { startGateway, type TestGateway } from "../support/gateway.js";
import { until } from "../support/load.js";
import { hang, type MockUpstream, startUpstream } from "../support/mock-upstream.js";

let authority: Authority;
let upstream: MockUpstream;

beforeAll(async () => {
  authority = await createAuthority("Test Authority");
  upstream = await startUpstream({ "/hang": hang() });
});

afterAll(() => upstream.close());

const PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/** A frame without a payload, or with one, on a stream [RFC 9113 4.1]. */
function frame(type: number, flags: number, stream: number, payload = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** `GET /hang` of `x`, each name and value written out [RFC 7541 6.2.2]. */
function hangRequest(scheme: string): Buffer {
  const fields = { ":method": "GET", ":scheme": scheme, ":path": "/hang", ":authority": "x" };
  const text = (each: string): Buffer => Buffer.concat([Buffer.from([each.length]), Buffer.from(each)]);
  const block = Object.entries(fields).flatMap(([name, value]) => [
    Buffer.from([0]),
    text(name),
    text(value),
  ]);
  return frame(1, 0x5, 1, Buffer.concat(block));
}

describe.each(["TLS", "no TLS"] as const)("a client of HTTP/2 with %s that leaves without a word", (kind) => {
  let gateway: TestGateway;

  beforeAll(async () => {
    const own = await authority.issue("localhost", { names: ["localhost"] });
    const keys = [{ public_key: own.certificateFile, private_key: own.keyFile }];
    const more = kind === "TLS" ? { tls: { keys } } : { use_h2c: true };
    gateway = await startGateway({
      ...more,
      host: [upstream.url],
      timeout: "60s",
      endpoints: [{ endpoint: "/hang", backend: [{ url_pattern: "/hang" }] }],
    });
  });

  afterAll(() => gateway.stop());

  async function open(): Promise<net.Socket> {
    if (kind === "no TLS") return net.connect(gateway.port, "localhost");
    const socket = tls.connect({
      port: gateway.port,
      host: "localhost",
      ca: authority.certificate,
      ALPNProtocols: ["h2"],
    });
    await once(socket, "secureConnect");
    return socket;
  }

  it.each([
    ["after its first words", () => [PREFACE, frame(4, 0, 0)]],
    [
      "with a request under way",
      () => [PREFACE, frame(4, 0, 0), hangRequest(kind === "TLS" ? "https" : "http")],
    ],
  ] as const)("%s is forgotten at once, and its calls with it", async (_when, said) => {
    const socket = await open();
    const before = upstream.requests.length;
    for (const part of said()) socket.write(part);
    if (said().length > 2) await upstream.waitForRequests(before + 1);
    socket.resume();
    socket.end();
    const startedAt = performance.now();
    await once(socket, "close");
    expect(performance.now() - startedAt).toBeLessThan(2000);
    if (said().length > 2) await until(() => upstream.open === 0);
  });
});
