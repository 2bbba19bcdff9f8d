import { describe, expect, it } from "vitest";
import { RegularExpression } from "../../runtime/regular.js";
import { BotDetector, type BotRules } from "./runtime.js";

const rules: BotRules = {
  deny: ["bad"],
  allow: ["curl/8 friendly"],
  patterns: [],
  emptyIsBot: false,
  remembered: 0,
};

/** A pattern that counts how often it is asked. */
class Counting extends RegularExpression {
  asked = 0;
  override matches(bytes: string): boolean {
    this.asked += 1;
    return super.matches(bytes);
  }
}

describe("a bot detector", () => {
  it("knows names as they are written, and patterns anywhere in a name", () => {
    const patterns = [new RegularExpression("^curl/"), new RegularExpression("(?i)scrapy")];
    const detector = new BotDetector({ ...rules, patterns });
    const bots = ["bad", "bad ", "Bad", "curl/8", "curl/8 friendly", "my SCRAPY", "browser", ""];
    expect(bots.filter((name) => detector.isBot(name))).toEqual(["bad", "curl/8", "my SCRAPY"]);
  });

  it("takes a client without a name for a bot where it is told so", () => {
    expect(new BotDetector({ ...rules, emptyIsBot: true, allow: [""] }).isBot("")).toBe(true);
  });

  it("reads names as UTF-8", () => {
    const detector = new BotDetector({ ...rules, patterns: [new RegularExpression("^b.t$")] });
    expect(detector.isBot(Buffer.from("b\u00f6t").toString("latin1"))).toBe(true);
    expect(detector.isBot("b\xfft")).toBe(true);
  });

  it("remembers the names seen last, and no long ones", () => {
    const pattern = new Counting("bot");
    const detector = new BotDetector({ ...rules, patterns: [pattern], remembered: 2 });
    for (const name of ["a bot", "b", "a bot", "c", "a bot", "b"]) detector.isBot(name);
    // `b` was forgotten when `c` came: `a bot` had been seen after it.
    expect(pattern.asked).toBe(4);
    const long = "x".repeat(1000);
    detector.isBot(long);
    detector.isBot(long);
    expect(pattern.asked).toBe(6);
  });

  it("is not stalled by a name that makes other engines go back and forth", () => {
    const detector = new BotDetector({ ...rules, patterns: [new RegularExpression("(a+)+$")] });
    const started = performance.now();
    expect(detector.isBot(`${"a".repeat(50_000)}!`)).toBe(false);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
