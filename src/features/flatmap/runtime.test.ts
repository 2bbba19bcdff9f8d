// Oddities of the tree, as krakend/flatmap v1.2.0 answered.
import { expect, test } from "vitest";
import { Tree } from "./runtime.js";

const treeOf = (document: string): Tree => new Tree(document === "{}" ? "" : `,${document.slice(1, -1)}`);

test("below the third label siblings are mixed up: the last one gets all", () => {
  const tree = treeOf('{"a":[{"b":[{"c":{"d":1}},{"c":{"d":2}}]}]}');
  tree.lift(["a", "*", "b", "*", "c"], "d", ["a", "*", "b", "*"], "d");
  expect(tree.document()).toBe('{"a":[{"b":[{"c":null},{"c":null,"d":2}]}]}');
});

test("after a deletion items meet the places of others", () => {
  const tree = treeOf('{"l":[1,2,3],"m":[4]}');
  tree.delete("l", "0");
  tree.append(["m"], ["l"]);
  expect(tree.document()).toBe('{"l":[3,4,2]}');
});

test("what no operation touches keeps its text", () => {
  const tree = treeOf('{"keep": {"b" : 1.0,"a":[ ]},"cut":1}');
  tree.delete("cut");
  expect(tree.members()).toBe(',"keep":{"b" : 1.0,"a":[ ]}');
});

test("emptied at the root nothing is left; empty from the start an object is", () => {
  const emptied = treeOf('{"a":1}');
  emptied.delete("*");
  expect([emptied.members(), emptied.keyed(), emptied.document()]).toEqual([undefined, undefined, "null"]);
  const empty = treeOf("{}");
  empty.delete("*");
  expect([empty.members(), empty.keyed(), empty.document()]).toEqual(["", new Map(), "{}"]);
});

test("nothing reaches inside the values of a feed", () => {
  const tree = Tree.ofFeed(',"items":[{"title":"a"}],"title":"t"');
  tree.delete("items", "*", "title");
  tree.append(["items"], ["items"]);
  tree.rename([], "items", "entries");
  expect(tree.document()).toBe('{"title":"t","entries":[{"title":"a"}]}');
});

test("of members with one name the last counts", () => {
  const tree = new Tree(
    new Map([
      ["a", "1"],
      ["b", "2"],
    ]),
  );
  tree.rename([], "a", "b");
  expect(tree.keyed()).toEqual(new Map([["b", "1"]]));
});
