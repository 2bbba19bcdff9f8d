import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import { parseDuration as configuredDuration } from "../config/duration.js";
import { sanitizeHost } from "../model/hosts.js";
import { parseDuration } from "./duration.js";
import { StartEnvironment } from "./environment.js";
import { ValueEnvironment } from "./environment-values.js";

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
