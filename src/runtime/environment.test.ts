import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import { canonicalKey } from "../codegen/keys.js";
import { parseDuration as configuredDuration } from "../config/duration.js";
import { lateForms } from "../config/late.js";
import { sanitizeHost } from "../model/hosts.js";
import { parseDuration } from "./duration.js";
import { StartEnvironment } from "./environment.js";
import { ValueEnvironment } from "./environment-values.js";
import { RegularExpression } from "./regular.js";

afterEach(() => void vi.restoreAllMocks());

/** What the process says when it refuses to start; undefined where it starts. */
function refusal(environment: StartEnvironment): string | undefined {
  let said = "";
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    said += String(text);
    return true;
  });
  const exit = vi.spyOn(process, "exit").mockImplementation((() => {}) as never);
  environment.refuseFaults();
  if (exit.mock.calls.length === 0) return undefined;
  expect(exit).toHaveBeenCalledWith(1);
  return said;
}

describe("values", () => {
  test("come from variables, or from their defaults where those are absent or empty", () => {
    const start = new ValueEnvironment({
      A: "a",
      EMPTY: "",
      P: "81",
      T: "1m30s",
      H: "https://h.example.com:80/",
    });
    expect(start.text("k:1", start.variable("A"))).toBe("a");
    expect(start.text("k:1", `${start.variable("EMPTY", "else")}-${start.variable("B", "b")}`)).toBe(
      "else-b",
    );
    expect(start.text("k:1", start.variable("EMPTY"))).toBe("");
    expect(start.port("k:1", start.variable("P"))).toBe(81);
    expect(start.duration("k:1", start.variable("T"))).toBe(90_000);
    expect(start.host("k:1", start.variable("H"))).toBe("https://h.example.com:80");
    expect(start.host("k:1", `${start.variable("A")}.example.com`)).toBe("http://a.example.com");
    expect(start.verbatimHost("k:1", "amqp://u:p@h/ü")).toBe("amqp://u:p@h/\u00c3\u00bc");
    expect(start.bytes("k:1", "ü")).toBe("\u00c3\u00bc");
    expect(start.address("k:1", "::1")).toBe("::1");
    expect(refusal(start)).toBeUndefined();
  });

  test("all that is missing or wrong is named, and no secret is shown", () => {
    const start = new ValueEnvironment({
      PORT: "http",
      HOST: "http://user:secret@h",
      EMPTY: "",
      T: "5",
      IP: "h",
    });
    start.text("k.json:1", `${start.variable("TOKEN")}${start.variable("SALT")}`);
    start.port("k.json:2", start.variable("PORT"));
    start.host("k.json:3", `http://${start.variable("HOST")}:${start.variable("EMPTY")}`);
    start.duration("k.json:4", start.variable("T"));
    start.duration("k.json:5", start.variable("ZERO", "0s"));
    start.address("k.json:6", start.variable("IP"));
    start.verbatimHost("k.json:7", start.variable("EMPTY"));
    const said = refusal(start);
    expect(said).toBe(`cannot start:
  TOKEN is not set (k.json:1)
  SALT is not set (k.json:1)
  PORT: the value is \`http\`, which is no port from 1 to 65535 (k.json:2)
  HOST, EMPTY: the value is not a host: write scheme, name and port only, http://api.example.com:8080 (k.json:3)
  T: the value is \`5\`, which is no positive duration such as 1500ms (k.json:4)
  ZERO: the value is \`0s\`, which is no positive duration such as 1500ms (k.json:5)
  IP: the value is \`h\`, which is no IP address such as 127.0.0.1 or ::1 (k.json:6)
  EMPTY: the value is empty (k.json:7)
`);
    expect(said).not.toContain("secret");
  });
});

describe("KRAKEND_ variables at start", () => {
  test.each([
    [undefined, 9000],
    ["8081", 8081],
    ["8_081", 8081],
    ["0x1F90", 8080],
    ["", 8080],
    ["0", 8080],
  ])("KRAKEND_PORT=%s", (text, port) => {
    const start = new StartEnvironment(text === undefined ? {} : { KRAKEND_PORT: text });
    expect(start.krakendPort(9000)).toBe(port);
    expect(refusal(start)).toBeUndefined();
  });

  test.each([
    ["tcp://10.0.171.239:8080", /enableServiceLinks/],
    ["http", /which is no port/],
    ["70000", /which is no port/],
    ["-1", /which is no port/],
  ])("KRAKEND_PORT=%s is refused", (text, said) => {
    const start = new StartEnvironment({ KRAKEND_PORT: text });
    start.krakendPort(9000);
    expect(refusal(start)).toMatch(said);
  });

  test("the address", () => {
    const start = new StartEnvironment({ KRAKEND_LISTEN_IP: "127.0.0.1" });
    expect(start.krakendListenIp("")).toBe("127.0.0.1");
    expect(refusal(start)).toBeUndefined();
    const wrong = new StartEnvironment({ KRAKEND_LISTEN_IP: "localhost" });
    wrong.krakendListenIp("");
    expect(refusal(wrong)).toMatch(/KRAKEND_LISTEN_IP is `localhost`, which is no IP address/);
  });
});

describe("what is read at start is read as at build", () => {
  test("hosts", () => {
    const host = fc.stringMatching(/^(?:https?:\/\/|ftp:\/\/)?[a-z0-9._ @/:-]{0,12}(?::\d{0,6})?\/?$/);
    fc.assert(
      fc.property(host, (text) => {
        const start = new ValueEnvironment({ H: text });
        const made = start.host("k:1", start.variable("H"));
        expect(made).toBe(sanitizeHost(text) ?? "");
      }),
    );
  });

  test("durations", () => {
    const unit = fc.constantFrom("ns", "us", "µs", "μs", "ms", "s", "m", "h", "d", "", " ", ".");
    const group = fc.tuple(fc.constantFrom("0", "1", "1.5", ".5", "5.", "99999999", ""), unit);
    const text = fc
      .tuple(fc.constantFrom("", "-", "+", "--"), fc.array(group, { maxLength: 3 }))
      .map(([sign, groups]) => sign + groups.flat().join(""));
    fc.assert(
      fc.property(text, (given) => {
        const expected = configuredDuration(given);
        const made = parseDuration(given);
        if (typeof expected === "string") expect(made).toBeUndefined();
        else expect(made).toBeCloseTo(expected, 5);
      }),
    );
  });
});

describe("kinds of texts", () => {
  const made = (
    text: string,
    make: (start: ValueEnvironment, text: string) => string,
  ): string | undefined => {
    const start = new ValueEnvironment({ A: text });
    const value = make(start, start.variable("A"));
    return refusal(start) === undefined ? value : undefined;
  };

  test("JSON is what the build would have printed", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(made(text, (start, value) => start.json("k:1", value))).toBe(`"${canonicalKey(text)}"`);
      }),
    );
  });

  test.each([
    ["10.0.0.0/8", true],
    ["10.0.0.1", true],
    ["::1", true],
    ["fd00::/129", false],
    ["10.0.0.0/33", false],
    ["10.0.0.0/8/8", false],
    ["fe80::1%eth0", false],
    ["proxy.example.com", false],
    ["", false],
  ])("network %s: %s", (text, fits) => {
    expect(made(text, (start, value) => start.network("k:1", value))).toBe(fits ? text : undefined);
  });

  test.each([
    ["^curl/", true],
    ["(", false],
    ["(?=x)", false],
    ["", false],
  ])("pattern %s: %s", (text, fits) => {
    const value = made(text, (start, each) => start.pattern("k:1", each, RegularExpression));
    expect(value).toBe(fits ? text : undefined);
  });

  test.each([
    ["header value", "Bearer a b", true],
    ["header value", "x", true],
    ["header value", "", false],
    ["header value", " x", false],
    ["header value", "a\r\nB: c", false],
    ["header without nonce", "script-src $NONCE", false],
    ["header without nonce", "script-src 'self'", true],
    ["origin", "https://*.example.com", true],
    ["origin", "app://x", true],
    ["origin", "*", false],
    ["origin", "https://a.example.com,https://b.example.com", false],
    ["origin", "https://*.*.example.com", false],
    ["origin", "https://example.com/path", false],
    ["log level", "DEBUG", true],
    ["log level", "debug", true],
    ["log level", "TRACE", false],
    ["host and port", ":8090", true],
    ["host and port", "[::1]:8090", true],
    ["host and port", "logs.example.com", false],
    ["file", "/etc/tls/server.crt", true],
    ["file", "", false],
    ["metric name", "shop_1", true],
    ["metric name", "shop-1", false],
    ["name", "collector.example.com", true],
    ["name", "http://collector", false],
    ["name", "a\nb", false],
  ] as const)("%s `%s`: %s", (kind, text, fits) => {
    const { form, wanted } = lateForms[kind];
    const value = made(text, (start, each) => start.matching("k:1", each, form, wanted));
    expect(value).toBe(fits ? text : undefined);
  });

  test("a timer waits whole milliseconds, and not longer than timers can", () => {
    const start = new ValueEnvironment({ A: "1500us", B: "9999h", C: "0" });
    expect(start.timer("k:1", start.variable("A"))).toBe(2);
    expect(start.timer("k:1", start.variable("B"))).toBe(2 ** 31 - 1);
    start.timer("k:1", start.variable("C"));
    expect(refusal(start)).toMatch(/C: the value is `0`, which is no positive duration/);
  });

  test("a name that is missing is said once, with all its places", () => {
    const start = new ValueEnvironment({ C: "x" });
    start.text("k:1", start.variable("A"));
    start.port("k:2", start.variable("C"));
    start.matching("k:3, k:4", start.variable("A") + start.variable("B"), /^b$/, "b");
    start.text("k:1", start.variable("A"));
    expect(refusal(start)).toBe(
      "cannot start:\n  A is not set (k:1, k:3, k:4)\n  B is not set (k:3, k:4)\n" +
        "  C: the value is `x`, which is no port from 1 to 65535 (k:2)\n",
    );
  });

  test("what may be a secret is not shown", () => {
    const start = new ValueEnvironment({ TOKEN: "s3cret\n" });
    start.matchingBytes(
      "k:1",
      start.variable("TOKEN"),
      lateForms["header value"].form,
      "a value of a header",
    );
    expect(refusal(start)).toBe("cannot start:\n  TOKEN: the value is not a value of a header (k:1)\n");
  });
});
