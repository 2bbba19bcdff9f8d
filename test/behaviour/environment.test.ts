// Gateways that take values from the environment in which they start, as a user would start them.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compileText, freePort, listening } from "../support/gateway.js";

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

/** Starts a gateway, waits until it answers, and stops it after `work`, which gets what it has logged. */
async function whileServing<T>(
  program: string,
  port: number,
  environment: Record<string, string>,
  work: (log: () => string) => Promise<T>,
): Promise<T> {
  const child = spawn(process.execPath, [program], { env: environment, stdio: ["ignore", "pipe", "pipe"] });
  let log = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (text: Buffer) => {
      log += text.toString("utf8");
    });
  const ended = new Promise((resolve) => child.on("exit", resolve));
  try {
    await listening(port, child, () => log);
    return await work(() => log);
  } finally {
    child.kill("SIGTERM");
    await ended;
  }
}

/** Starts the gateway, asks it once, stops it. */
function answerOf(port: number, environment: Record<string, string>): Promise<[unknown, string]> {
  return whileServing(file, port, environment, async (log) => {
    const answer = await fetch(`http://127.0.0.1:${port}/users/7`);
    return [await answer.json(), log()];
  });
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

describe("a gateway with texts from the environment", () => {
  const texts = join(folder, "texts.cjs");
  const policy = "default-src ${env:PUBLIC_HOST}";
  const withTexts = {
    version: 3,
    port: "${env:PORT}",
    listen_ip: "127.0.0.1",
    host: ["${env:USERS_URL}"],
    extra_config: {
      router: { error_body: { "404": { ask: "${env:MAIL}" } }, trusted_proxies: ["${env:PROXY}"] },
      "security/cors": { allow_origins: ["${env:ORIGIN}"] },
      "security/http": {
        allowed_hosts: ["${env:PUBLIC_HOST}", "127.0.0.1:${env:PORT}"],
        ssl_proxy_headers: { "X-Edge": "${env:EDGE_SECRET}" },
        sts_seconds: 60,
        content_security_policy: policy,
      },
      "security/bot-detector": { deny: ["${env:BAD_CLIENT}"], patterns: ["${env:BAD_PATTERN:-^bot}"] },
      "telemetry/logging": { level: "${env:LEVEL:-INFO}", prefix: "[${env:STAGE}]", stdout: true },
    },
    endpoints: [
      {
        endpoint: "/users/{id}",
        extra_config: { proxy: { static: { strategy: "always", data: { stage: ["${env:STAGE}"] } } } },
        backend: [
          {
            url_pattern: "/users/{id}",
            extra_config: {
              "qos/circuit-breaker": { interval: 60, timeout: 10, max_errors: 1, name: "${env:STAGE}" },
            },
          },
        ],
      },
    ],
  };
  const needed = {
    MAIL: 'help"<me>@example.com',
    PROXY: "127.0.0.0/8",
    ORIGIN: "https://*.Example.com",
    PUBLIC_HOST: "front.example.net",
    EDGE_SECRET: "s3cret-from-outside",
    BAD_CLIENT: "curl/1",
    STAGE: "st\u00e4ge",
  };

  beforeAll(async () => writeFileSync(texts, await compileText(withTexts)));

  test("has none of them in its file", () => {
    const program = readFileSync(texts, "utf8");
    const baked = [...Object.values(needed), "${env:"].filter((value) => program.includes(value));
    expect(baked).toEqual([]);
  });

  test("does with them what it does with fixed ones", async () => {
    const port = await freePort();
    const environment = { ...needed, PORT: String(port), USERS_URL: origin };
    const url = `http://127.0.0.1:${port}`;
    const ask = async (
      path: string,
      headers: Record<string, string>,
    ): Promise<[number, Headers, unknown]> => {
      const answer = await fetch(url + path, { headers });
      return [answer.status, answer.headers, await answer.json().catch(() => undefined)];
    };
    await whileServing(texts, port, environment, async () => {
      const [, headers, data] = await ask("/users/7", {
        origin: "https://a.example.com",
        "x-edge": needed.EDGE_SECRET,
      });
      expect(data).toEqual({ url: "/users/7", stage: ["st\u00e4ge"] });
      expect(headers.get("access-control-allow-origin")).toBe("https://a.example.com");
      expect(headers.get("strict-transport-security")).toBe("max-age=60");
      expect(headers.get("content-security-policy")).toBe("default-src front.example.net");
      const [, others] = await ask("/users/7", { origin: "https://example.org", "x-edge": "" });
      expect(others.get("access-control-allow-origin")).toBeNull();
      expect(others.get("strict-transport-security")).toBeNull();
      expect((await ask("/none", {}))[2]).toEqual({ ask: needed.MAIL });
      expect((await ask("/users/7", { "user-agent": "curl/1" }))[0]).toBe(403);
      expect((await ask("/users/7", { "user-agent": "bot 1" }))[0]).toBe(403);
    });
  });

  test("names all that are missing, with all their places, and nothing else", () => {
    const { status, stderr, stdout } = spawnSync(process.execPath, [texts], { env: {}, encoding: "utf8" });
    expect(status).toBe(1);
    const lines = stderr.trimEnd().split("\n");
    expect(lines[0]).toBe("cannot start:");
    const names = lines.slice(1).map((line) => /^ {2}(\w+) is not set \((.*)\)$/.exec(line)?.slice(1));
    const all = [
      "BAD_CLIENT",
      "EDGE_SECRET",
      "MAIL",
      "ORIGIN",
      "PORT",
      "PROXY",
      "PUBLIC_HOST",
      "STAGE",
      "USERS_URL",
    ];
    expect(names.map((each) => each?.[0]).sort()).toEqual(all);
    const stage = names.find((each) => each?.[0] === "STAGE")?.[1]?.split(", ");
    expect(stage).toHaveLength(3);
    expect(stdout).toBe("");
  });

  test("names all that are wrong, and shows no secret", () => {
    const wrong = {
      MAIL: "any",
      PORT: "x",
      PROXY: "10.0.0.0/33",
      ORIGIN: "*",
      EDGE_SECRET: "secret\r\nX: 1",
    };
    const more = {
      BAD_CLIENT: "",
      BAD_PATTERN: "(",
      LEVEL: "LOUD",
      STAGE: "s",
      PUBLIC_HOST: "a b",
      USERS_URL: origin,
    };
    const { status, stderr } = spawnSync(process.execPath, [texts], {
      env: { ...wrong, ...more },
      encoding: "utf8",
    });
    expect(status).toBe(1);
    for (const name of [
      "PORT",
      "PROXY",
      "ORIGIN",
      "EDGE_SECRET",
      "BAD_CLIENT",
      "BAD_PATTERN",
      "LEVEL",
      "PUBLIC_HOST",
    ])
      expect(stderr).toMatch(new RegExp(`^ {2}${name}: the value is .*\\(krakend\\.json:\\d+\\)$`, "m"));
    expect(stderr).toMatch(/LEVEL: the value is not one of DEBUG/);
    expect(stderr).not.toContain("secret\r");
    expect(stderr).not.toMatch(/^ {2}(MAIL|STAGE|USERS_URL)/m);
  });
});
