// The generated filters, from the configuration to the reply, against an interpreter of the operations.
import fc from "fast-check";
import { beforeEach, expect, it, vi } from "vitest";
import { generate } from "../../src/codegen/generate.js";
import { Program } from "../../src/codegen/print.js";
import * as room from "../../src/features/flatmap/runtime.js";
import type { Exchange } from "../../src/runtime/exchange.js";
import * as runtime from "../../src/runtime/index.js";
import { utf8 } from "../../src/runtime/json/text.js";
import { type JsonValue, parseValue, printValue } from "../../src/runtime/json/value.js";
import { exportsOf, gatewayOf } from "../support/generated.js";
import { type FlatmapOperation, flatmapped } from "../support/reference-flatmap.js";

const KEYS = ["a", "b", "c", "0", "1", "__proto__", 'q"', "<ü>"];
const key = fc.constantFrom(...KEYS);
const step = fc.oneof({ weight: 3, arbitrary: key }, { weight: 2, arbitrary: fc.constant("*") });
// Below the third label KrakenD mixes up the labels of siblings: that is tested on its own.
const path = fc.array(step, { minLength: 1, maxLength: 4 }).map((steps) => steps.join("."));
const operation: fc.Arbitrary<FlatmapOperation> = fc.oneof(
  fc.array(path, { minLength: 1, maxLength: 3 }).map((args) => ({ type: "del", args })),
  fc.tuple(path, path).map((args) => ({ type: "move", args })),
  fc.tuple(path, path).map((args) => ({ type: "append", args })),
);

const scalar = fc.constantFrom("1.0", "12345678901234567890", '"x"', '"<ü>\\n"', "null", "true", "{}", "[ ]");
const { value, object } = fc.letrec<{ value: string; object: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    scalar,
    tie("object"),
    fc.array(tie("value"), { maxLength: 3 }).map((items) => `[${items.join(" , ")}]`),
    fc.array(tie("object"), { minLength: 1, maxLength: 3 }).map((items) => `[${items.join(",")}]`),
  ),
  object: fc
    .uniqueArray(fc.tuple(key, tie("value")), { maxLength: 4, selector: ([name]) => name })
    .map((members) => `{${members.map(([name, text]) => `${JSON.stringify(name)}: ${text}`).join(",")}}`),
}));

interface Case {
  readonly operations: readonly FlatmapOperation[];
  readonly group: string;
  readonly target: string;
  readonly bodies: readonly string[];
}

const cases: fc.Arbitrary<readonly Case[]> = fc.array(
  fc.record({
    operations: fc.array(operation, { minLength: 1, maxLength: 4 }),
    group: fc.constantFrom("", "", "g"),
    target: fc.constantFrom("", "", "a", "a.b"),
    bodies: fc.array(fc.oneof({ weight: 9, arbitrary: object }, value), { minLength: 1, maxLength: 8 }),
  }),
  { minLength: 1, maxLength: 4 },
);

type Handler = (x: Exchange) => Promise<void>;

/** Alone under its index, and beside a backend that answers nothing under its index and `/beside`. */
function handlersOf(all: readonly Case[], body: () => string): readonly Handler[] {
  const endpoints = all.flatMap(({ operations, group, target }, index) => {
    const backend = {
      host: ["http://service"],
      url_pattern: "/",
      group,
      target,
      extra_config: { proxy: { flatmap_filter: operations } },
    };
    const nothing = { host: ["http://service"], url_pattern: "/nothing" };
    return [
      { endpoint: `/${index}`, backend: [backend] },
      { endpoint: `/${index}/beside`, backend: [backend, nothing] },
    ];
  });
  const routes = generate(gatewayOf({ version: 3, endpoints }), "").filter(({ path }) =>
    path.startsWith("routes/"),
  );
  const fetchLent = (_x: Exchange, call: { readonly target: unknown }): Promise<object> =>
    Promise.resolve({
      url: "",
      status: 200,
      headers: [],
      body: call.target === "/nothing" ? "{}" : utf8(body()),
    });
  const imports = {
    "gwc/runtime": runtime,
    "gwc/flatmap": room,
    "../upstreams.js": { service: { fetchLent } },
  };
  const printed = new Program(routes).modules();
  return printed.map((module) => Object.values(exportsOf(module, imports))[0] as Handler);
}

async function replyOf(handler: Handler): Promise<string> {
  let reply = "";
  const exchange: Partial<Exchange> = {
    startedAt: 0,
    host: "h",
    clientIp: "127.0.0.1",
    hasBody: false,
    query: "",
    rawHeaders: [],
    header: () => undefined,
    copyHeader: () => {},
    streamBody: () => undefined,
    send: (status, _headers, sent) => {
      reply = `${status} ${sent === "" ? "" : printValue(parseValue(sent) as JsonValue)}`;
    },
  };
  await handler(exchange as Exchange);
  return reply;
}

function expected({ operations, group, target }: Case, body: string, beside: boolean): string {
  let value = parseValue(utf8(body)) as JsonValue;
  const isObject = value === null || value instanceof Map;
  if (!isObject) return beside ? "200 {}" : "500 ";
  for (const step of target === "" ? [] : target.split(".")) {
    const below: JsonValue | undefined = value instanceof Map ? value.get(step) : undefined;
    value = below instanceof Map ? below : new Map();
  }
  const data = flatmapped(value as Map<string, JsonValue> | null, operations);
  const shown = group === "" ? data : new Map([[group, data as JsonValue]]);
  // The empty answer beside it turns nothing into an empty object.
  return `200 ${printValue(beside ? (shown ?? new Map()) : shown)}`;
}

beforeEach(() => {
  vi.spyOn(process.stderr, "write").mockReturnValue(true);
  vi.spyOn(process.stdout, "write").mockReturnValue(true);
});

it("generated filters do what the operations say", async () => {
  await fc.assert(
    fc.asyncProperty(cases, async (all) => {
      let body = "";
      const handlers = handlersOf(all, () => body);
      for (const [index, each] of all.entries()) {
        for (body of each.bodies) {
          const said = JSON.stringify({ ...each, bodies: [body] });
          expect(await replyOf(handlers[index * 2]!), said).toBe(expected(each, body, false));
          expect(await replyOf(handlers[index * 2 + 1]!), said).toBe(expected(each, body, true));
        }
      }
    }),
    { numRuns: 120 },
  );
});
