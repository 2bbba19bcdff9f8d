import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { Outcome, relayed, succeeded } from "../../runtime/outcome.js";
import { RegularExpression } from "../../runtime/regular.js";
import { UpstreamError } from "../../runtime/upstream-error.js";
import { OVERLOADS, type Parsed, parse, VARIABLES } from "./language.js";
import { isFault } from "./plan.js";
import { rewritten } from "./rewrite.js";
import { Checks, headerLists, queryLists, texts } from "./runtime.js";
import { language } from "./runtime-language.js";
import { now } from "./runtime-time.js";

function emitted(text: string): string {
  const parsed = parse(text);
  if (isFault(parsed)) throw new Error(parsed.reason);
  return rewritten(parsed);
}

/** What the expression comes to; a failure is its text. */
function resultOf(text: string, variables: Record<string, unknown> = {}): unknown {
  try {
    return language(RegularExpression).evaluate(emitted(text), variables);
  } catch (error) {
    return (error as Error).message.split("\n")[0];
  }
}

function passes(text: string, variables: Record<string, unknown> = {}): boolean {
  return resultOf(text, variables) === true;
}

describe("expressions", () => {
  it("know the same names in the compiler and in the gateway", () => {
    const { variables, functions } = language(RegularExpression).getDefinitions();
    for (const [name, type] of Object.entries(VARIABLES))
      expect(variables.find((each) => each.name === name)?.type.replaceAll(" ", "")).toBe(
        type.replaceAll(" ", ""),
      );
    const signatures = functions.map(({ signature }) => signature);
    for (const overload of OVERLOADS) expect(signatures).toContain(overload);
  });

  it.each([
    "int('') == 0",
    "int(' 5') == 5",
    "int('5.0') == 5",
    "int(1e30) > 0",
    "uint('') == 0u",
    "double('') == 0.0",
    "double('0x10') == 16.0",
    "timestamp('2026-02-30T00:00:00Z') > timestamp('2026-01-01T00:00:00Z')",
    "timestamp('2026-01-01') > timestamp('2025-01-01T00:00:00Z')",
    "timestamp('Wed, 21 Oct 2015 07:28:00 GMT') > timestamp('2010-01-01T00:00:00Z')",
    "timestamp('2026-01-01T00:00:00Z').getHours('Nowhere/Town') == 0",
    "'a'.matches('(')",
    "[1, 2][2] == 3",
    "1 / 0 == 1",
    "9223372036854775807 + 1 > 0",
  ])("%s fails", (text) => {
    expect(resultOf(text)).toBeTypeOf("string");
  });

  it.each([
    "int('-42') == -42 && int('+7') == 7 && int(4.9) == 4 && int(5u) == 5",
    "int(timestamp('2023-01-01T00:00:00Z')) == 1672531200",
    "double('1e3') == 1000.0 && double(3) == 3.0",
    "'abc'.matches('(?i)B') && matches('abc', '^a.c$') && !'a'.matches('^b')",
    "\"r\".matches(r'^\\w$')",
    "(('abc')) . matches('b')",
    "'abc' // a comment\n .matches('b')",
    "timestamp('2026-11-25T09:00:00+02:00') == timestamp('2026-11-25T07:00:00Z')",
    "timestamp('2026-11-25T09:00:00.123456789+02:00').getMilliseconds() == 123",
    "timestamp('2026-07-01T22:30:00Z').getDate('Europe/Madrid') == 2",
    "timestamp('2026-07-01T22:30:00Z').getHours('02:00') == 0",
    "timestamp('2026-07-01T22:30:00Z').getMinutes('-00:45') == 45",
    "timestamp('2026-11-25T00:00:00Z').getDayOfWeek() == 3",
    "timestamp('2026-12-31T12:00:00Z').getDayOfYear() == 364",
    "timestamp('2026-04-01T00:00:00Z').getDayOfYear('Europe/Madrid') == 90",
    "string(timestamp('2026-04-01T00:00:10.120Z')) == '2026-04-01T00:00:10.12Z'",
    "string(timestamp('2026-04-01T00:00:10Z')) == '2026-04-01T00:00:10Z'",
    "string(duration('1h30m')) == '5400s' && string(duration('-1500ms')) == '-1.5s'",
    "timestamp('2026-01-01T01:00:00Z') - timestamp('2026-01-01T00:00:00Z') == duration('60m')",
    "size('\u017c\u00f3') == 2 && size([1, 2]) == 2 && 'a' in {'a': 1}",
    "[1, 2, 3].filter(i, i > 1).map(i, i * 2) == [4, 6] && [1].exists_one(i, i == 1)",
    "false && 1 / 0 > 0 || true",
    "type(1) == int && type(1u) == uint && type(1.0) == double && dyn(1) == 1.0",
  ])("%s", (text) => {
    expect(resultOf(text)).toBe(true);
  });

  it("are refused where cel-go would not take them", () => {
    const reasons = [
      "a == 1",
      "1 + 'a' == 2",
      "'A'.lowerAscii() == 'a'",
      "cel.bind(a, 1, a == 1)",
      "1 ==",
    ].map((text) => parse(text));
    expect(reasons.map((each) => (isFault(each) ? each.kind : "none"))).toEqual([
      "type",
      "type",
      "type",
      "type",
      "syntax",
    ]);
    expect((parse("has(resp_data.a) || req_path == now") as Parsed).variables).toEqual(
      new Set(["resp_data", "req_path", "now"]),
    );
  });

  it("have only the variables of their moment", () => {
    expect(passes("req_method == 'GET' || resp_completed", { req_method: "GET" })).toBe(true);
    expect(passes("req_method == 'GET' && resp_completed", { req_method: "GET" })).toBe(false);
  });

  it("do not find what every object has", () => {
    expect(passes("has(resp_data.constructor)", { resp_data: new Map() })).toBe(false);
    expect(passes("'toString' in req_params", { req_params: texts(["Id", "1"]) })).toBe(false);
  });
});

interface Recorded {
  readonly text: string;
  /** What cel-go 0.29.0 said: `true`, `false` for all else, or at which step it failed. */
  readonly go: string;
  /** What gwc says where that is something else. */
  readonly gwc?: string;
}

describe("what cel-go says", () => {
  const file = join(import.meta.dirname, "../../../fixtures/cel/expressions.json");
  const recorded = JSON.parse(readFileSync(file, "utf8")) as readonly Recorded[];
  const environment = language(RegularExpression);
  const variables = {
    req_method: "GET",
    req_params: mapOf({ Id: "4" }),
    req_headers: mapOf({ "X-T": ["a", "b"] }),
    now: "2026-11-25T11:00:00.12+02:00",
    // Numbers of answers are texts to cel-go, but for one that was made in the gateway.
    resp_data: mapOf({
      ...{ n: "5", f: "4.5", d: 2.5, s: "x", b: true, nul: null },
      ...{ l: ["1", "a"], o: mapOf({ a: "b" }) },
    }),
  };

  it.each(recorded.map((each) => [each.text, each] as const))("%s", (text, { go, gwc }) => {
    const parsed = parse(text);
    expect(isFault(parsed) ? parsed.kind : verdictOf(rewritten(parsed))).toBe(gwc ?? go);
  });

  function verdictOf(text: string): string {
    try {
      return String(environment.evaluate(text, variables) === true);
    } catch {
      return "error";
    }
  }
});

function mapOf(members: Readonly<Record<string, unknown>>): ReadonlyMap<string, unknown> {
  return new Map(Object.entries(members));
}

describe("variables", () => {
  it("hold texts, not bytes", () => {
    expect(texts(["Id", "\xc3\xa9"], ["Gone", undefined])).toEqual(new Map([["Id", "\u00e9"]]));
    expect(headerLists(["x-tenant", "a", "X-Tenant", "\xc3\xa9"])).toEqual(
      new Map([["X-Tenant", ["a", "\u00e9"]]]),
    );
    expect(queryLists("a=1&b=2&a=%C3%A9", ["a"])).toEqual(new Map([["a", ["1", "\u00e9"]]]));
    expect(queryLists("a=1&b=2").size).toBe(2);
  });

  const zone = process.env.TZ;
  afterEach(() => {
    if (zone === undefined) delete process.env.TZ;
    else process.env.TZ = zone;
  });

  it.each([
    ["UTC", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{0,2}[1-9])?Z$/],
    ["Asia/Kolkata", /\d\+05:30$/],
    ["Etc/GMT+3", /\d-03:00$/],
  ])("now is the local time in %s", (name, layout) => {
    process.env.TZ = name;
    expect(now()).toMatch(layout);
    expect(Math.abs(Date.parse(now()) - Date.now())).toBeLessThan(1000);
  });
});

function checked(text: string, outcome: Outcome, numbersAreTexts = false): Outcome {
  return new Checks("[X]", { before: [], after: [emitted(text)], numbersAreTexts }).after(outcome);
}

describe("checks after a call", () => {
  const data = ',"id":42,"price":4.5,"big":12345678901234567890,"n":null,"l":[1],"\u00e9":"x"';

  it.each([
    "resp_data.id == 42 && resp_data.id > 41.5 && resp_data.price > 4.0",
    "resp_data.big > 1e19 && resp_data.n == null && resp_data.l[0] == 1",
    "resp_completed && resp_metadata_status == 0 && size(resp_metadata_headers) == 0",
  ])("%s", (text) => {
    const outcome = succeeded(data);
    expect(checked(text, outcome)).toBe(outcome);
  });

  it("take numbers for texts where KrakenD does", () => {
    expect(checked("resp_data.id == 42", succeeded(data), true).error?.message).toBe(
      "request aborted by evaluator #0",
    );
    const outcome = succeeded(data);
    expect(checked("int(resp_data.id) == 42 && resp_data.price == '4.5'", outcome, true)).toBe(outcome);
    const doubles = new Outcome(data, true, undefined, undefined, ["id"]);
    expect(checked("resp_data.id == 42", doubles, true)).toBe(doubles);
  });

  it("look into data under its keys", () => {
    const checks = new Checks("[X]", { before: [], after: ["resp_data.a == 1"], numbersAreTexts: false });
    expect(checks.after(succeeded(new Map([["a", "1"]]))).error).toBeUndefined();
    expect(checks.after(succeeded(new Map([["a", "2"]]))).data).toBeUndefined();
    expect(checks.after(succeeded(null)).error).toBeDefined();
  });

  it("leave alone what has failed, in part too", () => {
    const partial = new Outcome(data, false, new UpstreamError("status", "x"));
    expect(checked("resp_completed", partial)).toBe(partial);
  });

  it("see status and headers of an answer that is handed over, and give up one that is refused", () => {
    let discarded = 0;
    const answer = {
      bare: false,
      status: 200,
      headers: ["content-type", "a/b"],
      pipe: () => {},
      discard: () => (discarded += 1),
    };
    const good = relayed(answer as never);
    expect(checked("resp_metadata_status == 200 && 'Content-Type' in resp_metadata_headers", good)).toBe(
      good,
    );
    expect(discarded).toBe(0);
    expect(checked("resp_metadata_status == 201", good).answer).toBeUndefined();
    expect(discarded).toBe(1);
  });
});
