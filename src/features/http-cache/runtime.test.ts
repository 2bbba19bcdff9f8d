import { describe, expect, test } from "vitest";
import { headerOf } from "../../runtime/forward.js";
import type { Answer } from "../../runtime/received-answer.js";
import type { Call } from "../../runtime/upstream.js";
import { UpstreamError } from "../../runtime/upstream-error.js";
import { BadTarget } from "../../runtime/wire-path.js";
import { HttpCache, privateCache, sharedCache } from "./runtime.js";
import { CacheStore } from "./runtime-store.js";

const START = Date.UTC(2024, 0, 1);

type Reply = readonly [status: number, headers?: Readonly<Record<string, string>>] | UpstreamError;

interface Asked {
  readonly method?: Call["method"];
  readonly target?: Call["target"];
  readonly headers?: Readonly<Record<string, string>>;
}

const flat = (headers: Readonly<Record<string, string>> = {}): string[] => Object.entries(headers).flat();

/** A cache before a backend that gives the replies in turn, the last one again and again. */
class Bench {
  now = START;
  keepsFailures = false;
  /** The calls that reached the backend. */
  readonly calls: Call[] = [];
  readonly #cache: HttpCache;
  readonly #replies: readonly Reply[];

  constructor(replies: readonly Reply[], cache?: HttpCache) {
    this.#replies = replies;
    this.#cache = cache ?? new HttpCache(new CacheStore(), "", () => this.now);
  }

  /** The body of what comes back (the number of the reply), or a text for other results. */
  async ask(asked: Asked = {}): Promise<string> {
    const result = await this.answer(asked);
    if (result instanceof UpstreamError) return result.message;
    return result.status === 200 ? result.body : `${result.status} ${result.body}`;
  }

  answer({ method = "GET", target = "/a", headers }: Asked = {}): Promise<Answer | UpstreamError> {
    const call: Call = { method, target, headers: flat(headers), body: undefined, deadline: 0 };
    return this.#cache.fetch(call, (changed) => this.#reply(changed), this.keepsFailures);
  }

  async #reply(call: Call): Promise<Answer | UpstreamError> {
    this.calls.push({ ...call, headers: [...call.headers] });
    // As the transport does.
    call.headers.push("Accept-Encoding", "gzip");
    const reply = this.#replies[Math.min(this.calls.length, this.#replies.length) - 1]!;
    if (reply instanceof UpstreamError) return reply;
    const [status, headers = {}] = reply;
    const dated = { Date: new Date(this.now).toUTCString(), ...headers };
    return { url: "http://u/a", status, headers: flat(dated), body: `#${this.calls.length}` };
  }

  /** A header of the last call. */
  sent(name: string): string | undefined {
    return headerOf(this.calls.at(-1)!.headers, name);
  }
}

const MINUTE: readonly [number, Readonly<Record<string, string>>] = [200, { "Cache-Control": "max-age=60" }];
const DOWN = new UpstreamError("connection", "down");

async function inTurn(bench: Bench, ...asked: readonly Asked[]): Promise<readonly string[]> {
  const results: string[] = [];
  for (const each of asked) results.push(await bench.ask(each));
  return results;
}

describe("what is kept", () => {
  test("serves until it is too old", async () => {
    const bench = new Bench([MINUTE]);
    expect(await inTurn(bench, {}, {})).toEqual(["#1", "#1"]);
    bench.now += 59_000;
    expect(await bench.ask()).toBe("#1");
    bench.now += 1000;
    expect(await inTurn(bench, {}, {})).toEqual(["#2", "#2"]);
  });

  test.each<[string, Reply]>([
    ["no-store", [200, { "Cache-Control": "no-store, max-age=60" }]],
    ["nothing said", [200]],
    ["max-age=0", [200, { "Cache-Control": "max-age=0" }]],
    ["no-cache", [200, { "Cache-Control": "no-cache, max-age=60" }]],
    ["a failure", [404, { "Cache-Control": "max-age=60" }]],
    ["a redirect", [302, { "Cache-Control": "max-age=60" }]],
  ])("is not %s", async (_about, reply) => {
    const bench = new Bench([reply]);
    await inTurn(bench, {}, {}, {});
    expect(bench.calls).toHaveLength(3);
  });

  test("is not what another place answered, to which the backend had sent the request", async () => {
    const cache = privateCache();
    const call: Call = { method: "GET", target: "/a", headers: [], body: undefined, deadline: 0 };
    let asked = 0;
    const fetch = async (): Promise<Answer> => {
      asked += 1;
      return { url: "http://v/b", status: 200, headers: flat(MINUTE[1]), body: "", isMoved: true };
    };
    await cache.fetch(call, fetch);
    await cache.fetch(call, fetch);
    expect(asked).toBe(2);
  });

  test("is 201, too", async () => {
    expect(await inTurn(new Bench([[201, { "Cache-Control": "max-age=60" }]]), {}, {})).toEqual([
      "201 #1",
      "201 #1",
    ]);
  });

  test("is one for each target and method", async () => {
    const asked: readonly Asked[] = [{}, { target: "/a?p=1" }, { target: "/b" }, { method: "HEAD" }];
    expect(await inTurn(new Bench([MINUTE]), ...asked, ...asked)).toEqual([
      ...["#1", "#2", "#3", "#4"],
      ...["#1", "#2", "#3", "#4"],
    ]);
  });

  test("is given to every client unless Vary tells them apart", async () => {
    const asked = [{ headers: { Authorization: "a" } }, { headers: { Authorization: "b" } }];
    expect(await inTurn(new Bench([MINUTE]), ...asked)).toEqual(["#1", "#1"]);
    const varying: Reply = [200, { "Cache-Control": "max-age=60", Vary: "Accept, AUTHORIZATION" }];
    // One entry per target: the second takes the place of the first.
    expect(await inTurn(new Bench([varying]), ...asked, asked[1]!, ...asked)).toEqual([
      ...["#1", "#2", "#2", "#3", "#4"],
    ]);
  });

  test("does not vary with what the transport adds", async () => {
    const varying: Reply = [200, { "Cache-Control": "max-age=60", Vary: "Accept-Encoding" }];
    expect(await inTurn(new Bench([varying]), {}, {}, { headers: { "Accept-Encoding": "br" } })).toEqual([
      ...["#1", "#1", "#2"],
    ]);
  });

  test("stays when other methods ask for the target", async () => {
    const bench = new Bench([MINUTE]);
    expect(await inTurn(bench, {}, { method: "POST" }, { method: "POST" }, {})).toEqual([
      "#1",
      "#2",
      "#3",
      "#1",
    ]);
  });

  test("goes when a part is asked for under the same method", async () => {
    const part = { headers: { Range: "bytes=0-1" } };
    expect(await inTurn(new Bench([MINUTE]), {}, part, part, {}, {})).toEqual(["#1", "#2", "#3", "#4", "#4"]);
  });

  test("never holds a target that cannot be sent", async () => {
    const bad = new BadTarget("/a%", "invalid URL escape");
    const bench = new Bench([MINUTE]);
    await inTurn(bench, { target: bad }, { target: bad });
    expect(bench.calls).toHaveLength(2);
  });
});

describe("what the request says", () => {
  const asked = (value: string): Asked => ({ headers: { "Cache-Control": value } });

  test("no-cache asks anew and keeps the answer", async () => {
    expect(await inTurn(new Bench([MINUTE]), {}, asked("no-cache"), {})).toEqual(["#1", "#2", "#2"]);
  });

  test("no-store takes what is fresh, but keeps nothing and removes what is stale", async () => {
    expect(await inTurn(new Bench([MINUTE]), {}, asked("no-store"))).toEqual(["#1", "#1"]);
    expect(await inTurn(new Bench([MINUTE]), asked("no-store"), {}, {})).toEqual(["#1", "#2", "#2"]);
    const stale = new Bench([[200, { ETag: '"1"' }], MINUTE]);
    await inTurn(stale, {}, asked("no-store"));
    expect(stale.sent("if-none-match")).toBe('"1"');
    expect(await inTurn(stale, {})).toEqual(["#3"]);
    expect(stale.sent("if-none-match")).toBeUndefined();
  });

  test("only-if-cached never calls the backend", async () => {
    const bench = new Bench([MINUTE]);
    expect(await bench.ask(asked("only-if-cached"))).toBe("504 ");
    expect(bench.calls).toHaveLength(0);
    await bench.ask();
    bench.now += 1e9;
    expect(await bench.ask(asked("only-if-cached"))).toBe("#1");
  });
});

describe("what is stale", () => {
  const old: Reply = [
    200,
    { "Cache-Control": "max-age=0", ETag: '"1"', "Last-Modified": "then", "X-Old": "1" },
  ];

  test("is asked about, with its validators in place of the client's", async () => {
    const bench = new Bench([old, [304]]);
    await bench.ask();
    expect(bench.sent("if-none-match")).toBeUndefined();
    await bench.ask({ headers: { "If-None-Match": '"mine"' } });
    expect(bench.sent("if-none-match")).toBe('"1"');
    expect(bench.sent("if-modified-since")).toBe("then");
    expect(bench.calls[1]!.headers.filter((each) => each === '"mine"')).toEqual([]);
  });

  test("comes back when it still holds, with the news of the 304", async () => {
    const news = {
      ETag: '"1"',
      "Cache-Control": "max-age=60",
      "X-New": "2",
      "Content-Length": "0",
      Connection: "x-hop",
      "X-Hop": "3",
    };
    const bench = new Bench([old, [304, news]]);
    await bench.ask();
    const answer = (await bench.answer()) as Answer;
    expect(answer).toMatchObject({ status: 200, body: "#1" });
    const seen = ["x-old", "x-new", "content-length", "connection", "x-hop"].map((name) =>
      headerOf(answer.headers, name),
    );
    expect(seen).toEqual(["1", "2", undefined, undefined, undefined]);
    expect(answer.headers.filter((each) => each === "Cache-Control")).toHaveLength(1);
    bench.now += 59_000;
    expect(await bench.ask()).toBe("#1");
    expect(bench.calls).toHaveLength(2);
  });

  test("is replaced when it does not hold any more", async () => {
    const bench = new Bench([old, [200, { "Cache-Control": "max-age=0", ETag: '"2"' }], [304]]);
    expect(await inTurn(bench, {}, {}, {})).toEqual(["#1", "#2", "#2"]);
    expect(bench.sent("if-none-match")).toBe('"2"');
  });

  test("is not meant by a 304 to a validator of the client", async () => {
    const mine = { headers: { "If-None-Match": '"mine"' } };
    expect(await inTurn(new Bench([[304]]), mine, mine)).toEqual(["304 #1", "304 #2"]);
    expect(await inTurn(new Bench([[200, { "Cache-Control": "max-age=0" }], [304]]), {}, mine)).toEqual([
      ...["#1", "304 #2"],
    ]);
    const varying: Reply = [200, { ETag: '"1"', Vary: "X-User" }];
    const other = { headers: { "X-User": "b", "If-None-Match": '"1"' } };
    expect(await inTurn(new Bench([varying, [304]]), {}, other)).toEqual(["#1", "304 #2"]);
  });

  test("is meant by a 304 to a validator of the client that is the same", async () => {
    const bypass = (etag: string): Asked => ({
      headers: { "Cache-Control": "no-cache", "If-None-Match": etag },
    });
    expect(await inTurn(new Bench([old, [304]]), {}, bypass('"1"'))).toEqual(["#1", "#1"]);
    expect(await inTurn(new Bench([old, [304]]), {}, bypass('"mine"'))).toEqual(["#1", "304 #2"]);
  });

  test("is removed by a failure, which is handed on", async () => {
    for (const failure of [DOWN, [500], [404]] as const) {
      const bench = new Bench([old, failure, [200]]);
      const results = await inTurn(bench, {}, {}, {});
      expect(results[1]).toBe(failure === DOWN ? "down" : `${(failure as readonly number[])[0]} #2`);
      expect(bench.sent("if-none-match")).toBeUndefined();
    }
  });

  test("replaces a failure where stale-if-error allows", async () => {
    const allowed: Reply = [200, { "Cache-Control": "max-age=0, stale-if-error=30", Vary: "X-User" }];
    const bench = new Bench([allowed, DOWN, [503], [404]]);
    expect(await inTurn(bench, {}, {}, {}, {})).toEqual(["#1", "#1", "#1", "404 #4"]);
    const late = new Bench([allowed, DOWN]);
    await late.ask();
    late.now += 30_000;
    expect(await late.ask()).toBe("down");
    // Never the answer that was made for somebody else.
    expect(await inTurn(new Bench([allowed, DOWN]), {}, { headers: { "X-User": "b" } })).toEqual([
      "#1",
      "down",
    ]);
  });
});

describe("stores", () => {
  test("private ones do not meet", async () => {
    const mine = new Bench([MINUTE], privateCache());
    const yours = new Bench([[200, { "Cache-Control": "max-age=60" }]], privateCache());
    await Promise.all([mine.ask(), yours.ask()]);
    expect([mine.calls.length, yours.calls.length]).toEqual([1, 1]);
  });

  test("shared ones meet where the hosts are the same", async () => {
    // The shared caches look at the clock of the machine.
    const dated: Reply = [200, { "Cache-Control": "max-age=60", Date: new Date().toUTCString() }];
    const first = new Bench([dated], sharedCache("http://u"));
    const second = new Bench([dated], sharedCache("http://u"));
    const other = new Bench([dated], sharedCache("http://v"));
    const limited = new Bench([dated], sharedCache("http://u", { mostItems: 1 }));
    const late = new Bench([dated], sharedCache("http://w", { mostItems: 9 }));
    for (const each of [first, second, other, limited, late, limited]) await each.ask();
    expect([first, second, other, late].map((each) => each.calls.length)).toEqual([1, 0, 1, 1]);
    // The limits of the first hold for all: late took the only place.
    expect(limited.calls).toHaveLength(2);
  });
});

describe("failures that are read to their end", () => {
  const asked = async (reply: Reply, times: number): Promise<readonly [string, number]> => {
    const cache = new HttpCache(new CacheStore(), "", () => START);
    const bench = new Bench([reply], cache);
    bench.keepsFailures = true;
    let last = "";
    for (let each = 0; each < times; each += 1) last = await bench.ask();
    return [last, bench.calls.length];
  };

  test("are kept as long as they say", async () => {
    expect(await asked([404, { "Cache-Control": "max-age=60" }], 3)).toEqual(["404 #1", 1]);
    expect(await asked([500, { "Cache-Control": "max-age=60, no-store" }], 3)).toEqual(["500 #3", 3]);
    expect(await asked([404], 3)).toEqual(["404 #3", 3]);
    expect(await asked([304], 2)).toEqual(["304 #2", 2]);
  });
});

test("an answer says what it varied with", async () => {
  const varying: Reply = [200, { "Cache-Control": "max-age=60", Vary: "x-user, Accept" }];
  const bench = new Bench([varying]);
  for (let each = 0; each < 2; each += 1) {
    const answer = (await bench.answer({ headers: { "X-User": "a" } })) as Answer;
    expect(headerOf(answer.headers, "x-varied-x-user")).toBe("a");
    expect(headerOf(answer.headers, "x-varied-accept")).toBeUndefined();
    expect(answer.headers.filter((each) => each === "X-Varied-X-User")).toHaveLength(1);
  }
});
