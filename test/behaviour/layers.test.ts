// What stands around all routes, in its order: CORS, then the router's own answers, then the guard.
import net from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startGateway, type TestGateway } from "../support/gateway.js";
import { type ClientResponse, send } from "../support/http.js";
import { answer, json, type MockUpstream, startUpstream } from "../support/mock-upstream.js";

let upstream: MockUpstream;
let gateway: TestGateway;

/** Which of the layers have left their mark on an answer. */
function marks(response: ClientResponse): readonly string[] {
  const named = response.headers.map(([name, value]) => `${name.toLowerCase()}: ${value}`);
  const known = /^(?:vary|access-control-[\w-]+|x-frame-options|allow|location|content-security-policy):/;
  return named.filter((each) => known.test(each)).sort();
}

const seen = async (
  path: string,
  method = "GET",
  headers: Record<string, string> = {},
): Promise<unknown[]> => {
  const response = await send(gateway.port, { method, path, headers });
  return [response.status, ...marks(response)];
};

const page = { Origin: "https://app.example.com" };
const readable = ["access-control-allow-origin: https://app.example.com", "vary: Origin"];

beforeAll(async () => {
  upstream = await startUpstream({
    "/items": json({ a: 1 }),
    "/raw": answer("raw", {
      headers: [
        ["Vary", "Accept"],
        ["X-Frame-Options", "SAMEORIGIN"],
      ],
    }),
  });
  gateway = await startGateway({
    host: [upstream.url],
    debug_endpoint: true,
    extra_config: {
      router: { auto_options: true },
      "security/cors": { allow_origins: ["https://app.example.com"], allow_methods: ["GET"] },
      "security/http": { allowed_hosts: ["good.example.com"], frame_deny: true },
      "security/bot-detector": { deny: ["bot"] },
    },
    endpoints: [
      { endpoint: "/items", backend: [{ url_pattern: "/items" }] },
      { endpoint: "/items/{id}", backend: [{ url_pattern: "/items" }] },
      { endpoint: "/raw", output_encoding: "no-op", backend: [{ url_pattern: "/raw" }] },
    ],
  });
});
afterAll(async () => {
  await gateway.stop();
  await upstream.close();
});

describe("the layers around the routes", () => {
  const host = { Host: "good.example.com" };

  it("all leave their mark on an answer of a route", async () => {
    expect(await seen("/items", "GET", { ...host, ...page })).toEqual([
      200,
      ...readable,
      "x-frame-options: DENY",
    ]);
  });

  it("add to what a backend sent, and do not take its place", async () => {
    expect(await seen("/raw", "GET", { ...host, ...page })).toEqual([
      200,
      "access-control-allow-origin: https://app.example.com",
      "vary: Accept",
      "vary: Origin",
      "x-frame-options: DENY",
      "x-frame-options: SAMEORIGIN",
    ]);
  });

  it("let only CORS see health and redirects", async () => {
    expect(await seen("/__health", "GET", page)).toEqual([200, ...readable]);
    expect(await seen("/items/", "GET", page)).toEqual([
      301,
      "access-control-allow-origin: https://app.example.com",
      "location: /items",
      "vary: Origin",
    ]);
  });

  it("answer a preflight of any path before all else", async () => {
    const preflight = { ...page, "Access-Control-Request-Method": "GET", "User-Agent": "bot" };
    expect(await seen("/nowhere", "OPTIONS", preflight)).toEqual([
      204,
      "access-control-allow-methods: GET",
      "access-control-allow-origin: https://app.example.com",
      "vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
    ]);
  });

  it("check parameters before the guard", async () => {
    expect(await seen("/items/a%253fb", "GET", { "User-Agent": "bot" })).toEqual([400, "vary: Origin"]);
  });

  it("refuse hosts first, and then bots, with the headers of what lies outside", async () => {
    const bot = { "User-Agent": "bot" };
    expect(await seen("/items", "GET", { ...bot, ...page })).toEqual([500, ...readable]);
    expect(await seen("/items", "GET", { ...bot, ...host })).toEqual([
      403,
      "vary: Origin",
      "x-frame-options: DENY",
    ]);
  });

  it("guard unknown paths and other methods, whose refusal names the methods", async () => {
    expect(await seen("/nowhere")).toEqual([500, "vary: Origin"]);
    expect(await seen("/nowhere", "GET", host)).toEqual([404, "vary: Origin", "x-frame-options: DENY"]);
    expect(await seen("/items", "PUT")).toEqual([500, "allow: GET, OPTIONS", "vary: Origin"]);
    expect(await seen("/items", "PUT", host)).toEqual([
      405,
      "allow: GET, OPTIONS",
      "vary: Origin",
      "x-frame-options: DENY",
    ]);
  });

  it("guard the answers of OPTIONS and the debug endpoint", async () => {
    expect(await seen("/items", "OPTIONS")).toEqual([500, "vary: Origin"]);
    expect(await seen("/items", "OPTIONS", host)).toEqual([
      200,
      "allow: GET",
      "vary: Origin",
      "x-frame-options: DENY",
    ]);
    expect((await seen("/__debug/a"))[0]).toBe(500);
    expect(await seen("/__debug/a", "GET", host)).toEqual([200, "vary: Origin", "x-frame-options: DENY"]);
  });

  it("leave nothing behind on a connection", async () => {
    const socket = net.connect(gateway.port, "127.0.0.1");
    const ask = (head: string): string => `GET /items HTTP/1.1\r\nHost: good.example.com\r\n${head}\r\n`;
    socket.write(ask("Origin: https://app.example.com\r\n") + ask("Connection: close\r\n"));
    let all = "";
    for await (const chunk of socket) all += String(chunk);
    const [first = "", second = ""] = all.split(/(?=HTTP\/1\.1 )/);
    expect(first).toContain("Access-Control-Allow-Origin: https://app.example.com");
    expect(second).toContain("Vary: Origin");
    expect(second).not.toContain("Access-Control");
  });
});

describe("security/http", () => {
  it("redirects to the same target over https, and takes a new nonce for each answer", async () => {
    const own = await startGateway({
      host: [upstream.url],
      extra_config: {
        "security/http": {
          ssl_redirect: true,
          ssl_proxy_headers: { "X-Forwarded-Proto": "https" },
          content_security_policy: "script-src $NONCE; style-src $NONCE",
          sts_seconds: 5,
        },
      },
      endpoints: [{ endpoint: "/items", backend: [{ url_pattern: "/items" }] }],
    });
    try {
      const plain = await send(own.port, {
        path: "/a%41%20b?x=%3Cy%3E&z",
        headers: { Host: "h.example:81" },
      });
      expect(plain.headers).toContainEqual(["Location", "https://h.example:81/a%41%20b?x=%3Cy%3E&z"]);
      const head = await send(own.port, { method: "HEAD", path: "/items" });
      expect(head.headers).toContainEqual(["Content-Type", "text/html; charset=utf-8"]);
      const policies = [];
      for (let count = 0; count < 2; count += 1) {
        const { headers } = await send(own.port, {
          path: "/items",
          headers: { "X-Forwarded-Proto": "https" },
        });
        policies.push(headers.find(([name]) => name === "Content-Security-Policy")?.[1] ?? "");
        expect(headers).toContainEqual(["Strict-Transport-Security", "max-age=5"]);
      }
      const [first, second] = policies;
      expect(first).toMatch(/^script-src ('nonce-[\w+/]{22}'); style-src \1$/);
      expect(second).not.toBe(first);
    } finally {
      await own.stop();
    }
  });
});
