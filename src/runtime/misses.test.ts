import { describe, expect, it } from "vitest";
import { answer, DEFAULTS, treeOf, treesOf, utf8 } from "../../test/support/misses.js";
import { caseInsensitive, cleanPath, matches, miss, trailingSlash } from "./misses.js";

describe("redirects", () => {
  const trees = treesOf("/foo", "/bar/", "/u/:id", "POST /foo");

  it.each([
    ["/foo/", "/api/v1", "301 /api/v1/foo"],
    ["/bar", "//evil.example//x/", "301 /evilexample/x/bar/"],
    ["/foo/", '/a b<c>"d"', "301 /abcd/foo"],
    ["/foo/", "/pre/x y../", "301 /pre/xy/foo"],
    ["/foo/", ".", "301 /foo"],
    ["/foo/", "api", "301 api/api/foo"],
    ["/FOO", "/api", "301 /foo"],
  ])("%s behind %s", (path, forwardedPrefix, expected) => {
    expect(answer(trees, path, {}, { forwardedPrefix })).toBe(expected);
  });

  it("keep the query and show it in the body", () => {
    const request = { method: "GET", path: "/foo/", query: "a=1&b='\"<>%20\xe9", forwardedPrefix: undefined };
    expect(miss(request, trees, DEFAULTS)).toEqual({
      kind: "redirect",
      status: 301,
      location: "/foo?a=1&b='\"<>%20%e9",
      body: '<a href="/foo?a=1&amp;b=&#39;&#34;&lt;&gt;%20\xe9">Moved Permanently</a>.\n\n',
    });
    expect(miss({ ...request, query: "", bareMark: true }, trees, DEFAULTS)).toMatchObject({
      location: "/foo?",
    });
    expect(miss({ ...request, method: "POST", query: "" }, trees, DEFAULTS)).toEqual({
      kind: "redirect",
      status: 307,
      location: "/foo",
      body: "",
    });
  });

  it("encode the path as Go does", () => {
    expect(answer(trees, "/u/!$&'()*,;=:@\0é%?#[]~/")).toBe(
      "301 /u/%21$&%27%28%29%2A,;=:@%00%C3%A9%25%3F%23%5B%5D~",
    );
  });

  it("never lead to another host", () => {
    const slashes = treesOf("/:a/:b/x");
    expect(answer(slashes, "//evil.example/x/")).toBe("301 /evil.example/x");
    expect(answer(slashes, "///x/")).toBe("301 /x");
    expect(answer(slashes, "//@/x/")).toBe("301 /@/x");
  });

  it("never answer CONNECT", () => {
    expect(answer(treesOf("CONNECT /foo"), "CONNECT /foo/")).toBe("404");
  });
});

describe("the look-up without letter case", () => {
  it.each([
    [["/é/b"], "/É/B", "/é/b"],
    [["/éa", "/éb", "/ÉC"], "/Éb", "/éb"],
    [["/éa", "/éb", "/ÉC"], "/éc", "/ÉC"],
    [["/Straße"], "/STRAẞE", undefined],
    [["/привет", "/пример"], "/ПРИМЕР", "/пример"],
    [["/ⱥb"], "/Ⱥb", undefined],
    [["/i"], "/İ", undefined],
    [["/i"], "/ı", undefined],
    [["/x/:id/é"], "/X/É/É", "/x/É/é"],
    // Where a node begins with a letter of several bytes only their number counts.
    [["/é", "/a"], "/è", "/é"],
  ])("%s: %s is %s", (patterns, path, expected) => {
    const found = caseInsensitive(treeOf(...patterns), utf8(path), true);
    expect(found).toBe(expected === undefined ? undefined : utf8(expected));
  });

  it("repairs the last slash only if asked", () => {
    const root = treeOf("/Foo", "/bar/");
    expect(caseInsensitive(root, "/foo/", false)).toBeUndefined();
    expect(caseInsensitive(root, "/foo/", true)).toBe("/Foo");
    expect(caseInsensitive(root, "/BAR", false)).toBeUndefined();
    expect(caseInsensitive(root, "/BAR", true)).toBe("/bar/");
  });

  it("finds nothing for bytes that are no letters", () => {
    expect(caseInsensitive(treeOf("/é"), "/\xc3\xff", false)).toBeUndefined();
    expect(caseInsensitive(treeOf("/a"), "/\xff", false)).toBeUndefined();
  });
});

describe("cleanPath", () => {
  it.each([
    ["", "/"],
    [".", "/"],
    ["a", "/a"],
    ["/a/b/", "/a/b/"],
    ["//a//b", "/a/b"],
    ["/a/./b", "/a/b"],
    ["/a/.", "/a/"],
    ["/a/..", "/"],
    ["/a/b/..", "/a"],
    ["/a/b/../", "/a/"],
    ["/../../a", "/a"],
    ["/a/...", "/a/..."],
    ["/.a/..b/c.", "/.a/..b/c."],
  ])("%j is %j", (path, expected) => {
    expect(cleanPath(path)).toBe(expected);
  });
});

describe("hostile paths", () => {
  const many = 65_536;
  const trees = treesOf("/:a/:b/:c/x", "/a/:b/é", "/a/b/:c/d", "/é/é/é", "POST /:a/x", "/:a/b/*rest");

  it.each([
    ["slashes", "/".repeat(many)],
    ["one segment", `/${"a".repeat(many)}/`],
    ["parents", "/..".repeat(many / 3)],
    ["odd bytes", `/${"\xff\xc3".repeat(many / 2)}`],
    ["hosts", `//${"@".repeat(many)}/`],
    ["letters", `/${"\xc3\x89/".repeat(many / 3)}`],
  ])("%s are answered at once", (_name, path) => {
    const started = performance.now();
    for (const forwardedPrefix of ["api", path]) {
      for (const method of ["GET", "POST", "PUT"]) {
        miss({ method, path, query: "", forwardedPrefix }, trees, DEFAULTS);
        miss({ method, path, query: "", forwardedPrefix }, trees, { ...DEFAULTS, removeExtraSlash: true });
      }
    }
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  it("letters with two cases at many forks are tried once", () => {
    const nested = treeOf(...Array.from({ length: 40 }, (_each, index) => `/${"é".repeat(index + 1)}`));
    const started = performance.now();
    expect(caseInsensitive(nested, utf8(`/${"é".repeat(39)}x`), true)).toBeUndefined();
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});

describe("parameters on a way that leads nowhere", () => {
  const trees = treesOf("/u/:id/x", "/u/me/:list/x", "/u/:id/:part/y", "POST /u/:id/z");
  const paramsOf = (method: string, path: string): unknown => {
    const found = miss({ method, path, query: "", forwardedPrefix: undefined }, trees, DEFAULTS);
    return [found.kind, found.kind === "redirect" ? undefined : found.params];
  };

  it("have values all the same", () => {
    expect(paramsOf("GET", "/u/a?b/q")).toEqual(["not-found", ["a?b", "q"]]);
    expect(paramsOf("GET", "/u/me/1/q")).toEqual(["not-found", ["me", "1"]]);
    expect(paramsOf("GET", "/v/a?b")).toEqual(["not-found", []]);
    expect(paramsOf("GET", "/u/a?b/z")).toEqual(["method-not-allowed", ["a?b", "z"]]);
    expect(paramsOf("PUT", "/u/a?b/z")).toEqual(["method-not-allowed", []]);
  });
});

describe("verdicts about the last slash", () => {
  it("depend on where the tree branches", () => {
    expect(trailingSlash(treeOf("/foox", "/foo/bar"), "/foo/")).toBe(true);
    expect(trailingSlash(treeOf("/foo/bar"), "/foo/")).toBe(false);
    expect(trailingSlash(treeOf("/u/me/", "/u/:id"), "/u/me")).toBe(true);
    expect(matches(treeOf("/u/me/", "/u/:id"), "/u/me")).toBe(false);
    expect(trailingSlash(treeOf("/u/:id"), "/u/1")).toBe(false);
  });
});
