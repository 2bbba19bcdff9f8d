// The configurations and backend documents that the bench measures with. Pure: the same input, the same output.

/** Bodies of the bench backends by path: 697, 1142 and 98 bytes. */
export const DOCUMENTS = {
  "/user": sized(697, {
    id: 4711,
    name: "Ada Lovelace",
    email: "ada@example.com",
    active: true,
    address: { street: "12 St James's Square", city: "London", geo: { lat: 51.5072, lng: -0.1276 } },
    roles: ["admin", "editor", "billing"],
    preferences: { theme: "dark", language: "en", flags: { beta: true, newsletter: false } },
    created_at: "2021-12-10T09:30:00Z",
  }),
  "/orders": sized(1142, {
    total: 6,
    items: Array.from({ length: 6 }, (_, index) => ({
      id: 9000 + index,
      sku: `A-${index}-XL`,
      quantity: index + 1,
      price: 19.99,
      tags: ["new", "gift"],
      placed_at: "2025-02-11T12:00:00Z",
    })),
  }),
  "/stats": sized(98, { average_rating: 4.5, total_reviews: 120 }),
};

function sized(bytes, value) {
  const bare = JSON.stringify({ ...value, note: "" });
  return JSON.stringify({ ...value, note: "n".repeat(bytes - Buffer.byteLength(bare)) });
}

/** What is measured under load; `path` is an endpoint of `loadConfig` and a path of the plain gateway. */
export const SCENARIOS = [
  { name: "one backend, 3 fields kept", path: "/allow" },
  { name: "three backends under groups", path: "/merge" },
];

/** The gateway under load: one endpoint per scenario. */
export function loadConfig(port, upstreamPort) {
  const host = [`http://127.0.0.1:${upstreamPort}`];
  const grouped = (group) => ({ host, url_pattern: `/${group}`, group });
  return {
    version: 3,
    port,
    timeout: "3s",
    endpoints: [
      { endpoint: "/allow", backend: [{ host, url_pattern: "/user", allow: ["id", "name", "email"] }] },
      { endpoint: "/merge", backend: [grouped("user"), grouped("orders"), grouped("stats")] },
    ],
  };
}

const AREAS = ["catalogue", "billing", "accounts", "shipping", "search", "reporting", "content", "support"];

/** A configuration of `count` endpoints of the usual kinds, over a handful of services. */
export function manyEndpoints(count) {
  return {
    version: 3,
    name: `bench-${count}`,
    timeout: "2s",
    cache_ttl: "60s",
    endpoints: Array.from({ length: count }, (_, index) => endpoint(index)),
  };
}

function endpoint(index) {
  const area = AREAS[index % AREAS.length];
  const place = { endpoint: `/v1/${area}/resource-${index}/{id}`, input_headers: ["Authorization"] };
  switch (index % 5) {
    case 0:
      return { ...place, backend: [backend(area, index), backend("accounts", index, { group: "account" })] };
    case 1:
      return { ...place, method: "POST", backend: [{ ...backend(area, index), method: "POST" }] };
    case 2:
      return { ...place, output_encoding: "no-op", backend: [plainBackend(area, index)] };
    case 3:
      return { ...place, input_query_strings: ["page", "limit"], backend: [collection(area, index)] };
    default:
      return { ...place, timeout: "800ms", backend: [backend(area, index)] };
  }
}

const plainBackend = (area, index) => ({
  host: [`http://${area}.internal:8000`],
  url_pattern: `/${area}/${index}/{id}`,
});

const backend = (area, index, more = {}) => ({
  ...plainBackend(area, index),
  allow: ["id", "name", `detail_${index % 7}.value`],
  mapping: { name: "title" },
  ...more,
});

const collection = (area, index) => ({
  ...plainBackend(area, index),
  is_collection: true,
  mapping: { collection: "items" },
});
