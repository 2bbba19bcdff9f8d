// What `--compat krakend` lets through of the security blocks, and what becomes of it.
import { describe, expect, it } from "vitest";
import { compileText } from "../support/gateway.js";

const withBlock = (namespace: string, block: unknown): object => ({
  version: 3,
  host: ["http://api.example.com"],
  extra_config: { [namespace]: block },
  endpoints: [{ endpoint: "/a", backend: [{ url_pattern: "/a" }] }],
});

/** The generated part of the bundle. */
async function compiled(namespace: string, block: unknown): Promise<string> {
  const text = await compileText(withBlock(namespace, block), true);
  return text.slice(text.indexOf("// gateway:"));
}

const refused = (namespace: string, block: unknown, code: string): Promise<void> =>
  expect(compileText(withBlock(namespace, block))).rejects.toThrow(code);

describe("security/cors", () => {
  it("leaves out what is no text, and keeps the rest", async () => {
    const block = { allow_origins: [1, "https://a.example.com"], max_age: "1d" };
    await refused("security/cors", block, "cors/not-a-text");
    await refused("security/cors", block, "cors/bad-age");
    expect(await compiled("security/cors", block)).toContain('new Origins(["https://a.example.com"])');
  });

  it("allows every origin where the list cannot be read", async () => {
    const block = { allow_origins: "https://a.example.com" };
    await refused("security/cors", block, "config/bad-block");
    expect(await compiled("security/cors", block)).toContain("origins: void 0");
  });

  it("does not start where KrakenD does not", async () => {
    await expect(compiled("security/cors", { max_age: 10 })).rejects.toThrow("cors/age-not-a-text");
    await expect(compiled("security/cors", { max_age: null })).rejects.toThrow("cors/age-not-a-text");
  });
});

describe("security/http", () => {
  it("takes wrong values as absent", async () => {
    const block = { frame_deny: "yes", content_type_nosniff: true };
    await refused("security/http", block, "config/bad-block");
    const text = await compiled("security/http", block);
    expect(text).toContain("X-Content-Type-Options");
    expect(text).not.toContain("X-Frame-Options");
  });

  it("does not start with a pattern that is none", async () => {
    const block = { allowed_hosts: ["("], allowed_hosts_are_regex: true };
    await expect(compiled("security/http", block)).rejects.toThrow("security-http/bad-pattern");
  });
});

describe("security/bot-detector", () => {
  it.each([
    [{ patterns: ["("] }, "bot-detector/bad-pattern"],
    [{ deny: ["bot"], cache_size: -1 }, "bot-detector/negative-cache"],
    [{ deny: "bot" }, "config/bad-block"],
  ])("is absent where KrakenD cannot make it: %j", async (block, code) => {
    await refused("security/bot-detector", block, code);
    expect(await compiled("security/bot-detector", block)).not.toContain("BotDetector");
  });

  it("finds keys in other letter case", async () => {
    const block = { Deny: ["bot"], PATTERNS: ["x"] };
    await refused("security/bot-detector", block, "config/unknown-block-key");
    const text = await compiled("security/bot-detector", block);
    expect(text).toContain('deny: ["bot"]');
    expect(text).toContain('new RegularExpression("x")');
  });
});
