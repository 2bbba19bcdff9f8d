import { describe, expect, it } from "vitest";
import { answer, treesOf } from "../../test/support/misses.js";
import type { MissOptions } from "./misses.js";

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
