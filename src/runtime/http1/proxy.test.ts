import { describe, expect, it } from "vitest";
import { Proxies } from "./proxy.js";

const proxy = { hostname: "proxy.example.com", port: 3128, authorizationLine: "" };
const variables = { HTTP_PROXY: "http://proxy.example.com:3128", HTTPS_PROXY: "proxy.example.com:3128" };

describe("proxies of the environment", () => {
  it("are for each scheme its own, in capitals or not", () => {
    const none = new Proxies({});
    expect(none.for("http", "a.example", 80)).toBeUndefined();
    const both = new Proxies(variables);
    expect(both.for("http", "a.example", 80)).toEqual(proxy);
    expect(both.for("https", "a.example", 443)).toEqual(proxy);
    expect(new Proxies({ http_proxy: "http://a b" }).for("http", "a.example", 80)).toBeTypeOf("string");
    expect(new Proxies({ http_proxy: "p" }).for("http", "a.example", 80)).toMatchObject({
      hostname: "p",
      port: 80,
    });
  });

  it("are not taken from what may be a header of a client", () => {
    const cgi = { ...variables, REQUEST_METHOD: "GET" };
    expect(new Proxies(cgi).for("http", "a.example", 80)).toContain("refusing to use HTTP_PROXY value");
    expect(new Proxies(cgi).for("https", "a.example", 443)).toEqual(proxy);
    expect(new Proxies({ REQUEST_METHOD: "GET" }).for("http", "a.example", 80)).toBeUndefined();
  });

  it("carry credentials", () => {
    expect(new Proxies({ HTTP_PROXY: "http://us%40er:p@p:1" }).for("http", "a.example", 80)).toEqual({
      hostname: "p",
      port: 1,
      authorizationLine: `Proxy-Authorization: Basic ${Buffer.from("us@er:p").toString("base64")}\r\n`,
    });
  });

  it("of another kind are said to be unusable", () => {
    expect(new Proxies({ HTTPS_PROXY: "socks5://p:1" }).for("https", "a.example", 443)).toBe(
      "HTTPS_PROXY names a proxy of socks5://, and gwc speaks to those of http:// only",
    );
  });

  it.each([
    ["localhost", 80],
    ["127.1.2.3", 80],
    ["::1", 80],
    ["a.example.com", 80],
    ["example.com", 80],
    ["sub.only.example", 80],
    ["10.1.2.3", 80],
    ["192.0.2.1", 80],
    ["port.example", 8080],
    ["2001:db8::1", 80],
    ["0:0:0:0:0:0:0:1", 80],
    ["fd00:0::7", 80],
  ])("are left out for %s:%i", (host, port) => {
    const NO_PROXY =
      "example.com, .only.example,10.0.0.0/8,192.0.2.1,port.example:8080,2001:db8::/32,fd00::7";
    expect(new Proxies({ ...variables, NO_PROXY }).for("http", host, port)).toBeUndefined();
  });

  it.each([
    ["badexample.com", 80],
    ["only.example", 80],
    ["11.1.2.3", 80],
    ["port.example", 80],
    // The dot at the end belongs to the name, as in Go.
    ["example.com.", 80],
  ])("are taken for %s:%i", (host, port) => {
    const NO_PROXY = "example.com,.only.example,10.0.0.0/8,port.example:8080";
    expect(new Proxies({ ...variables, NO_PROXY }).for("http", host, port)).toEqual(proxy);
    expect(new Proxies({ ...variables, NO_PROXY: "*" }).for("http", host, port)).toBeUndefined();
  });
});
