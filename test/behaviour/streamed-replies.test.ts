// The bytes of replies that are handed on as they arrive: the head, the framing, and how they end.
import net from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startGateway, type TestGateway } from "../support/gateway.js";
import { cutAfter, type MockUpstream, raw, startUpstream } from "../support/mock-upstream.js";

/** Around the size up to which a first piece goes out with the head. */
const SIZES = [0, 1, 700, 16 * 1024 - 1, 16 * 1024, 16 * 1024 + 1, 200_000];
const HEAD = "HTTP/1.1 200 OK\r\nContent-Type: text/x\r\n";

const bodyOf = (size: number): string => "0123456789".repeat(Math.ceil(size / 10)).slice(0, size);
const sized = (size: number): string => `${HEAD}Content-Length: ${size}\r\n\r\n${bodyOf(size)}`;
const inChunks = (size: number): string => {
  const pieces = bodyOf(size).match(/.{1,5000}/g) ?? [];
  const framed = pieces.map((piece) => `${piece.length.toString(16)}\r\n${piece}\r\n`).join("");
  return `${HEAD}Transfer-Encoding: chunked\r\n\r\n${framed}0\r\n\r\n`;
};

let upstream: MockUpstream;
let gateway: TestGateway;

beforeAll(async () => {
  const routes = SIZES.flatMap((size) => [
    [`/sized-${size}`, raw(sized(size))] as const,
    [`/chunked-${size}`, raw(inChunks(size))] as const,
    [`/until-close-${size}`, raw(`${HEAD}\r\n${bodyOf(size)}`, "end")] as const,
  ]);
  const answers = {
    ...Object.fromEntries(routes),
    "/cut-behind-the-head": cutAfter(HEAD.length + 23, raw(sized(700))),
    "/cut-in-the-body": cutAfter(HEAD.length + 300, raw(sized(700))),
    "/cut-chunks": cutAfter(HEAD.length + 300, raw(inChunks(700))),
    "/nothing": raw("HTTP/1.1 204 No Content\r\n\r\n"),
  };
  upstream = await startUpstream(answers);
  gateway = await startGateway({
    host: [upstream.url],
    endpoints: Object.keys(answers).map((path) => ({
      endpoint: path,
      output_encoding: "no-op",
      backend: [{ url_pattern: path }],
    })),
  });
});

afterAll(async () => {
  await gateway.stop();
  upstream.close();
});

/** All bytes until the gateway ends the connection. */
function ask(path: string, version = "1.1"): Promise<string> {
  return new Promise((resolve) => {
    const socket = net.connect({ port: gateway.port, host: "127.0.0.1" });
    let seen = "";
    socket.on("data", (chunk) => {
      seen += chunk.toString("latin1");
    });
    socket.on("error", () => {});
    socket.on("close", () => resolve(seen));
    socket.write(`GET ${path} HTTP/${version}\r\nHost: a\r\nConnection: close\r\n\r\n`);
  });
}

function split(reply: string): { readonly head: string; readonly body: string } {
  const at = reply.indexOf("\r\n\r\n");
  return { head: reply.slice(0, at), body: reply.slice(at + 4) };
}

function unchunked(body: string): string {
  let text = "";
  let at = 0;
  for (;;) {
    const line = body.indexOf("\r\n", at);
    const size = Number.parseInt(body.slice(at, line), 16);
    if (size === 0) {
      expect(body.slice(at)).toBe("0\r\n\r\n");
      return text;
    }
    text += body.slice(line + 2, line + 2 + size);
    expect(body.slice(line + 2 + size, line + 4 + size)).toBe("\r\n");
    at = line + 4 + size;
  }
}

describe.each(SIZES)("a body of %i bytes", (size) => {
  it("with its length", async () => {
    const { head, body } = split(await ask(`/sized-${size}`));
    expect(head).toContain(`Content-Length: ${size}`);
    expect(body).toBe(bodyOf(size));
  });

  it.each(["chunked", "until-close"])("in chunks, come %s", async (kind) => {
    const { head, body } = split(await ask(`/${kind}-${size}`));
    expect(head).toContain("Transfer-Encoding: chunked");
    expect(unchunked(body)).toBe(bodyOf(size));
  });

  it("until the connection ends, to a client of HTTP/1.0", async () => {
    const { head, body } = split(await ask(`/chunked-${size}`, "1.0"));
    expect(head).not.toMatch(/Transfer-Encoding|Content-Length/);
    expect(body).toBe(bodyOf(size));
  });
});

describe("a reply that ends early", () => {
  it("has its head, and less of its body than it says", async () => {
    for (const path of ["/cut-behind-the-head", "/cut-in-the-body"]) {
      const { head, body } = split(await ask(path));
      expect(head).toContain("Content-Length: 700");
      expect(body.length).toBeLessThan(700);
      expect(bodyOf(700).startsWith(body)).toBe(true);
    }
  });

  it("has no last chunk", async () => {
    const { head, body } = split(await ask("/cut-chunks"));
    expect(head).toContain("Transfer-Encoding: chunked");
    expect(body).not.toContain("\r\n0\r\n");
  });

  it("is whole where it has no body", async () => {
    const { head, body } = split(await ask("/nothing"));
    expect(head).toMatch(/^HTTP\/1\.1 204 No Content\r\n/);
    expect(body).toBe("");
  });
});
