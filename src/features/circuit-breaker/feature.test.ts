import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { identifier } from "../../codegen/code.js";
import type { Diagnostic } from "../../diagnostics/diagnostic.js";
import { plain } from "../../source/located.js";
import { parseJson } from "../../source/parse-json.js";
import { SourceText } from "../../source/text.js";
import type { EmitSite } from "../kit.js";
import { circuitBreaker } from "./feature.js";
import type { Config } from "./schema.js";

function siteOf(config: Config, compat = false): EmitSite {
  const source = new SourceText("krakend.json", JSON.stringify(config));
  return {
    stage: "backend",
    compat,
    namespace: "qos/circuit-breaker",
    block: parseJson(source).value!,
    keySpan: source.span(0, 0),
    where: "krakend.json:42",
    label: "[BACKEND: /pay]",
    params: [],
    backendCount: 1,
    hosts: [],
    owner: parseJson(source).value!,
    output: "json",
    timeoutMs: 2000,
    mode: "text",
    keys: undefined,
    subject: "pay",
    name: (wished) => identifier(wished),
    param: () => undefined,
  };
}

function diagnosticsOf(config: Config, compat = false): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  const site = siteOf(config, compat);
  circuitBreaker.check?.(plain(site.block) as Config, site, (each) => found.push(each));
  return found;
}

const planOf = (config: Config, compat = false): unknown =>
  circuitBreaker.plan(config, siteOf(config, compat));

describe("plan", () => {
  test("takes the values as KrakenD does", () => {
    const config = { interval: 60, timeout: 30, max_errors: 2, name: "pay", log_status_change: true };
    const plan = { name: "pay", tolerated: 2, windowMs: 60_000, openMs: 30_000, logsChanges: true };
    expect(planOf(config)).toEqual(plan);
    expect(planOf(config, true)).toEqual(plan);
  });

  test.each<[Config, object]>([
    [{ name: "x" }, { tolerated: 0, windowMs: 0, openMs: 60_000 }],
    [{ timeout: 1.5 }, { openMs: 1000 }],
    [{ timeout: 0.5, max_errors: 1 }, { openMs: 60_000 }],
    [{ timeout: -5 }, { openMs: 60_000 }],
    [{ interval: -1 }, { windowMs: 0 }],
    [{ interval: 2.9 }, { windowMs: 2000 }],
    [{ max_errors: 2.9 }, { tolerated: 2 }],
    [{ max_errors: -1 }, { tolerated: 2 ** 32 - 1 }],
    [{ log_status_change: true }, { logsChanges: true, tolerated: 0 }],
  ])("%j", (config, plan) => {
    expect(planOf(config)).toMatchObject(plan);
    expect(planOf(config, true)).toMatchObject(plan);
  });

  test.each<[Config]>([
    [{}],
    [{ interval: 0, timeout: 0, max_errors: 0, name: "", log_status_change: false }],
    [{ timeout: 0.5 }],
  ])("without anything set there is no breaker: %j", (config) => {
    expect(planOf(config)).toBeUndefined();
    expect(planOf(config, true)).toBeUndefined();
  });

  test("reads the older spelling as it was meant, and as KrakenD under compat", () => {
    const config = { interval: 60, timeout: 10, maxErrors: 5, logStatusChange: true };
    expect(planOf(config)).toMatchObject({
      tolerated: 4,
      logsChanges: true,
      windowMs: 60_000,
      openMs: 10_000,
    });
    expect(planOf(config, true)).toMatchObject({ tolerated: 0, logsChanges: false });
  });

  test.each<[Config, number]>([
    [{ maxErrors: 1 }, 0],
    [{ maxErrors: 0 }, 0],
    [{ maxErrors: 3 }, 2],
  ])("%j alone makes a breaker, but not under compat", (config, tolerated) => {
    expect(planOf(config)).toMatchObject({ tolerated });
    expect(planOf(config, true)).toBeUndefined();
  });

  test("prefers today's names", () => {
    const config = { max_errors: 3, maxErrors: 9, log_status_change: false, logStatusChange: true };
    expect(planOf(config)).toMatchObject({ tolerated: 3, logsChanges: false });
  });
});

describe("rules", () => {
  test.each<[Config, readonly string[]]>([
    [{ interval: 60, timeout: 10, max_errors: 1 }, []],
    [{}, ["circuit-breaker/nothing-set"]],
    [{ timeout: 10 }, ["circuit-breaker/max-errors-missing"]],
    [{ timeout: 10, max_errors: 0 }, []],
    [{ timeout: 10, max_errors: -1 }, ["circuit-breaker/never-opens"]],
    [{ timeout: 1.5, max_errors: 1 }, ["circuit-breaker/fraction"]],
    [{ interval: -1, max_errors: 1 }, ["circuit-breaker/negative-time"]],
    [
      { timeout: 10, maxErrors: 5, logStatusChange: true },
      ["circuit-breaker/old-spelling", "circuit-breaker/old-spelling"],
    ],
  ])("%j", (config, expected) => {
    expect(diagnosticsOf(config).map((each) => each.code)).toEqual(expected);
  });

  test("the older spelling under compat leaves nothing", () => {
    const codes = diagnosticsOf({ maxErrors: 5 }, true).map((each) => each.code);
    expect(codes).toEqual(["circuit-breaker/old-spelling", "circuit-breaker/nothing-set"]);
  });

  test("the older spelling comes with today's, and with what KrakenD makes of it", () => {
    const [first] = diagnosticsOf({ timeout: 10, maxErrors: 5 });
    expect(first).toMatchObject({
      severity: "warning",
      message: "`maxErrors` is the name of an older version",
      hint: 'write `"max_errors": 4`',
      krakend: "ignores the key, and opens the circuit breaker at the first failure",
    });
    expect(first!.span.source.text.slice(first!.span.start, first!.span.end)).toBe('"maxErrors"');
    expect(diagnosticsOf({ maxErrors: 5 })[0]?.krakend).toContain("without a circuit breaker");
  });
});

describe("emitted code", () => {
  const textOf = (config: Config): readonly string[] => {
    const site = siteOf(config);
    const { module, before, after } = circuitBreaker.emit!(circuitBreaker.plan(config, site)!, site);
    return [module, before, after].map((pieces) =>
      (pieces ?? []).map((piece) => piece.toText((reference) => reference.name)).join("\n"),
    );
  };

  test("asks before the call and tells after it", () => {
    expect(
      textOf({ interval: 60, timeout: 30, max_errors: 2, name: "pay \u20ac", log_status_change: true }),
    ).toEqual([
      `// Opens at 3 failures in a row within 60 s, for 30 s (krakend.json:42).
const payBreaker = new CircuitBreaker({
  name: "pay \\xe2\\x82\\xac",
  label: "[BACKEND: /pay]",
  tolerated: 2,
  windowMs: 60000,
  openMs: 30000,
  logsChanges: true,
});`,
      `const payPermit = payBreaker.enter(performance.now());
if (payPermit instanceof UpstreamError) return failed(payPermit);`,
      "payBreaker.record(payPermit, outcome, performance.now());",
    ]);
  });

  test("says how it opens", () => {
    expect(textOf({ timeout: 30 })[0]).toContain("// Opens at the first failure, for 30 s");
    expect(textOf({ timeout: 30, max_errors: 1 })[0]).toContain("// Opens at 2 failures in a row, for 30 s");
  });
});

test("every block that fits the schema has a plan and code", () => {
  const number = fc.double({ noNaN: true, noDefaultInfinity: true });
  const config = fc.record(
    {
      ...{ interval: number, timeout: number, max_errors: number, maxErrors: number },
      ...{
        name: fc.string({ unit: "binary" }),
        log_status_change: fc.boolean(),
        logStatusChange: fc.boolean(),
      },
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(config, fc.boolean(), (block, compat) => {
      const site = siteOf(block, compat);
      const plan = circuitBreaker.plan(block, site);
      if (plan === undefined) return;
      for (const piece of circuitBreaker.emit!(plan, site).module!) piece.toText((each) => each.name);
    }),
  );
});
