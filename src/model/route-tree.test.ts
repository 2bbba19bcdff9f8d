import { describe, expect, it } from "vitest";
import { matches } from "../runtime/misses.js";
import { cleanPattern, RouteTree } from "./route-tree.js";

function treeOf(...patterns: readonly string[]): RouteTree {
  const tree = new RouteTree();
  for (const pattern of patterns) expect(tree.add(pattern)).toBeUndefined();
  return tree;
}

describe("refused routes", () => {
  const wildcard = (segment: string, pattern: string, existing: string, prefix: string): string =>
    `'${segment}' in new path '${pattern}' conflicts with existing wildcard '${existing}' in existing prefix '${prefix}'`;

  it.each([
    [["/x"], "/x", "handlers are already registered for path '/x'"],
    [["/u/:a", "/u/:a/b"], "/u/:a", "handlers are already registered for path '/u/:a'"],
    [["/u/:a"], "/u/:b/c", wildcard(":b", "/u/:b/c", ":a", "/u/:a")],
    [["/u/:name"], "/u/:names", wildcard(":names", "/u/:names", ":name", "/u/:name")],
    [["/u/:id.json"], "/u/:id", wildcard(":id", "/u/:id", ":id.json", "/u/:id.json")],
    [["/u/:a/:b"], "/u/:a/:c", wildcard(":c", "/u/:a/:c", ":b", "/u/:a/:b")],
    // The prefix is cut where the name first stands in the new path.
    [["/u/:a/:b"], "/u/:a/:", wildcard(":", "/u/:a/:", ":b", "/u/:b")],
    [[], "/:a:b", "only one wildcard per path segment is allowed, has: ':a:b' in path '/:a:b'"],
    [["/x"], "/y/:a*b/c", "only one wildcard per path segment is allowed, has: ':a*b' in path '/y/:a*b/c'"],
    [[], "/x/*", "wildcards must be named with a non-empty name in path '/x/*'"],
    [["/x"], "/x*", "wildcards must be named with a non-empty name in path '/x*'"],
    [[], "/x/:/y", "wildcards must be named with a non-empty name in path '/x/:/y'"],
    [[], "/x/*rest/y", "catch-all routes are only allowed at the end of the path in path '/x/*rest/y'"],
    [[], "/x*rest", "no / before catch-all in path '/x*rest'"],
    [["/x"], "/x*rest", "no / before catch-all in path '/x*rest'"],
    [
      ["/x/a", "/x/bb/c", "/x/bb/d"],
      "/x/*rest",
      "catch-all wildcard '*rest' in new path '/x/*rest' conflicts with existing path segment 'bb' in existing prefix '/x/bb'",
    ],
    [["/x/*rest"], "/x/y", wildcard("/y", "/x/y", "/*rest", "/x/*rest")],
    [["/x/*rest"], "/x/:id", wildcard("/:id", "/x/:id", "/*rest", "/x/*rest")],
    [[], "/a\\b/:c", "invalid escape string in path '/a\\b/:c'"],
  ])("after %j: %s", (patterns, pattern, text) => {
    const tree = treeOf(...patterns);
    const before = tree.root;
    expect(tree.add(pattern)).toEqual({ text });
    expect(tree.root).toEqual(before);
  });

  it("leave room for others", () => {
    const tree = treeOf("/users/:id");
    expect(tree.add("/user/:a:b")).toBeDefined();
    expect(tree.add("/users/:uid/x")).toBeDefined();
    expect(tree.add("/user/:a")).toBeUndefined();
    expect(matches(tree.root, "/user/1")).toBe(true);
    expect(matches(tree.root, "/users/1/x")).toBe(false);
  });

  it("are none where the name is the same or the place another one", () => {
    treeOf(
      "/",
      "/:page",
      "/users/me",
      "/users/:id",
      "/users/:id/",
      "/users/:id/x",
      "/u:a",
      "/u/:b",
      "/x",
      "/x/*r",
    );
  });
});

describe("the tree as data", () => {
  it("is empty without routes", () => {
    expect(new RouteTree().root).toEqual({ prefix: "" });
    expect(matches(new RouteTree().root, "/")).toBe(false);
  });

  it("shares beginnings and keeps only what it needs", () => {
    expect(treeOf("/users/me", "/users/:id/x", "/users/many", "/").root).toEqual({
      prefix: "/",
      leaf: true,
      heads: "u",
      children: [
        {
          prefix: "users/",
          heads: "m",
          children: [
            {
              prefix: "m",
              heads: "ea",
              children: [
                { prefix: "e", leaf: true },
                { prefix: "any", leaf: true },
              ],
            },
          ],
          param: { next: { prefix: "/x", leaf: true } },
        },
      ],
    });
  });

  it("has the children with more routes in front", () => {
    expect(treeOf("/a", "/b/c", "/b/d").root).toMatchObject({ heads: "ba" });
  });

  it("splits letters into bytes", () => {
    const { root } = treeOf("/\xc3\xa9", "/\xc3\xa8");
    expect(root).toMatchObject({ prefix: "/\xc3", heads: "\xa9\xa8" });
  });

  it("knows colons that begin no parameter", () => {
    const { root } = treeOf("/a\\:b", "/x/\\:c");
    expect(matches(root, "/a:b")).toBe(true);
    expect(matches(root, "/ax")).toBe(false);
    expect(matches(root, "/x/:c")).toBe(true);
  });
});

describe("cleanPattern", () => {
  it.each([
    ["/a//b", "/a/b"],
    ["/a/./b/", "/a/b/"],
    ["/a/../b", "/b"],
    ["/a/.", "/a"],
    ["/a/..", "/"],
    ["/../", "/"],
    ["/:id//x", "/:id/x"],
  ])("%s is %s", (pattern, cleaned) => {
    expect(cleanPattern(pattern)).toBe(cleaned);
  });
});
