// The generated readers, from the configuration to the reply, against an interpreter of the options.
import fc from "fast-check";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { generate } from "../../src/codegen/generate.js";
import { Program } from "../../src/codegen/print.js";
import type { Exchange } from "../../src/runtime/exchange.js";
import * as runtime from "../../src/runtime/index.js";
import { JsonFault } from "../../src/runtime/json/fault.js";
import { utf8 } from "../../src/runtime/json/text.js";
import { parseValue, printValue } from "../../src/runtime/json/value.js";
import type { Answer } from "../../src/runtime/received-answer.js";
import type { Call } from "../../src/runtime/upstream.js";
import { exportsOf, gatewayOf } from "../support/generated.js";
import { dataOf, mergedReply, type Reply, replyTo, type ShapeOptions } from "../support/reference-shape.js";

const ODD_KEYS = ["", "__proto__", "constructor", 'a"b', "<ü>", "\ufffd", "！", "😀", "a\\", "\u2028", "key"];
const DECODER_KEYS = ["collection", "content"];

const oddKey = fc.constantFrom(...ODD_KEYS, ...DECODER_KEYS);
const key = fc.oneof({ weight: 4, arbitrary: fc.constantFrom("a", "b", "c") }, oddKey);

// ---- options ----

const path = fc.array(key, { minLength: 1, maxLength: 3 }).map((keys) => keys.join("."));
const paths = fc.array(path, { maxLength: 6 });
const source = fc.oneof({ weight: 6, arbitrary: key }, path);
const mapping = fc
  .array(fc.tuple(source, fc.oneof({ weight: 6, arbitrary: key }, path)), { maxLength: 5 })
  .map((entries): Readonly<Record<string, string>> => Object.fromEntries(entries));
const optional = <T>(weight: number, value: fc.Arbitrary<T>, absent: T): fc.Arbitrary<T> =>
  fc.oneof({ weight, arbitrary: value }, { weight: 10 - weight, arbitrary: fc.constant(absent) });

const json = fc.constantFrom("json", "json", "json", "", "JSON", "fast-json", "safejson");
const shape: fc.Arbitrary<ShapeOptions> = fc.record({
  encoding: fc.oneof({ weight: 6, arbitrary: json }, fc.constantFrom("SafeJSON", "string")),
  is_collection: optional(1, fc.constant(true), false),
  target: optional(3, path, ""),
  allow: optional(4, paths, []),
  deny: optional(4, paths, []),
  mapping: optional(6, mapping, {}),
  group: optional(2, key, ""),
});

// ---- documents ----

const space = fc.constantFrom("", "", "", " ", "\n\t");
const number = fc.constantFrom("0", "-0", "1.0", "1e5", "12345678901234567890", "-1.5E-7");
const text = fc.constantFrom('""', '"x"', '"<b>&"', '"\\u003c\\/"', utf8('"é漢😀"'), '"\\ud800"', '"\xff"');
const scalar = fc.oneof(number, text, fc.constantFrom("null", "true", "false"));

/** A key as some encoder might write it. */
const writtenKey = fc.tuple(fc.oneof({ weight: 8, arbitrary: key }, path), fc.nat(5)).map(([name, style]) => {
  const plain = JSON.stringify(name);
  if (style === 0) return utf8(plain.replace(/[^"\\]/u, escaped));
  // Half a surrogate pair stands for U+FFFD.
  return style === 1 ? utf8(plain.replaceAll("\ufffd", "\\ud800")) : utf8(plain);
});

function escaped(char: string): string {
  const units = Array.from({ length: char.length }, (_each, index) => char.charCodeAt(index));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("");
}

function listed(open: string, item: fc.Arbitrary<string>, close: string): fc.Arbitrary<string> {
  return fc
    .array(fc.tuple(space, item, space), { maxLength: 5 })
    .map((items) => open + items.map((each) => each.join("")).join(",") + close);
}

const { value, object } = fc.letrec<{ value: string; object: string; array: string }>((tie) => ({
  value: fc.oneof({ maxDepth: 4 }, scalar, tie("object"), tie("object"), tie("array")),
  object: listed(
    "{",
    fc.tuple(writtenKey, space, tie("value")).map(([name, gap, member]) => `${name}${gap}:${gap}${member}`),
    "}",
  ),
  array: listed("[", tie("value"), "]"),
}));

const cut = fc.tuple(object, fc.nat(200)).map(([whole, at]) => whole.slice(0, at % (whole.length + 1)));
const body = fc.oneof(
  { weight: 14, arbitrary: object },
  { weight: 2, arbitrary: value },
  { weight: 1, arbitrary: object.map((whole) => `${whole} trailing }`) },
  { weight: 1, arbitrary: cut },
  { weight: 1, arbitrary: fc.constantFrom("null", "[]", "{}", "", " ") },
);

// ---- endpoints ----

/** The bodies of the backends, and the order in which they arrive. */
interface Round {
  readonly bodies: readonly string[];
  readonly order: readonly number[];
}

interface Case {
  readonly shapes: readonly ShapeOptions[];
  readonly rounds: readonly Round[];
}

const several = fc.constantFrom(1, 1, 2, 2, 3).chain((count): fc.Arbitrary<Case> => {
  const indices = Array.from({ length: count }, (_each, index) => index);
  const round = fc.record({
    bodies: fc.array(body, { minLength: count, maxLength: count }),
    order: fc.shuffledSubarray(indices, { minLength: count, maxLength: count }),
  });
  return fc.record({
    shapes: fc.array(shape, { minLength: count, maxLength: count }),
    rounds: fc.array(round, { minLength: 1, maxLength: 10 }),
  });
});
const cases = fc.array(several, { minLength: 1, maxLength: 4 });

type Fetch = (x: Exchange, call: Call) => Promise<Answer>;
type Upstream = { readonly fetch: Fetch; readonly fetchLent: Fetch };
type Handler = (x: Exchange) => Promise<void>;

/** The handlers of endpoints with these backends, which all ask the one upstream for `/<index>`. */
function handlersOf(all: readonly Case[], upstream: Upstream): readonly Handler[] {
  const endpoints = all.map(({ shapes }, index) => ({
    endpoint: `/${index}`,
    backend: shapes.map((options, at) => ({ ...options, host: ["http://service"], url_pattern: `/${at}` })),
  }));
  const routes = generate(gatewayOf({ version: 3, endpoints }), "").filter(({ path }) =>
    path.startsWith("routes/"),
  );
  const imports = { "gwc/runtime": runtime, "../upstreams.js": { service: upstream } };
  const printed = new Program(routes).modules();
  return printed.map((module) => Object.values(exportsOf(module, imports))[0] as Handler);
}

/** Gives out answers when it is told to. */
class Backends implements Upstream {
  readonly #waiting = new Map<string, (answer: Answer) => void>();

  fetch(_x: Exchange, { target }: Call): Promise<Answer> {
    return new Promise((resolve) => this.#waiting.set(String(target), resolve));
  }

  fetchLent(x: Exchange, call: Call): Promise<Answer> {
    return this.fetch(x, call);
  }

  answer({ bodies, order }: Round): void {
    for (const index of order) {
      const resolve = this.#waiting.get(`/${index}`)!;
      resolve({ url: `http://service/${index}`, status: 200, headers: [], body: bodies[index]! });
    }
    this.#waiting.clear();
  }
}

async function replyOf(handler: Handler, backends: Backends, round: Round): Promise<Reply> {
  const replies: Reply[] = [];
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
    send: (status, headers, sent) => {
      const completed = headers[headers.indexOf("X-Krakend-Completed") + 1] === "true";
      replies.push({ status, completed, body: sent });
    },
  };
  const done = handler(exchange as Exchange);
  backends.answer(round);
  await done;
  expect(replies).toHaveLength(1);
  return replies[0]!;
}

function expected(shapes: readonly ShapeOptions[], { bodies, order }: Round): Reply {
  const data = order.map((index) => dataOf(shapes[index]!, bodies[index]!));
  return shapes.length === 1 ? replyTo(data[0]) : mergedReply(data);
}

/** The same document, keys sorted, U+FFFD spelt in one way. */
function normalized(reply: Reply): Reply {
  if (reply.body === "") return reply;
  expect(reply.body).not.toMatch(/[<>&]/);
  const parsed = parseValue(reply.body);
  if (parsed instanceof JsonFault) throw new Error(`${parsed.message} in ${reply.body}`);
  return { ...reply, body: printValue(parsed) };
}

/** In UTF-16 the second source sorts first. */
const SORTED_BY_BYTES: Case = {
  shapes: [{ mapping: { "！": "a", "😀": "a" } }],
  rounds: [{ bodies: [utf8('{"！":1,"😀":2}')], order: [0] }],
};

beforeEach(() => {
  // Failures are logged.
  vi.spyOn(process.stderr, "write").mockReturnValue(true);
});
afterEach(() => vi.restoreAllMocks());

it("generated readers shape answers as the options say", async () => {
  await fc.assert(
    fc.asyncProperty(cases, async (all) => {
      const backends = new Backends();
      const handlers = handlersOf(all, backends);
      for (const [index, { shapes, rounds }] of all.entries()) {
        for (const round of rounds) {
          const got = normalized(await replyOf(handlers[index]!, backends, round));
          expect(got, JSON.stringify({ shapes, round })).toEqual(normalized(expected(shapes, round)));
        }
      }
    }),
    { numRuns: 150, examples: [[[SORTED_BY_BYTES]]] },
  );
});
