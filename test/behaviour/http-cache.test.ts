// The cache between the gateway and a backend, over real sockets.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startGateway, type TestGateway } from "../support/gateway.js";
import { type ClientResponse, send } from "../support/http.js";
import { answer, delayed, json, type MockUpstream, startUpstream } from "../support/mock-upstream.js";

const cached = (seconds: number): [string, string][] => [
  ["Cache-Control", `max-age=${seconds}`],
  ["Date", new Date().toUTCString()],
];
const text = (response: ClientResponse): string => response.body.toString("latin1");
const header = (response: ClientResponse, name: string): string | undefined =>
  response.headers.find(([each]) => each.toLowerCase() === name)?.[1];

describe("qos/http-cache", () => {
  let upstream: MockUpstream;
  let gateway: TestGateway;
  const asked = (target: string): number => upstream.requests.filter((each) => each.target === target).length;

  beforeAll(async () => {
    let count = 0;
    const counted = (status: number, headers: [string, string][]) => () => {
      count += 1;
      return answer(`{"count":${count}}`, { status, headers });
    };
    upstream = await startUpstream({
      "/slow": delayed(200, json({ slow: true }, { headers: cached(60) })),
      "/missing": counted(404, cached(60)),
      "/varies": counted(200, [...cached(60), ["Vary", "X-User"]]),
      "/plain": counted(200, cached(60)),
    });
    const cache = { "github.com/devopsfaith/krakend-httpcache": { shared: false } };
    const backend = (url: string, more: object = {}): object[] => [
      { url_pattern: url, extra_config: { ...cache, ...more } },
    ];
    gateway = await startGateway({
      host: [upstream.url],
      endpoints: [
        { endpoint: "/slow", backend: backend("/slow") },
        { endpoint: "/relayed", output_encoding: "no-op", backend: backend("/missing") },
        { endpoint: "/shown", backend: backend("/missing", { "backend/http": { return_error_code: true } }) },
        { endpoint: "/decoded", backend: backend("/missing") },
        {
          endpoint: "/varies",
          output_encoding: "no-op",
          input_headers: ["X-User"],
          backend: backend("/varies"),
        },
        { endpoint: "/plain", input_headers: ["Cache-Control"], backend: backend("/plain") },
      ],
    });
  });
  afterAll(async () => {
    await gateway.stop();
    await upstream.close();
  });

  it("under its old name asks once for many that come at once", async () => {
    const all = await Promise.all(Array.from({ length: 20 }, () => send(gateway.port, { path: "/slow" })));
    expect(new Set(all.map((each) => `${each.status} ${text(each)}`))).toEqual(
      new Set(['200 {"slow":true}']),
    );
    expect(all.every((each) => header(each, "x-krakend-completed") === "true")).toBe(true);
    expect(asked("/slow")).toBe(1);
  });

  it("keeps failures where they are read to their end, and not where they are not", async () => {
    const statuses: string[] = [];
    for (const path of ["/relayed", "/relayed", "/shown", "/shown", "/decoded", "/decoded"]) {
      statuses.push(`${path} ${(await send(gateway.port, { path })).status} ${asked("/missing")}`);
    }
    expect(statuses).toEqual([
      ...["/relayed 404 1", "/relayed 404 1", "/shown 404 2", "/shown 404 2"],
      ...["/decoded 500 3", "/decoded 500 4"],
    ]);
  });

  it("tells a client of a relay what the answer varied with", async () => {
    const ask = (user: string): Promise<ClientResponse> =>
      send(gateway.port, { path: "/varies", headers: { "X-User": user } });
    const [first, second, other] = [await ask("a"), await ask("a"), await ask("b")];
    expect([first, second, other].map((each) => header(each, "x-varied-x-user"))).toEqual(["a", "a", "b"]);
    expect(text(second!)).toBe(text(first!));
    expect(text(other!)).not.toBe(text(first!));
  });

  it("takes Pragma for Cache-Control, as Go's server does", async () => {
    await send(gateway.port, { path: "/plain" });
    const headers = { Pragma: "no-cache", "Cache-Control": "max-age=5" };
    await send(gateway.port, { path: "/plain", headers });
    expect(asked("/plain")).toBe(2);
    const sent = upstream.requests.at(-1)!.headers.filter(([name]) => name.toLowerCase() === "cache-control");
    expect(sent.map(([, value]) => value)).toEqual(["no-cache"]);
  });
});
