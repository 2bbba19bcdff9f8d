import { expect, it } from "vitest";
import { type Place, resolveReference } from "./url-reference.js";

const base: Place = {
  scheme: "http",
  user: "u:p",
  authority: "h:8080",
  path: "/a/b/c",
  query: "?q=1",
};

function resolved(reference: string): string {
  const place = resolveReference(base, reference);
  if (typeof place === "string") return place;
  const user = place.user === undefined ? "" : `${place.user}@`;
  return `${place.scheme}://${user}${place.authority}${place.path}${place.query}`;
}

// What Go's url.URL.Parse makes of them.
it.each([
  ["/x", "http://u:p@h:8080/x"],
  ["x?y=2#z", "http://u:p@h:8080/a/b/x?y=2"],
  ["?y=2", "http://u:p@h:8080/a/b/c?y=2"],
  ["#z", "http://u:p@h:8080/a/b/c?q=1"],
  ["?", "http://u:p@h:8080/a/b/c?"],
  ["../x/./y", "http://u:p@h:8080/a/x/y"],
  ["../../../../x", "http://u:p@h:8080/x"],
  ["..", "http://u:p@h:8080/a/"],
  [".", "http://u:p@h:8080/a/b/"],
  ["/../..", "http://u:p@h:8080/"],
  ["//o.example.com/x", "http://o.example.com/x"],
  ["//o.example.com?y", "http://o.example.com?y"],
  ["HTTPS://o.example.com:8443", "https://o.example.com:8443"],
  ["http://v:w@o.example.com//x/../y", "http://v:w@o.example.com//y"],
  ["http://[::1]:81/x", "http://[::1]:81/x"],
  ["ftp://x/y", "ftp://x/y"],
  ["/a b\xe9", "http://u:p@h:8080/a%20b%E9"],
  ["a/b:c", "http://u:p@h:8080/a/b/a/b:c"],
  ["a:b/c", "a:///b/c"],
  [":x", "missing protocol scheme"],
  ["1:x", "first path segment in URL cannot contain colon"],
  ["/%zz", 'invalid URL escape "%zz"'],
  ["/a\tb", "net/url: invalid control character in URL"],
  ["http://o example/x", 'invalid host "o example"'],
  ["http://o\\@h/x", 'invalid host "o\\\\@h"'],
  ["http://o:80x/", 'invalid host "o:80x"'],
])("%s leads to %s", (reference, place) => {
  expect(resolved(reference)).toBe(place);
});
