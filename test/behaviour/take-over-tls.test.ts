// A new configuration takes the place of the one that serves while clients speak TLS, in HTTP/1.1 and in HTTP/2.
import { once } from "node:events";
import http2 from "node:http2";
import https from "node:https";
import tls from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { canSharePort } from "../../src/runtime/thread.js";
import { type Authority, createAuthority } from "../support/certificates.js";
import { compileText, startGateway, type TestGateway } from "../support/gateway.js";
import { ask } from "../support/http2.js";
import { until } from "../support/load.js";
import { answer, delayed, json, type MockUpstream, startUpstream } from "../support/mock-upstream.js";

const TAKE_OVERS = 10;
const NAME = "gateway.example.com";

let authority: Authority;
let upstream: MockUpstream;
let pair: object;

beforeAll(async () => {
  authority = await createAuthority("Test Authority");
  const { certificateFile, keyFile } = await authority.issue(NAME, { names: [NAME] });
  pair = { public_key: certificateFile, private_key: keyFile };
  upstream = await startUpstream(({ target }) =>
    target.startsWith("/slow") ? delayed(700, json({ target })) : answer(JSON.stringify({ target })),
  );
});

afterAll(() => upstream.close());

function numbered(number: number, encrypted = true): Record<string, unknown> {
  return {
    version: 3,
    host: [upstream.url],
    listen_ip: "127.0.0.1",
    extra_config: { router: { disable_access_log: true } },
    ...(encrypted ? { tls: { keys: [pair] } } : { use_h2c: true }),
    endpoints: ["a", "slow"].map((name) => ({
      endpoint: `/${name}`,
      backend: [{ url_pattern: `/${name}/${number}` }],
    })),
  };
}

const taken = (gateway: TestGateway): number => gateway.log().split("a new configuration serves").length - 1;

async function takeOver(gateway: TestGateway, code: string): Promise<void> {
  const before = taken(gateway);
  gateway.write(code);
  gateway.process.kill("SIGHUP");
  await until(() => taken(gateway) > before);
}

/** Gives the body of one answer; rejects where none comes. */
type Client = () => Promise<string>;

interface Load {
  readonly bodies: Set<string>;
  readonly failures: string[];
  more(count: number): Promise<void>;
  stop(): Promise<void>;
}

function startLoad(clients: readonly Client[]): Load {
  const load = { bodies: new Set<string>(), failures: [] as string[], answers: 0, isOver: false };
  const run = async (client: Client): Promise<void> => {
    while (!load.isOver) {
      await client().then(
        (body) => load.bodies.add(body),
        (fault: Error) => load.failures.push(fault.message),
      );
      load.answers += 1;
    }
  };
  const all = Promise.all(clients.map(run));
  return {
    ...load,
    async more(count) {
      const enough = load.answers + count;
      await until(() => load.answers >= enough);
    },
    async stop() {
      load.isOver = true;
      await all;
    },
  };
}

function overHttp1(port: number, keepAlive: boolean): Client {
  const agent = new https.Agent({ keepAlive, maxSockets: 1, ca: authority.certificate, servername: NAME });
  return () =>
    new Promise((resolve, reject) => {
      const request = https.get({ port, host: "127.0.0.1", path: "/a", agent }, (response) => {
        let body = "";
        response.on("data", (chunk: Buffer) => {
          body += chunk.toString();
        });
        response.on("end", () => resolve(`${response.statusCode} ${body}`));
        response.on("error", reject);
      });
      request.on("error", reject);
    });
}

const sessionTo = (port: number, scheme: string): http2.ClientHttp2Session => {
  const session = http2.connect(`${scheme}://127.0.0.1:${port}`, {
    ca: authority.certificate,
    servername: NAME,
  });
  session.on("error", () => {});
  return session;
};

/**
 * Several requests at a time on one session; a new one when the gateway has said that it ends. What it says
 * it has not taken is asked again, as every client does it [RFC 9113 8.7].
 */
function overHttp2(port: number, scheme: string): { readonly client: Client; sessions: number } {
  let session: http2.ClientHttp2Session | undefined;
  const shared = {
    sessions: 0,
    client: async (): Promise<string> => {
      for (;;) {
        const answer = await shared.once().catch((fault: Error) => fault);
        if (typeof answer === "string") return answer;
        if (!answer.message.includes("NGHTTP2_REFUSED_STREAM")) throw answer;
      }
    },
    once: async (): Promise<string> => {
      if (session === undefined || session.closed || session.destroyed) {
        session = sessionTo(port, scheme);
        shared.sessions += 1;
      }
      const { status, body } = await ask(session, { ":path": "/a" });
      return `${status} ${body.toString()}`;
    },
  };
  return shared;
}

describe.each(
  canSharePort(process.version, process.platform) ? [1, 2] : [1],
)("with %i threads", (threads) => {
  async function start(encrypted = true): Promise<{ gateway: TestGateway; codeOf(number: number): string }> {
    const gateway = await startGateway(numbered(0, encrypted), {
      environment: { GWC_WORKERS: `${threads}` },
    });
    await until(() => gateway.log().includes(`threads: ${threads}`));
    const code = await compileText({ port: gateway.port, ...numbered(0, encrypted) });
    return { gateway, codeOf: (number) => code.replaceAll(/\/(a|slow)\/0/g, `/$1/${number}`) };
  }

  async function change(gateway: TestGateway, codeOf: (number: number) => string, load: Load): Promise<void> {
    await load.more(40);
    for (let number = 1; number <= TAKE_OVERS; number += 1) {
      await takeOver(gateway, codeOf(number));
      await load.more(40);
    }
    await load.stop();
    expect(load.failures).toEqual([]);
    const expected = Array.from({ length: TAKE_OVERS + 1 }, (_, number) => `200 {"target":"/a/${number}"}`);
    expect([...load.bodies].sort()).toEqual(expected.sort());
  }

  it.each([true, false])("no request of HTTP/1.1 over TLS fails, connections kept: %s", async (keepAlive) => {
    const { gateway, codeOf } = await start();
    const clients = Array.from({ length: 6 }, () => overHttp1(gateway.port, keepAlive));
    await change(gateway, codeOf, startLoad(clients));
    expect(await gateway.stop()).toBe(0);
  });

  it.each([
    "https",
    "http",
  ])("no request of HTTP/2 over %s fails, and connections move on", async (scheme) => {
    const { gateway, codeOf } = await start(scheme === "https");
    const pool = overHttp2(gateway.port, scheme);
    await change(gateway, codeOf, startLoad(Array.from({ length: 8 }, () => pool.client)));
    expect(pool.sessions).toBeGreaterThan(TAKE_OVERS);
    expect(await gateway.stop()).toBe(0);
  });

  it("an idle connection of HTTP/2 is told at once, and what is under way on others is answered", async () => {
    const { gateway, codeOf } = await start();
    const [idle, busy] = [sessionTo(gateway.port, "https"), sessionTo(gateway.port, "https")];
    expect((await ask(idle, { ":path": "/a" })).status).toBe(200);
    const seen = upstream.requests.length;
    const slow = ask(busy, { ":path": "/slow" });
    await upstream.waitForRequests(seen + 1);
    const told = [idle, busy].map((session) =>
      once(session, "goaway", { signal: AbortSignal.timeout(3000) }),
    );
    const ended = [idle, busy].map((session) => once(session, "close"));
    await takeOver(gateway, codeOf(1));
    for (const [code] of await Promise.all(told)) expect(code).toBe(http2.constants.NGHTTP2_NO_ERROR);
    expect((await slow).body.toString()).toBe('{"target":"/slow/0"}');
    await Promise.all(ended);
    expect(await gateway.stop()).toBe(0);
  });

  it("a kept connection of HTTP/1.1 over TLS gets one more answer, which closes it", async () => {
    const { gateway, codeOf } = await start();
    const socket = tls.connect({
      host: "127.0.0.1",
      port: gateway.port,
      servername: NAME,
      ca: authority.certificate,
    });
    let seen = "";
    socket.on("data", (chunk: Buffer) => {
      seen += chunk.toString("latin1");
    });
    const question = `GET /a HTTP/1.1\r\nHost: ${NAME}\r\n\r\n`;
    socket.write(question);
    await until(() => seen.includes("/a/0"));
    await takeOver(gateway, codeOf(1));
    expect(seen).not.toContain("Connection: close");
    seen = "";
    const closed = once(socket, "close");
    socket.write(question);
    await closed;
    expect(seen).toMatch(/Connection: close\r\n[\s\S]*\{"target":"\/a\/0"\}$/);
    expect(await gateway.stop()).toBe(0);
  });
});
