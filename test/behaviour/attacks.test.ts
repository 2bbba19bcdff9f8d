// Every attack of the corpus against a gateway: what it answers, whether it closes, what backends get.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { answerAttacks, bytesOf, converse, requestAttacks } from "../support/attacks.js";
import { startGateway, type TestGateway } from "../support/gateway.js";
import { send } from "../support/http.js";
import { json, type MockUpstream, startUpstream } from "../support/mock-upstream.js";

const FRAMING = ["content-length", "transfer-encoding", "host"];

describe("attacks on the server", () => {
  let upstream: MockUpstream;
  let gateway: TestGateway;

  beforeAll(async () => {
    upstream = await startUpstream(() => json({ ok: true }));
    const all = { input_headers: ["*"], input_query_strings: ["*"] };
    const backend = [{ url_pattern: "/b" }];
    gateway = await startGateway({
      host: [upstream.url],
      timeout: "1s",
      max_header_bytes: 4096,
      endpoints: [
        { endpoint: "/ok", backend, ...all },
        { endpoint: "/hidden", backend, ...all },
        { endpoint: "/up", method: "POST", backend, ...all },
        {
          endpoint: "/two",
          method: "POST",
          backend: [
            { url_pattern: "/b", group: "a" },
            { url_pattern: "/b", group: "b" },
          ],
        },
      ],
    });
  });
  afterAll(async () => {
    expect(await gateway.stop()).toBe(0);
    await upstream.close();
  });

  it.each(requestAttacks.map((each) => [each.name, each] as const))("%s", async (_name, attack) => {
    const from = upstream.requests.length;
    const quietMs = attack.closed ? 1500 : 15;
    const heard = await converse(gateway.port, bytesOf(attack.send), attack.answers.length, quietMs);
    expect({ answers: heard.statuses, closed: heard.closed }).toEqual({
      answers: attack.answers,
      closed: attack.closed,
    });
    const calls = upstream.requests.slice(from);
    expect(calls).toHaveLength(attack.calls);
    for (const { headers } of calls) {
      const named = (name: string) => headers.filter(([each]) => each.toLowerCase() === name);
      for (const name of FRAMING) expect(named(name).length).toBeLessThan(2);
      expect(named("x-admin")).toEqual([]);
      expect(named("content-length").length + named("transfer-encoding").length).toBeLessThan(2);
    }
  });

  it("leave a gateway that serves", async () => {
    const heard = await converse(gateway.port, Buffer.from("GET /ok HTTP/1.1\r\nHost: g\r\n\r\n"), 1);
    expect(heard.statuses).toEqual([200]);
  });
});

describe("attacks on the client", () => {
  let upstream: MockUpstream;
  let gateway: TestGateway;

  beforeAll(async () => {
    upstream = await startUpstream(({ target }) => {
      const attack = answerAttacks[Number(/^\/attack\/(\d+)$/.exec(target)?.[1] ?? -1)];
      if (attack === undefined) return json({ own: target });
      const bytes = { write: bytesOf(attack.send) };
      return attack.then === undefined ? [bytes] : [bytes, { waitMs: 2 }, { last: attack.then }];
    });
    gateway = await startGateway({
      host: [upstream.url],
      timeout: "500ms",
      endpoints: [
        { endpoint: "/next/{id}", backend: [{ url_pattern: "/next/{id}" }] },
        {
          endpoint: "/merged/{id}",
          backend: [
            { url_pattern: "/attack/{id}", group: "other" },
            { url_pattern: "/kept/{id}", group: "kept" },
          ],
        },
        { endpoint: "/raw/{id}", output_encoding: "no-op", backend: [{ url_pattern: "/attack/{id}" }] },
      ],
    });
  });
  afterAll(async () => {
    expect(await gateway.stop()).toBe(0);
    await upstream.close();
  });

  const connectionOf = (target: string): number =>
    upstream.requests.findLast((each) => each.target === target)!.connection;
  const connectionsOfNext = async (id: string): Promise<readonly number[]> => {
    const from = upstream.requests.length;
    const answers = await Promise.all([0, 1, 2].map(() => send(gateway.port, { path: `/next/${id}` })));
    for (const { status, body } of answers)
      expect([status, body.toString()]).toEqual([200, `{"own":"/next/${id}"}`]);
    return upstream.requests.slice(from).map(({ connection }) => connection);
  };

  const numbered = answerAttacks.map((attack, index) => [attack.name, attack, String(index)] as const);
  it.each(numbered)("%s", async (_name, attack, id) => {
    const merged = await send(gateway.port, { path: `/merged/${id}` });
    const kept = { own: `/kept/${id}` };
    const wanted = attack.verdict === "taken" ? { kept, other: JSON.parse(attack.body!) } : { kept };
    expect(JSON.parse(merged.body.toString())).toEqual(wanted);
    const first = connectionOf(`/attack/${id}`);
    const used = await connectionsOfNext(id);
    if (!attack.kept) expect(used).not.toContain(first);

    const raw = await send(gateway.port, { path: `/raw/${id}` });
    expect(raw.body.toString()).not.toContain("foreign");
    if (attack.verdict === "taken") expect([raw.complete, raw.body.toString()]).toEqual([true, attack.body]);
    else if (raw.status !== 500) expect([raw.status, raw.complete]).toEqual([200, false]);
    const second = connectionOf(`/attack/${id}`);
    const [next] = await connectionsOfNext(id);
    // The connection that was idle for the shortest time is used first.
    if (attack.kept) expect(next).toBe(second);
    else expect(next).not.toBe(second);
  });
});
