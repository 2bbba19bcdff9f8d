// Where the log of the application goes.

import { createSocket } from "node:dgram";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { freePort, startGateway } from "../support/gateway.js";
import { send } from "../support/http.js";

const endpoints = [{ endpoint: "/a", backend: [{ url_pattern: "/a", host: ["http://127.0.0.1:19"] }] }];
const FAILURE = /^.*\[ENDPOINT: \/a\] .*$/m;

async function logOf(blocks: object, compat = false): Promise<string> {
  const gateway = await startGateway({ endpoints, extra_config: blocks }, compat);
  await send(gateway.port, { path: "/a" });
  await gateway.stop();
  return gateway.log();
}

describe("telemetry/logging", () => {
  it("colours the level and has the prefix in front", async () => {
    const log = await logOf({ "telemetry/logging": { level: "error", stdout: true, prefix: "[GW]" } });
    expect(FAILURE.exec(log)?.[0]).toMatch(
      /^\[GW\] \d{4}\/\d\d\/\d\d - \d\d:\d\d:\d\d\.\d{3} \x1b\[31m\xe2\x96\xb6 ERROR\x1b\[0m \[ENDPOINT: \/a\] Get "http/,
    );
    expect(log).not.toContain("INFO");
    expect(log).toContain("[GIN]");
  });

  it("writes nothing without a place to write to, but the access log", async () => {
    const log = await logOf({ "telemetry/logging": { level: "DEBUG" } });
    expect(log.split("\n").filter((line) => !/^(\[GIN\]|Error #|$)/.test(line))).toEqual([]);
  });

  it("has formats: logstash, escaped so that each line is JSON, and one's own", async () => {
    const logging = { level: "DEBUG", stdout: true, prefix: "gone" };
    const line = FAILURE.exec(await logOf({ "telemetry/logging": { ...logging, format: "logstash" } }))?.[0];
    expect(JSON.parse(line ?? "")).toMatchObject({ level: "ERROR", "@version": 1, module: "KRAKEND" });
    const custom = { ...logging, format: "custom", custom_format: "%{id} %{level:.3s} `${x}` %{message}" };
    expect(await logOf({ "telemetry/logging": custom })).toContain(
      "1 DEB `${x}` [SERVICE: telemetry/logging] Improved logging started.\n",
    );
  });

  it("wraps messages into documents with telemetry/logstash", async () => {
    const logging = {
      level: "DEBUG",
      stdout: true,
      prefix: "shop",
      format: "custom",
      custom_format: "%{message}",
    };
    const log = await logOf({ "telemetry/logging": logging, "telemetry/logstash": { enabled: true } });
    expect(JSON.parse(FAILURE.exec(log)?.[0] ?? "")).toMatchObject({ module: "shop", level: "ERROR" });
  });

  it("logs as without it where the level is none, with --compat", async () => {
    const log = await logOf({ "telemetry/logging": { level: "TRACE", stdout: true } }, true);
    expect(log).toMatch(/^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d KRAKEND ERROR: \[ENDPOINT: \/a\]/m);
  });
});

describe("syslog", () => {
  it("gets every message with the severity of the level, through the command of the system", async () => {
    const folder = mkdtempSync(join(tmpdir(), "gwc-syslog-"));
    const path = process.env.PATH;
    const script = `#!/bin/sh\necho "$@" > ${folder}/arguments\nexec cat > ${folder}/messages\n`;
    writeFileSync(join(folder, "logger"), script, { mode: 0o755 });
    process.env.PATH = `${folder}:${path}`;
    const logging = { level: "INFO", syslog: true, prefix: "shop", syslog_facility: "LOCAL5" };
    try {
      expect(await logOf({ "telemetry/logging": logging })).not.toContain("[ENDPOINT");
      const messages = (): string => readFileSync(join(folder, "messages"), "utf8");
      await expect.poll(messages).toMatch(/^ERROR > \[ENDPOINT: \/a\] Get "/m);
      expect(readFileSync(join(folder, "arguments"), "utf8")).toMatch(/^-p local5\.info -t shop\[\d+\]$/m);
    } finally {
      process.env.PATH = path;
      rmSync(folder, { recursive: true });
    }
  });

  it("is done without where it is not there", async () => {
    const path = process.env.PATH;
    process.env.PATH = "/nowhere";
    try {
      expect(await logOf({ "telemetry/logging": { level: "INFO", syslog: true } })).toContain(
        "KRAKEND ERROR: [SERVICE: Logging] Unable to create the logger: Unix syslog delivery error\n",
      );
    } finally {
      process.env.PATH = path;
    }
  });
});

describe("telemetry/gelf", () => {
  it("gets the access log, and with telemetry/logging the messages, over UDP", async () => {
    const received: { short_message: string; full_message?: string; facility?: string }[] = [];
    const server = createSocket("udp4", (datagram) => {
      received.push(JSON.parse(gunzipSync(datagram).toString()) as (typeof received)[0]);
    });
    await new Promise<void>((resolve) => server.bind(0, "127.0.0.1", resolve));
    const gateway = await startGateway({
      endpoints,
      extra_config: {
        "telemetry/gelf": { address: `127.0.0.1:${server.address().port}` },
        "telemetry/logging": { level: "ERROR" },
      },
    });
    await send(gateway.port, { path: "/a" });
    await expect.poll(() => received.length).toBe(2);
    await gateway.stop();
    server.close();
    const [message, access] = received[0]?.short_message.startsWith("[GIN]") ? received.reverse() : received;
    expect(message?.short_message).toMatch(/^\[ENDPOINT: \/a\] Get "/);
    expect(access?.short_message).toMatch(/^\[GIN\] .*"\/a"$/);
    expect(access?.full_message).toMatch(/\nError #01: Get "/);
    expect(access?.facility).toBe("gateway.cjs");
    expect(gateway.log()).not.toContain("[GIN]");
  });

  it("gets documents that end with a zero byte over TCP", async () => {
    let received = "";
    const clients: Socket[] = [];
    const server = createServer((socket) => {
      clients.push(socket);
      socket.on("data", (chunk: Buffer) => {
        received += chunk.toString();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const gelf = { address: `127.0.0.1:${port}`, enable_tcp: true };
    const gateway = await startGateway({ endpoints, extra_config: { "telemetry/gelf": gelf } });
    await expect.poll(() => clients.length).toBeGreaterThan(0);
    await send(gateway.port, { path: "/a" });
    await expect.poll(() => received).toMatch(/\0$/);
    await gateway.stop();
    for (const client of clients) client.destroy();
    server.close();
    expect(JSON.parse(received.slice(0, received.indexOf("\0")))).not.toHaveProperty("facility");
  });

  it("is done without where it is not there at the start", async () => {
    const gelf = { address: `127.0.0.1:${await freePort()}`, enable_tcp: true };
    const log = await logOf({ "telemetry/gelf": gelf });
    expect(log).toContain(
      "ERROR: [SERVICE: Logging][GELF] Unable to create the writer: connect ECONNREFUSED",
    );
    expect(log).toContain("[GIN]");
  });
});
