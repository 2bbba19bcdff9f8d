import { describe, expect, test } from "vitest";
import { code, identifier } from "../../codegen/code.js";
import type { Diagnostic } from "../../diagnostics/diagnostic.js";
import { parseJson } from "../../source/parse-json.js";
import { SourceText } from "../../source/text.js";
import type { EmitSite } from "../kit.js";
import { httpCache } from "./feature.js";
import type { Config } from "./schema.js";

function siteOf(config: unknown, compat = false): EmitSite {
  const source = new SourceText("krakend.json", JSON.stringify(config));
  return {
    stage: "client",
    compat,
    namespace: "qos/http-cache",
    block: parseJson(source).value!,
    keySpan: source.span(0, 0),
    where: "krakend.json:42",
    label: "[BACKEND: /users]",
    params: [],
    backendCount: 1,
    hosts: [],
    owner: parseJson(source).value!,
    output: "json",
    timeoutMs: 2000,
    mode: "text",
    keys: undefined,
    subject: "users",
    name: (wished) => identifier(wished),
    param: () => undefined,
  };
}

describe("plan", () => {
  test.each<[Config, object]>([
    [{}, { shared: false, mostItems: undefined, mostBytes: undefined }],
    [{ shared: true }, { shared: true, mostItems: undefined, mostBytes: undefined }],
    [
      { max_items: 5, max_size: 1000 },
      { shared: false, mostItems: 5, mostBytes: 1000 },
    ],
    [{ max_items: 5 }, { shared: false, mostItems: 5, mostBytes: undefined }],
    [
      { max_items: 0, max_size: 1000 },
      { shared: false, mostItems: undefined, mostBytes: 1000 },
    ],
  ])("%j", (config, plan) => {
    expect(httpCache.plan(config, siteOf(config))).toEqual(plan);
  });

  test.each<[unknown, object]>([
    [{ max_items: 5 }, { shared: false, mostItems: undefined, mostBytes: undefined }],
    [
      { shared: true, max_items: 5, max_size: 9 },
      { shared: true, mostItems: 5, mostBytes: 9 },
    ],
    [
      { SHARED: true, Max_Items: 5, max_size: 9 },
      { shared: true, mostItems: 5, mostBytes: 9 },
    ],
    [
      { shared: true, max_items: "5" },
      { shared: false, mostItems: undefined, mostBytes: undefined },
    ],
    [
      { shared: true, max_size: -1 },
      { shared: false, mostItems: undefined, mostBytes: undefined },
    ],
    [
      { shared: true, max_items: null },
      { shared: true, mostItems: undefined, mostBytes: undefined },
    ],
    [[], { shared: false, mostItems: undefined, mostBytes: undefined }],
  ])("under compat, %j", (config, plan) => {
    expect(httpCache.plan({}, siteOf(config, true))).toEqual(plan);
  });
});

test.each<[Config, readonly string[]]>([
  [{}, []],
  [{ max_items: 5, max_size: 1000 }, []],
  [{ max_items: 0, max_size: 0 }, []],
  [{ max_items: 5 }, ["`max_items` is given without `max_size`; gwc keeps to it all the same at 5"]],
  [{ max_size: 70 }, ["`max_size` is given without `max_items`; gwc keeps to it all the same at 70"]],
])("rules: %j", (config, expected) => {
  const found: Diagnostic[] = [];
  httpCache.check?.(config, siteOf(config), (each) => found.push(each));
  const at = ({ span }: Diagnostic): string => span.source.text.slice(span.start, span.end);
  expect(found.map((each) => `${each.message} at ${at(each)}`)).toEqual(expected);
});

describe("emitted code", () => {
  const textOf = (config: Config, hosts?: readonly string[], relays = false): readonly string[] => {
    const site = { ...siteOf(config), ...(hosts === undefined ? {} : { hosts }) };
    const { module, wrap } = httpCache.emit!(httpCache.plan(config, site)!, site);
    const pieces = [...module!, wrap!(code`upstream.users.fetch(x, call)`, relays)];
    return pieces.map((piece) => piece.toText((reference) => reference.name));
  };

  test("a store of its own around the call", () => {
    expect(textOf({})).toEqual([
      `// Keeps answers as long as they allow, for this backend (krakend.json:42).
// All clients get the same answer, unless its Vary tells them apart.
const usersCache = privateCache();`,
      "usersCache.fetch(call, (call) => upstream.users.fetch(x, call))",
    ]);
  });

  test("failures are kept where they are read", () => {
    expect(textOf({}, undefined, true)[1]).toBe(
      "usersCache.fetch(call, (call) => upstream.users.fetch(x, call), true)",
    );
  });

  test.each<[Config, readonly string[] | undefined, string]>([
    [{ max_items: 5, max_size: 1000 }, undefined, "privateCache({ mostItems: 5, mostBytes: 1000 })"],
    [{ max_items: 5 }, undefined, "privateCache({ mostItems: 5 })"],
    [{ shared: true }, ["http://a:1", "http://b"], 'sharedCache("http://a:1 http://b")'],
    [{ shared: true, max_size: 9 }, ["http://a"], 'sharedCache("http://a", { mostBytes: 9 })'],
    // Equal paths of different hosts must never meet.
    [{ shared: true }, undefined, "privateCache()"],
  ])("%j with hosts %j", (config, hosts, expected) => {
    expect(textOf(config, hosts)[0]?.split("\n")[2]).toBe(`const usersCache = ${expected};`);
  });
});
