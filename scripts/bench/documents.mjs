// What the backends of the bench answer with. Pure: the same bytes every time.

const user = {
  id: 4711,
  name: "Ada Lovelace",
  email: "ada@example.com",
  active: true,
  address: { street: "12 St James's Square", city: "London", geo: { lat: 51.5072, lng: -0.1276 } },
  roles: ["admin", "editor", "billing"],
  preferences: { theme: "dark", language: "en", flags: { beta: true, newsletter: false } },
  created_at: "2021-12-10T09:30:00Z",
};

const order = (index) => ({
  id: 9000 + index,
  sku: `A-${index}-XL`,
  quantity: index + 1,
  price: 19.99,
  tags: ["new", "gift"],
  placed_at: "2025-02-11T12:00:00Z",
});

const orders = (count) => ({
  total: count,
  items: Array.from({ length: count }, (_, index) => order(index)),
});

/** Bodies by path, all JSON: 697, 1142 and 98 bytes, 88 kB, 1 MB. */
export const DOCUMENTS = {
  "/user": sized(697, user),
  "/orders": sized(1142, orders(6)),
  "/stats": sized(98, { average_rating: 4.5, total_reviews: 120 }),
  // One of the two fields that are kept is the first and one the last: nobody may stop half-way.
  "/report": sized(88 * 1024, { id: "r-2025-02", ...orders(728) }, { state: "final" }),
  "/export": sized(1024 * 1024, { id: "e-17", ...orders(8700) }),
};

function sized(bytes, first, last = {}) {
  const bare = JSON.stringify({ ...first, note: "", ...last });
  const missing = bytes - Buffer.byteLength(bare);
  if (missing < 0) throw new Error(`a document of ${bytes} bytes holds ${-missing} too many`);
  return JSON.stringify({ ...first, note: "n".repeat(missing), ...last });
}

/** What the slow backend's delay is, in ms. */
export const DELAY_MS = 4;
