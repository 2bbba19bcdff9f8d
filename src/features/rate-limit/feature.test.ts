import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { identifier } from "../../codegen/code.js";
import type { Diagnostic } from "../../diagnostics/diagnostic.js";
import { plain } from "../../source/located.js";
import { parseJson } from "../../source/parse-json.js";
import { SourceText } from "../../source/text.js";
import type { EmitSite, Feature, Slots } from "../kit.js";
import { milliseconds } from "./every.js";
import { rateLimit, rateLimitProxy } from "./feature.js";

const text = (config: object): string => JSON.stringify(config);

function siteOf(config: object, params: readonly string[] = ["id"]): EmitSite {
  const source = new SourceText("krakend.json", text(config));
  return {
    stage: "endpoint",
    compat: false,
    namespace: "qos/ratelimit/router",
    block: parseJson(source).value!,
    keySpan: source.span(0, 0),
    where: "krakend.json:42",
    label: "[ENDPOINT: /search]",
    params,
    backendCount: 1,
    hosts: [],
    owner: parseJson(source).value!,
    output: "json",
    timeoutMs: 2000,
    mode: "text",
    keys: undefined,
    subject: "search",
    name: (wished) => identifier(wished),
    param: (name) => (params.includes(name) ? identifier(name) : undefined),
  };
}

/** `code at the text it points to`, for each diagnostic. */
function faults<Config>(feature: Feature<Config, never>, config: object): readonly string[] {
  const found: Diagnostic[] = [];
  const site = siteOf(config);
  feature.check?.(plain(site.block) as Config, site, (each) => found.push(each));
  return found.map(({ code, span }) => `${code} at ${span.source.text.slice(span.start, span.end)}`);
}

const router = (config: object): readonly string[] => faults(rateLimit as Feature<object, never>, config);
const proxy = (config: object): readonly string[] => faults(rateLimitProxy as Feature<object, never>, config);

function planOf(config: object): ReturnType<typeof rateLimit.plan> {
  return rateLimit.plan(config, siteOf(config));
}

function textOf(slots: Slots): { module: string; before: string } {
  const join = (pieces: Slots["module"]): string =>
    (pieces ?? []).map((piece) => piece.toText((reference) => reference.name)).join("\n");
  return { module: join(slots.module), before: join(slots.before) };
}

describe("durations", () => {
  test.each([
    ["1s", 1000],
    ["1h30m", 5_400_000],
    [".5s", 500],
    ["1.5h", 5_400_000],
    ["-1s", -1000],
    ["0", 0],
    ["5\u00b5s", 0.005],
    ["1d", undefined],
    ["10", undefined],
    ["hour", undefined],
    ["", undefined],
    ["1e3s", undefined],
    ["3000000h", undefined],
  ])("%j", (written, expected) => {
    const read = milliseconds(written);
    if (expected === undefined) expect(read).toBeUndefined();
    else expect(read).toBeCloseTo(expected, 9);
  });
});

describe("capacity", () => {
  test.each([
    ["the whole part of the rate", { max_rate: 40 }, 40],
    ["per second, not per period", { max_rate: 50, every: "10m" }, 1],
    ["as KrakenD's factor rounds it", { max_rate: 98, every: "49s" }, 1],
    ["at least 1", { max_rate: 0.2 }, 1],
    ["cut", { max_rate: 40, capacity: 2.9 }, 2],
    ["absent when the cut leaves nothing", { max_rate: 40, capacity: 0.9 }, 40],
    ["absent when 0", { max_rate: 40, capacity: 0 }, 40],
    ["endless when negative", { max_rate: 40, capacity: -1 }, Number.MAX_SAFE_INTEGER],
  ])("is %s", (_about, config, capacity) => {
    expect(planOf(config)?.all?.capacity).toBe(capacity);
    expect(rateLimitProxy.plan(config, siteOf(config))?.capacity).toBe(capacity);
  });

  test.each([
    ["given", { client_max_rate: 5, client_capacity: 7 }, 7],
    ["1 without a rate of all", { client_max_rate: 20, every: "10s" }, 1],
    ["1 with a rate of all below one per second", { max_rate: 5, client_max_rate: 100, every: "10s" }, 1],
    ["that of the client with a rate of all", { max_rate: 1000, client_max_rate: 30, every: "10s" }, 3],
    ["0 where that is below one per second", { max_rate: 10, client_max_rate: 5, every: "10s" }, 0],
  ])("of a client is %s", (_about, config, capacity) => {
    expect(planOf({ ...config, strategy: "ip" })?.clients?.capacity).toBe(capacity);
  });
});

describe("period", () => {
  test.each([
    ["1h", 3_600_000],
    ["hour", 1000],
    ["5ms", 1000],
    ["-1h", 1000],
    [undefined, 1000],
  ])("of an endpoint, %j", (every, everyMs) => {
    const config = { max_rate: 1, ...(every === undefined ? {} : { every }) };
    expect(planOf(config)?.all?.everyMs).toBe(everyMs);
  });

  test.each([
    ["500ms", 500],
    ["hour", 1000],
    ["0s", undefined],
    ["-1s", undefined],
  ])("of a backend, %j", (every, everyMs) => {
    const config = { max_rate: 1, every };
    expect(rateLimitProxy.plan(config, siteOf(config))?.everyMs).toBe(everyMs);
  });
});

describe("clients", () => {
  test.each([
    [{ strategy: "ip" }, { kind: "address" }],
    [{ strategy: "IP" }, { kind: "address" }],
    [
      { strategy: "ip", key: "CF-Ip" },
      { kind: "address in header", name: "CF-Ip" },
    ],
    [{ strategy: "ip", key: "Host" }, { kind: "address" }],
    [
      { strategy: "header", key: "X-Key" },
      { kind: "header", name: "X-Key" },
    ],
    [{ strategy: "header" }, { kind: "nothing" }],
    [{ strategy: "header", key: "host" }, { kind: "nothing" }],
    [{ strategy: "header", key: "a b" }, { kind: "nothing" }],
    [
      { strategy: "param", key: "id" },
      { kind: "param", name: "id" },
    ],
    [{ strategy: "param", key: "Id" }, { kind: "nothing" }],
    [{ strategy: "param" }, { kind: "nothing" }],
  ])("%j", (config, token) => {
    expect(planOf({ ...config, client_max_rate: 1 })?.clients?.token).toEqual(token);
  });

  test.each([[{}], [{ strategy: "cookie" }], [{ strategy: "" }]])("without a limit: %j", (config) => {
    expect(planOf({ ...config, client_max_rate: 1 })).toBeUndefined();
    expect(planOf({ ...config, client_max_rate: 1, max_rate: 2 })).toMatchObject({
      all: { rate: 2 },
      clients: undefined,
    });
  });

  test.each([
    ["10m", undefined, 600_000, 60_000],
    ["1h", "1ms", 4_500_000, 1000],
    ["1s", "5m", 600_000, 300_000],
    ["1s", "never", 600_000, 60_000],
  ])("are kept by every %j and cleanup_period %j", (every, cleanup, idleMs, sweepMs) => {
    const config = {
      ...{ client_max_rate: 1, strategy: "ip", every },
      ...(cleanup === undefined ? {} : { cleanup_period: cleanup }),
    };
    expect(planOf(config)?.clients).toMatchObject({ idleMs, sweepMs });
  });
});

describe("a rate that is not above 0 installs no limit", () => {
  test.each([
    [{}],
    [{ max_rate: 0 }],
    [{ max_rate: -1, client_max_rate: 0, strategy: "ip" }],
  ])("%j", (config) => {
    expect(planOf(config)).toBeUndefined();
    expect(rateLimitProxy.plan(config, siteOf(config))).toBeUndefined();
  });
});

describe("rules of an endpoint", () => {
  const client = { client_max_rate: 1, client_capacity: 1 };
  test.each<[object, readonly string[]]>([
    [{ max_rate: 100, client_max_rate: 10, strategy: "ip" }, []],
    [{ max_rate: 0, ...client, strategy: "ip" }, []],
    [{}, ["rate-limit/no-limit at "]],
    [{ capacity: 10 }, ["rate-limit/no-limit at "]],
    [{ max_rate: 0 }, ["rate-limit/rate-not-positive at 0"]],
    [{ max_rate: -2, ...client, strategy: "ip" }, ["rate-limit/rate-not-positive at -2"]],
    [client, ["rate-limit/strategy-missing at 1"]],
    [{ ...client, strategy: "cookie" }, ['rate-limit/strategy-unknown at "cookie"']],
    [{ max_rate: 1, strategy: "ip" }, ['rate-limit/strategy-without-rate at "ip"']],
    [{ ...client, strategy: "Header" }, ['rate-limit/key-missing at "Header"']],
    [{ ...client, strategy: "param", key: "" }, ['rate-limit/key-missing at "param"']],
    [{ ...client, strategy: "param", key: "Id" }, ['rate-limit/key-not-a-param at "Id"']],
    [{ ...client, strategy: "param", key: "id" }, []],
    [{ ...client, strategy: "header", key: "Host" }, ['rate-limit/key-not-a-header at "Host"']],
    [{ ...client, strategy: "ip", key: "Host" }, ['rate-limit/key-not-a-header at "Host"']],
    [{ max_rate: 1, every: "1d" }, ['rate-limit/every-unreadable at "1d"']],
    [{ max_rate: 1, every: "100ms" }, ['rate-limit/every-too-short at "100ms"']],
    [{ max_rate: 1, capacity: -1 }, ["rate-limit/capacity-negative at -1"]],
    [{ ...client, client_capacity: -1, strategy: "ip" }, ["rate-limit/capacity-negative at -1"]],
    [{ max_rate: 1, cleanup_period: "1d" }, ['rate-limit/cleanup-period-unreadable at "1d"']],
    [{ max_rate: 50, every: "10m" }, ["rate-limit/default-capacity at 50"]],
    [{ client_max_rate: 5, strategy: "ip" }, ["rate-limit/default-capacity at 5"]],
    [
      { max_rate: 10, capacity: 10, client_max_rate: 5, every: "10s", strategy: "ip" },
      ["rate-limit/starts-empty at 5"],
    ],
  ])("%j", (config, expected) => {
    expect(router(config)).toEqual(expected);
  });

  test("the near name of a parameter is offered", () => {
    const found: Diagnostic[] = [];
    const config = { ...client, strategy: "param", key: "ID" };
    rateLimit.check?.(config, siteOf(config), (each) => found.push(each));
    expect(found[0]?.hint).toBe("did you mean `id`?");
  });
});

describe("rules of a backend", () => {
  test.each<[object, readonly string[]]>([
    [{ max_rate: 10 }, []],
    [{ max_rate: 1, capacity: 1, every: "500ms" }, []],
    [{}, ["rate-limit/no-limit at "]],
    [{ max_rate: -1 }, ["rate-limit/rate-not-positive at -1"]],
    [{ max_rate: 1, every: "0s" }, ['rate-limit/every-not-positive at "0s"']],
    [{ max_rate: 1, every: "x" }, ['rate-limit/every-unreadable at "x"']],
    [{ max_rate: 1, capacity: -3 }, ["rate-limit/capacity-negative at -3"]],
    [{ max_rate: 50, every: "10m" }, ["rate-limit/default-capacity at 50"]],
  ])("%j", (config, expected) => {
    expect(proxy(config)).toEqual(expected);
  });
});

describe("emitted code", () => {
  const emitted = (config: object): ReturnType<typeof textOf> =>
    textOf(rateLimit.emit!(planOf(config)!, siteOf(config)));

  test("both limits, the client's first", () => {
    expect(emitted({ max_rate: 100, client_max_rate: 10, strategy: "ip" })).toEqual({
      module: `// At most 10 requests per 1s of each client, told apart by address, 10 at once (krakend.json:42).
const searchClients = new KeyedBuckets({
  perSecond: 10,
  capacity: 10,
  idleMs: 600000,
  sweepMs: 60000,
  label: "[ENDPOINT: /search]",
});
// At most 100 requests per 1s of all clients together, 100 at once (krakend.json:42).
const searchLimit = tokenBucket("[ENDPOINT: /search]", 100, 100);`,
      before: `if (!searchClients.take(x.clientIp, x.startedAt)) return replyEmpty(x, 429, "rate limit exceded");
if (!searchLimit.take(x.startedAt)) return replyEmpty(x, 503, "rate limit exceded");`,
    });
  });

  test.each([
    [{ strategy: "header", key: "X-Key" }, 'x.header("x-key")'],
    [{ strategy: "ip", key: "CF-Ip" }, 'addressIn(x.header("cf-ip"), x.clientIp)'],
    [{ strategy: "param", key: "id" }, "id"],
    [{ strategy: "param", key: "other" }, "undefined"],
  ])("the token of %j", (config, token) => {
    const { before } = emitted({ ...config, client_max_rate: 1 });
    expect(before).toBe(
      `if (!searchClients.take(${token}, x.startedAt)) return replyEmpty(x, 429, "rate limit exceded");`,
    );
  });

  test("a backend", () => {
    const config = { max_rate: 2, capacity: 2, every: "1h" };
    const slots = rateLimitProxy.emit!(rateLimitProxy.plan(config, siteOf(config))!, siteOf(config));
    expect(textOf(slots)).toEqual({
      module: `// At most 2 requests per 1h go to this backend, 2 at once (krakend.json:42).
const searchLimit = tokenBucket("[ENDPOINT: /search]", 2 / 3600, 2);`,
      before: `if (!searchLimit.take(performance.now())) {
  return failed(new UpstreamError("refused", "rate limit exceded"));
}`,
    });
  });

  test("text of the configuration stays in its comment", () => {
    const { module } = emitted({ client_max_rate: 1, strategy: "header", key: "X-Key", every: "1h" });
    expect(module.split("\n")[0]).toContain(
      "1 requests per 1h of each client, told apart by the header X-Key",
    );
  });
});

test("every block that fits the schema has a plan and code", () => {
  const number = fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.integer({ min: -3, max: 30 }),
  );
  const config = fc.record(
    {
      ...{ max_rate: number, capacity: number, client_max_rate: number, client_capacity: number },
      strategy: fc.oneof(fc.constantFrom("ip", "header", "param", "HEADER"), fc.string()),
      key: fc.oneof(fc.constantFrom("id", "X-Key"), fc.string()),
      every: fc.oneof(fc.constantFrom("1s", "500ms", "1h", "0s", "-1s", "1ns", "2000000h"), fc.string()),
      cleanup_period: fc.string(),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(config, (block) => {
      const site = siteOf(block);
      const planned = rateLimit.plan(block, site);
      if (planned !== undefined) textOf(rateLimit.emit!(planned, site));
      const limit = rateLimitProxy.plan(block, site);
      if (limit !== undefined) textOf(rateLimitProxy.emit!(limit, site));
      router(block);
      proxy(block);
    }),
  );
});
