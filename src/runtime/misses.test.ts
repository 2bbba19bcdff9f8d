import { describe, expect, it } from "vitest";
import { RouteTree } from "../model/route-tree.js";
import {
  caseInsensitive,
  cleanPath,
  type MethodTrees,
  type MissedRequest,
  type MissOptions,
  matches,
  miss,
  type RouteNode,
  trailingSlash,
} from "./misses.js";

const DEFAULTS: MissOptions = {
  redirectTrailingSlash: true,
  redirectFixedPath: true,
  methodNotAllowed: true,
  removeExtraSlash: false,
};

const utf8 = (text: string): string => Buffer.from(text, "utf8").toString("latin1");

/** `POST /x`, or `/x` for GET. */
function split(line: string): readonly [method: string, path: string] {
  const at = line.indexOf(" /");
  return at < 0 ? ["GET", utf8(line)] : [line.slice(0, at), utf8(line.slice(at + 1))];
}

function treesOf(...lines: readonly string[]): MethodTrees {
  const trees = new Map<string, RouteTree>([["GET", new RouteTree()]]);
  for (const line of ["/__health", ...lines]) {
    const [method, path] = split(line);
    const tree = trees.get(method) ?? new RouteTree();
    trees.set(method, tree);
    expect(tree.add(path)).toBeUndefined();
  }
  return [...trees].map(([method, tree]) => [method, tree.root]);
}

function treeOf(...patterns: readonly string[]): RouteNode {
  const tree = new RouteTree();
  for (const pattern of patterns) expect(tree.add(utf8(pattern))).toBeUndefined();
  return tree.root;
}

/** The answer in one line; `match` where the router would have served the request. */
function answer(
  trees: MethodTrees,
  line: string,
  options: Partial<MissOptions> = {},
  more: Partial<MissedRequest> = {},
): string {
  const [method, path] = split(line);
  const settings = { ...DEFAULTS, ...options };
  const root = trees.find(([each]) => each === method)?.[1];
  if (root !== undefined && matches(root, settings.removeExtraSlash ? cleanPath(path) : path)) return "match";
  const found = miss({ method, path, query: "", forwardedPrefix: undefined, ...more }, trees, settings);
  if (found.kind === "redirect") return `${found.status} ${found.location}`;
  return found.kind === "not-found" ? "404" : `405 ${found.allow}`;
}

interface Table {
  readonly routes: readonly string[];
  readonly options?: Partial<MissOptions>;
  readonly rows: readonly (readonly [request: string, answer: string])[];
}

// What KrakenD answered to the same requests.
const RECORDED: Readonly<Record<string, Table>> = {
  "a fixed segment beats a parameter": {
    routes: [
      "/users/:id",
      "/users/me",
      "/users/:id/orders",
      "/users/me/settings",
      "/users/:id/orders/:order",
      "/users/me/orders/latest",
    ],
    rows: [
      ["/users/me", "match"],
      ["/users/m", "match"],
      ["/users/mee", "match"],
      ["/users/me/settings", "match"],
      ["/users/me/orders", "match"],
      ["/users/me/orders/7", "match"],
      ["/users/9/orders/latest", "match"],
    ],
  },
  "the way back ends at a parameter": {
    routes: [
      "/shop/:category/items/:item",
      "/shop/books/items/new",
      "/shop/:category/sale",
      "/shop/books/:section/top",
      "/:version/ping",
      "/v1/:resource",
      "/v1/health/:check",
    ],
    rows: [
      ["/shop/books/items/new", "match"],
      ["/shop/books/items/7", "match"],
      ["/shop/books/sale", "301 /shop/books/sale"],
      ["/shop/toys/sale", "match"],
      ["/shop/books/fiction/top", "match"],
      ["/shop/books/items/top", "match"],
      ["/shop/bo/items/1", "match"],
      ["/v1/ping", "match"],
      ["/v/ping", "match"],
      ["/v1/health/db", "match"],
      ["/v1/health", "match"],
      ["/shop/ping", "301 /shop/ping"],
    ],
  },
  "not found beside fixed and parameter": {
    routes: ["/users/me", "/users/:id", "/users/me/settings"],
    rows: [
      ["/users/42/settings", "404"],
      ["/users/me/nope", "404"],
      ["/users", "404"],
      ["/users/", "404"],
      ["/users/42/settings/deep", "404"],
      ["/user/42", "404"],
    ],
  },
  "empty segments": {
    routes: ["/items/:id", "/items/:id/:sub", "/u/:id/x"],
    rows: [
      ["/items/a/b", "match"],
      ["/items/a/b/c", "404"],
      ["/items//", "301 /items/"],
      ["/u//x", "match"],
      ["/u/1//x", "301 /u/1/x"],
      ["//u/1/x", "301 /u/1/x"],
      ["/u/1/x//", "301 /u/1/x"],
      ["/items/", "404"],
      ["/u///x", "404"],
    ],
  },
  "the last slash": {
    routes: ["/foo", "/bar/", "/users/:id", "/users/:id/cart/", "POST /orders"],
    rows: [
      ["/foo/", "301 /foo"],
      ["/bar", "301 /bar/"],
      ["/users/42/", "301 /users/42"],
      ["/users/a b/", "301 /users/a%20b"],
      ["/users/42/cart", "301 /users/42/cart/"],
      ["/foo", "match"],
      ["/bar/", "match"],
      ["POST /orders/", "307 /orders"],
      ["POST /foo/", "404"],
    ],
  },
  "letter case and dots": {
    routes: ["/Users/List", "/orders/:id/Items", "POST /orders", "/files/:name"],
    rows: [
      ["/users/list", "301 /Users/List"],
      ["/USERS/LIST/", "301 /Users/List"],
      ["/ORDERS/AbC/items", "301 /orders/AbC/Items"],
      ["/orders/a b/ITEMS", "301 /orders/a%20b/Items"],
      ["/x/../Users/List", "301 /Users/List"],
      ["/./files/1", "301 /files/1"],
      ["/files//1", "301 /files/1"],
      ["/Files/Café", "301 /files/Caf%C3%A9"],
      ["POST /Orders", "307 /orders"],
      ["POST /a/../orders", "307 /orders"],
    ],
  },
  "letter case beside a parameter": {
    routes: ["/users/me", "/users/:id/Posts", "/users/me/Keys"],
    rows: [
      ["/Users/me", "301 /users/me"],
      ["/USERS/42/posts", "301 /users/42/Posts"],
      ["/users/me/posts", "301 /users/me/Posts"],
      ["/users/me/keys", "301 /users/me/Keys"],
      ["/USERS/ME/KEYS", "301 /users/me/Keys"],
    ],
  },
  "other methods": {
    routes: ["/things", "POST /things", "PUT /things/:id", "DELETE /things/:id", "/only"],
    rows: [
      ["/nope", "404"],
      ["POST /nope", "404"],
      ["PATCH /things", "405 GET, POST"],
      ["/things/5", "405 PUT, DELETE"],
      ["POST /things/5", "405 PUT, DELETE"],
      ["HEAD /only", "405 GET"],
      ["HEAD /nope", "404"],
      ["PROPFIND /only", "405 GET"],
      ["get /only", "405 GET"],
      ["POST /__health", "405 GET"],
      ["/__debug/x", "404"],
      ["DELETE /things/5", "match"],
      ["/", "404"],
    ],
  },
  "a route on /": {
    routes: ["/", "/:page"],
    rows: [
      ["/", "match"],
      ["/about", "match"],
      ["/__healthy", "match"],
      ["/About/", "301 /About"],
      ["/__health", "match"],
    ],
  },
  "automatic OPTIONS": {
    routes: ["/a", "POST /a", "PUT /a/:id", "DELETE /a/:id", "OPTIONS /a", "OPTIONS /a/:id"],
    rows: [
      ["OPTIONS /nope", "404"],
      ["OPTIONS /__health", "405 GET"],
      ["OPTIONS /a/", "307 /a"],
      ["OPTIONS /A", "307 /a"],
      ["PATCH /a", "405 GET, POST, OPTIONS"],
      ["HEAD /a/7", "405 PUT, DELETE, OPTIONS"],
    ],
  },
  "the health endpoint": {
    routes: ["/a"],
    rows: [
      ["/__health/", "301 /__health"],
      ["/__HEALTH", "301 /__health"],
      ["/__health/x", "404"],
    ],
  },
  "redirects switched off": {
    routes: ["/foo", "/Bar/", "POST /foo"],
    options: { redirectTrailingSlash: false, redirectFixedPath: false },
    rows: [
      ["/foo/", "404"],
      ["/FOO", "404"],
      ["//foo", "404"],
      ["/Bar", "404"],
      ["/x/../foo", "404"],
      ["POST /foo/", "404"],
    ],
  },
  "only the last slash switched off": {
    routes: ["/foo", "/bar/", "/u/:id"],
    options: { redirectTrailingSlash: false },
    rows: [
      ["/foo/", "301 /foo"],
      ["/bar", "301 /bar/"],
      ["/FOO/", "301 /foo"],
      ["/u/7/", "301 /u/7"],
    ],
  },
  "slashes removed, no 405": {
    routes: ["/a/b/:c", "PUT /a/b/:c"],
    options: { removeExtraSlash: true, methodNotAllowed: false },
    rows: [
      ["//a//b///x", "match"],
      ["/a/./b/x", "match"],
      ["/a/z/../b/x", "match"],
      ["/a/b/x/", "301 /a/b/x"],
      // KrakenD leaves both slashes, which names another host.
      ["//a//b/x/", "301 /a/b/x"],
      ["/a/b//", "404"],
      ["DELETE /a/b/x", "404"],
      ["PUT //a/b/x", "match"],
      ["POST /__health", "404"],
    ],
  },
  "the debug endpoints": {
    routes: ["/__debug/*param", "HEAD /__debug/*param", "/a"],
    rows: [
      ["/__debug/", "match"],
      ["/__debug/a/b", "match"],
      ["/__debug", "301 /__debug/"],
      ["HEAD /__debug/x", "match"],
      ["PROPFIND /__debug/x", "405 GET, HEAD"],
      ["/__DEBUG/x", "301 /__debug/x"],
      ["PUT /a", "405 GET"],
    ],
  },
  "slashes that gin takes off for nothing": {
    routes: ["/v/:id/x", "/foox", "/foo/bar"],
    rows: [
      ["/v/1/", "301 /v/1"],
      ["/v/1", "404"],
      ["/foo/", "301 /foo"],
      ["/foo", "404"],
      ["/v//x/", "301 /v/x"],
    ],
  },
};

describe("what KrakenD was seen to answer", () => {
  for (const [name, { routes, options, rows }] of Object.entries(RECORDED)) {
    it.each(rows)(`${name}: %s -> %s`, (request, expected) => {
      expect(answer(treesOf(...routes), request, options)).toBe(expected);
    });
  }
});

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

describe("verdicts about the last slash", () => {
  it("depend on where the tree branches", () => {
    expect(trailingSlash(treeOf("/foox", "/foo/bar"), "/foo/")).toBe(true);
    expect(trailingSlash(treeOf("/foo/bar"), "/foo/")).toBe(false);
    expect(trailingSlash(treeOf("/u/me/", "/u/:id"), "/u/me")).toBe(true);
    expect(matches(treeOf("/u/me/", "/u/:id"), "/u/me")).toBe(false);
    expect(trailingSlash(treeOf("/u/:id"), "/u/1")).toBe(false);
  });
});
