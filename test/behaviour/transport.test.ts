// What a configuration may say about connections to backends, each option by what it does.
import { existsSync, readFileSync } from "node:fs";
import net from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DEFAULT_TRANSPORT, type TransportOptions } from "../../src/runtime/transport.js";
import { Upstream } from "../../src/runtime/upstream.js";
import { ask } from "../support/calls.js";
import {
  type Answer,
  delayed,
  hang,
  json,
  type MockUpstream,
  raw,
  startUpstream,
} from "../support/mock-upstream.js";
import { headerValue } from "../support/wire.js";

let backend: MockUpstream;

const routes: Readonly<Record<string, Answer>> = {
  "/a": json({ a: 1 }),
  "/slow": delayed(150, json({ slow: 1 })),
  "/hangs": hang(),
  "/half": [...raw("HTTP/1.1 200 OK\r\nContent-Le"), { last: "hang" }],
  "/body-hangs": [...raw("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab"), { last: "hang" }],
  "/interim-hangs": [...raw("HTTP/1.1 103 Early Hints\r\n\r\n"), { last: "hang" }],
};

beforeEach(async () => {
  backend = await startUpstream({ ...routes, "POST /a": json({ posted: 1 }) });
});

afterEach(() => backend.close());

function upstreamWith(transport: Partial<TransportOptions>, hosts = [backend.url]): Upstream {
  return new Upstream(hosts, { ...DEFAULT_TRANSPORT, ...transport });
}

/** So many requests at once; then all connections are idle. */
async function atOnce(upstream: Upstream, count: number, path = "/slow"): Promise<void> {
  await Promise.all(Array.from({ length: count }, () => ask(upstream, path)));
}

const settle = (ms = 60): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe("idle connections", () => {
  it("are used again", async () => {
    const upstream = upstreamWith({});
    await atOnce(upstream, 3);
    await atOnce(upstream, 3);
    expect(backend.connections).toBe(3);
  });

  it("end after idle_connection_timeout", async () => {
    const upstream = upstreamWith({ idleTimeoutMs: 100 });
    await atOnce(upstream, 2);
    expect(backend.open).toBe(2);
    await settle(300);
    expect(backend.open).toBe(0);
    expect(await ask(upstream, "/a")).toBe('{"a":1}');
  });

  it("are max_idle_connections_per_host at most", async () => {
    const upstream = upstreamWith({ maxIdleConnectionsPerHost: 2 });
    await atOnce(upstream, 5);
    await settle();
    expect(backend.open).toBe(2);
  });

  it("are max_idle_connections at most for all hosts together, the newest stay", async () => {
    const other = await startUpstream(routes);
    try {
      const limit = { maxIdleConnections: 3 };
      await atOnce(upstreamWith(limit), 3);
      await settle();
      expect(backend.open).toBe(3);
      await atOnce(upstreamWith(limit, [other.url]), 2);
      await settle();
      expect([backend.open, other.open]).toEqual([1, 2]);
    } finally {
      await other.close();
    }
  });

  it("are none with disable_keep_alives, and the backend is told", async () => {
    const upstream = upstreamWith({ keepAlive: false });
    await ask(upstream, "/a");
    await ask(upstream, "/a");
    await settle();
    expect([backend.connections, backend.open]).toEqual([2, 0]);
    expect(headerValue(backend.requests[0]!.headers, "connection")).toBe("close");
  });
});

it("disable_compression asks for no gzip", async () => {
  await ask(upstreamWith({}), "/a");
  await ask(upstreamWith({ compression: false }, [`${backend.url}/`]), "/a");
  const [first, second] = backend.requests;
  expect(headerValue(first!.headers, "accept-encoding")).toBe("gzip");
  expect(headerValue(second!.headers, "accept-encoding")).toBeUndefined();
});

describe("response_header_timeout", () => {
  const late = "net/http: timeout awaiting response headers";

  it.each(["/hangs", "/half", "/interim-hangs"])("ends %s", async (path) => {
    const started = performance.now();
    const said = await ask(upstreamWith({ responseHeaderTimeoutMs: 100 }), path);
    expect(said).toBe(`Get "${backend.url}${path}": ${late}`);
    expect(performance.now() - started).toBeGreaterThan(99);
    expect(performance.now() - started).toBeLessThan(1500);
  });

  it("does not count the body", async () => {
    const said = await ask(upstreamWith({ responseHeaderTimeoutMs: 50 }), "/body-hangs", { timeoutMs: 300 });
    expect(said).toBe("context deadline exceeded");
  });

  it("counts from the end of a body that is sent", async () => {
    const body = Buffer.from("abc");
    const upstream = upstreamWith({ responseHeaderTimeoutMs: 100 });
    expect(await ask(upstream, "/a", { method: "POST", body })).toBe('{"posted":1}');
    expect(await ask(upstream, "/hangs", { method: "POST", body })).toContain(late);
  });

  it("does not touch what comes in time", async () => {
    expect(await ask(upstreamWith({ responseHeaderTimeoutMs: 1000 }), "/slow")).toBe('{"slow":1}');
  });
});

describe("expect_continue_timeout", () => {
  const call = {
    method: "POST",
    headers: ["Expect", "100-continue"],
    body: Buffer.from("the body"),
  };
  let server: net.Server;
  let seen = "";
  let answerTo: (socket: net.Socket, text: string) => void;

  beforeEach(async () => {
    seen = "";
    server = net.createServer((socket) => {
      socket.on("error", () => {});
      socket.on("data", (chunk) => {
        seen += chunk.toString("latin1");
        answerTo(socket, chunk.toString("latin1"));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });

  afterEach(() => server.close());

  const url = (): string => `http://127.0.0.1:${(server.address() as net.AddressInfo).port}`;
  const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

  it("holds the body back until it is wanted", async () => {
    answerTo = (socket, text) => {
      if (text.includes("Expect")) {
        expect(text).not.toContain("the body");
        socket.write("HTTP/1.1 100 Continue\r\n\r\n");
      } else socket.write(ok);
    };
    expect(await ask(upstreamWith({ expectContinueTimeoutMs: 2000 }, [url()]), "/", call)).toBe("ok");
    expect(seen).toContain("the body");
  });

  it("sends it all the same when the time is over", async () => {
    answerTo = (socket, text) => {
      if (text.includes("the body")) socket.write(ok);
    };
    const started = performance.now();
    expect(await ask(upstreamWith({ expectContinueTimeoutMs: 100 }, [url()]), "/", call)).toBe("ok");
    expect(performance.now() - started).toBeGreaterThan(95);
  });

  it("never sends a body that is refused, nor anything else on that connection", async () => {
    const sockets = new Set<net.Socket>();
    answerTo = (socket) => {
      sockets.add(socket);
      socket.write("HTTP/1.1 417 Expectation Failed\r\nContent-Length: 2\r\n\r\nno");
    };
    const upstream = upstreamWith({ expectContinueTimeoutMs: 1000 }, [url()]);
    expect(await ask(upstream, "/", call)).toBe("no");
    expect(await ask(upstream, "/")).toBe("no");
    await settle();
    expect(seen).not.toContain("the body");
    expect(sockets.size).toBe(2);
  });

  it("without it the body follows at once", async () => {
    answerTo = (socket, text) => {
      if (text.includes("the body")) socket.write(ok);
    };
    const started = performance.now();
    expect(await ask(upstreamWith({}, [url()]), "/", call)).toBe("ok");
    expect(performance.now() - started).toBeLessThan(90);
  });
});

// The kernel tells of its timers on Linux alone.
describe.runIf(existsSync("/proc/net/tcp"))("dialer_keep_alive", () => {
  /** The timer of the connection to the backend: `02` is that of probes, behind it hundredths of seconds. */
  function timer(): string | undefined {
    const port = backend.port.toString(16).toUpperCase().padStart(4, "0");
    const line = readFileSync("/proc/net/tcp", "latin1")
      .split("\n")
      .find((each) => each.trim().split(/\s+/)[2] === `0100007F:${port}`);
    return line?.trim().split(/\s+/)[5];
  }

  it("is the time before the first probe", async () => {
    await ask(upstreamWith({ keepAliveProbeMs: 90_000 }), "/a");
    const [kind, when = ""] = timer()?.split(":") ?? [];
    expect(kind).toBe("02");
    expect(Number.parseInt(when, 16)).toBeGreaterThan(8000);
    expect(Number.parseInt(when, 16)).toBeLessThan(9001);
  });

  it("is never when it is off", async () => {
    await ask(upstreamWith({ keepAliveProbeMs: 0 }), "/a");
    expect(timer()?.slice(0, 2)).toBe("00");
  });
});
