// Gateways that take values from the environment in which they start, as a user would start them.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compileText, freePort } from "../support/gateway.js";

const folder = mkdtempSync(join(tmpdir(), "gwc-environment-"));
const file = join(folder, "gateway.cjs");
let backend: Server;
let origin = "";

const config = {
  version: 3,
  port: "${env:PORT:-8080}",
  listen_ip: "127.0.0.1",
  timeout: "${env:TIMEOUT:-2s}",
  host: ["${env:USERS_URL}"],
  endpoints: [
    {
      endpoint: "/users/{environment}",
      backend: [
        { url_pattern: "/users/{environment}" },
        {
          url_pattern: "/${env:VERSION:-v1}/orders",
          group: "orders",
          host: ["http://127.0.0.1:${env:ORDERS_PORT}"],
        },
      ],
    },
  ],
};

beforeAll(async () => {
  writeFileSync(file, await compileText(config));
  backend = createServer((request, response) => response.end(JSON.stringify({ url: request.url })));
  await new Promise<void>((resolve) => backend.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(backend.address() as AddressInfo).port}`;
});

afterAll(() => {
  backend.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Starts the gateway, asks it once, stops it. */
async function answerOf(port: number, environment: Record<string, string>): Promise<[unknown, string]> {
  const child = spawn(process.execPath, [file], { env: environment, stdio: ["ignore", "pipe", "pipe"] });
  let log = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (text: Buffer) => {
      log += text.toString("utf8");
    });
  const ended = new Promise((resolve) => child.on("exit", resolve));
  try {
    for (let tries = 0; tries < 400; tries += 1) {
      const answer = await fetch(`http://127.0.0.1:${port}/users/7`).catch(() => undefined);
      if (answer !== undefined) return [await answer.json(), log];
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error(`the gateway does not listen: ${log}`);
  } finally {
    child.kill("SIGTERM");
    await ended;
  }
}

describe("a gateway with values from the environment", () => {
  test("takes them when it starts", async () => {
    const port = await freePort();
    const ordersPort = new URL(origin).port;
    const environment = { PORT: String(port), USERS_URL: `${origin}/`, ORDERS_PORT: ordersPort };
    const [answer] = await answerOf(port, environment);
    expect(answer).toEqual({ url: "/users/7", orders: { url: "/v1/orders" } });
  });

  test("KRAKEND_PORT counts before what is configured, and what comes too late is said", async () => {
    const port = await freePort();
    const [answer, log] = await answerOf(port, {
      PORT: "1",
      KRAKEND_PORT: String(port),
      KRAKEND_TIMEOUT: "1s",
      VERSION: "ü x",
      USERS_URL: origin,
      ORDERS_PORT: new URL(origin).port,
    });
    expect(answer).toEqual({ url: "/users/7", orders: { url: "/%C3%BC%20x/orders" } });
    expect(log).toMatch(/KRAKEND_TIMEOUT is read when the gateway is built/);
  });

  test("gives up after a timeout of the environment", async () => {
    const port = await freePort();
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const silentPort = String((silent.address() as AddressInfo).port);
    const started = performance.now();
    const [answer] = await answerOf(port, {
      PORT: String(port),
      TIMEOUT: "400ms",
      USERS_URL: origin,
      ORDERS_PORT: silentPort,
    });
    expect(answer).toEqual({ url: "/users/7" });
    expect(performance.now() - started).toBeGreaterThan(340);
    silent.closeAllConnections();
    silent.close();
  });

  test("does not start without them: it names all that are missing or wrong, and ends with 1", () => {
    const { status, stderr } = spawnSync(process.execPath, [file], {
      env: { PORT: "http", TIMEOUT: "0", KRAKEND_LISTEN_IP: "localhost" },
      encoding: "utf8",
    });
    expect(stderr).toMatch(/USERS_URL is not set \(krakend\.json:\d+\)/);
    expect(stderr).toMatch(/ORDERS_PORT is not set \(krakend\.json:\d+\)/);
    expect(stderr).toMatch(/PORT: the value is `http`, which is no port/);
    expect(stderr).toMatch(/TIMEOUT: the value is `0`, which is no positive duration/);
    expect(stderr).toMatch(/KRAKEND_LISTEN_IP is `localhost`, which is no IP address/);
    expect(status).toBe(1);
  });
});
