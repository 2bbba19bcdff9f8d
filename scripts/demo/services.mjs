// The backends of the demo shop: eight small services in this process, one loopback port each.
// Every port answers every path, so a configuration may spread the paths over the services as it likes.
import http from "node:http";

/** The services in the order of their usual ports, from 9101. */
export const SERVICES = [
  "users",
  "orders",
  "products",
  "reviews",
  "inventory",
  "payment",
  "search",
  "recommendations",
];

const ORDERS = [
  { id: 9001, product_id: 7, quantity: 1, total: 49.9, status: "delivered", placed_at: "2025-02-11" },
  { id: 9014, product_id: 12, quantity: 2, total: 17.8, status: "shipped", placed_at: "2025-03-02" },
];
const CATALOGUE = [
  { id: 7, name: "Desk lamp", price: 49.9, currency: "EUR" },
  { id: 12, name: "Notebook", price: 8.9, currency: "EUR" },
  { id: 21, name: "Fountain pen", price: 32.5, currency: "EUR" },
];

// [method, path, delay in ms, answer]: the answer gets the parts of the path in brackets, the query and the body.
const ROUTES = [
  ["GET", /^\/users\/(\w+)$/, 15, ([id]) => user(id)],
  ["GET", /^\/users\/(\w+)\/orders$/, 30, () => ORDERS],
  ["GET", /^\/users\/(\w+)\/preferences$/, 10, () => ({ language: "en", theme: "dark", newsletter: false })],
  ["GET", /^\/products\/(\w+)$/, 20, ([id]) => product(id)],
  ["GET", /^\/products\/(\w+)\/reviews\/stats$/, 25, ([id]) => reviewStatistics(id)],
  ["GET", /^\/search$/, 20, (_parts, query) => search(query.get("q") ?? "")],
  ["POST", /^\/payment\/process$/, 40, (_parts, _query, body) => payment(body)],
  ["POST", /^\/inventory\/reserve$/, 25, (_parts, _query, body) => reservation(body)],
  [
    "GET",
    /^\/catalogue\/items$/,
    15,
    () => ({ data: { items: bySlug(CATALOGUE), total: CATALOGUE.length } }),
  ],
  ["GET", /^\/catalogue\/slow$/, 3000, () => ({ campaigns: ["spring sale"] })],
];

const user = (id) => ({
  id: Number(id) || id,
  name: "Ada Lovelace",
  email: "ada@example.com",
  address: { street: "12 St James's Square", city: "London", country: "GB" },
  created_at: "2021-12-10T09:30:00Z",
});

const product = (id) => ({
  id: Number(id) || id,
  name: "Desk lamp",
  description: "Warm light, long arm, heavy foot.",
  price: 49.9,
  currency: "EUR",
  in_stock: true,
  internal: { cost: 18.2, supplier: "ACME" },
});

const reviewStatistics = (id) => ({
  product_id: Number(id) || id,
  average_rating: 4.6,
  total_reviews: 128,
  histogram: { 1: 2, 2: 3, 3: 9, 4: 24, 5: 90 },
});

const bySlug = (items) =>
  Object.fromEntries(items.map((item) => [item.name.toLowerCase().replaceAll(" ", "-"), item]));

function search(text) {
  const results = CATALOGUE.filter(({ name }) => name.toLowerCase().includes(text.toLowerCase()));
  return { query: text, total: results.length, results, debug: { shard: 3, took_ms: 4 } };
}

const payment = (body) => ({
  payment_id: "pay_5f2c",
  status: "approved",
  amount: parsed(body).amount ?? 0,
});

const reservation = (body) => ({
  reservation_id: "res_81d0",
  status: "reserved",
  items: parsed(body).items ?? [],
});

function parsed(body) {
  try {
    return JSON.parse(body) ?? {};
  } catch {
    return {};
  }
}

/**
 * Starts all services; each takes its usual port when that is free. `recommendationFailures` is how often
 * /recommendations fails before it works. `calls(name)` tells how many requests asked for a path that starts so.
 */
export async function startServices(recommendationFailures) {
  const requested = [];
  const answer = createAnswer(recommendationFailures);
  const servers = SERVICES.map(() =>
    http.createServer((request, response) => {
      const path = request.url.split("?", 1)[0];
      requested.push(path);
      readBody(request).then((body) => answer(request, response, body));
    }),
  );
  const ports = await Promise.all(servers.map((server, index) => listen(server, 9101 + index)));
  return {
    ports,
    calls: (start) => requested.filter((path) => path.startsWith(start)).length,
    close: () => Promise.all(servers.map(closeServer)),
  };
}

function createAnswer(recommendationFailures) {
  let failuresLeft = recommendationFailures;
  return (request, response, body) => {
    const url = new URL(request.url, "http://shop");
    if (url.pathname === "/recommendations") {
      if (failuresLeft-- > 0) return later(response, 10, 500, { error: "the model is being reloaded" });
      return later(response, 10, 200, { items: CATALOGUE.slice(1), model: "v7" });
    }
    for (const [method, pattern, delayMs, value] of ROUTES) {
      const match = request.method === method ? pattern.exec(url.pathname) : null;
      if (match) return later(response, delayMs, 200, value(match.slice(1), url.searchParams, body));
    }
    later(response, 0, 404, { error: "not found", path: url.pathname });
  };
}

async function readBody(request) {
  let body = "";
  for await (const chunk of request.setEncoding("utf8")) body += chunk;
  return body;
}

function later(response, delayMs, status, value) {
  const text = JSON.stringify(value);
  const timer = setTimeout(() => {
    response.writeHead(status, {
      "Content-Type": "application/json",
      "Content-Length": Buffer.byteLength(text),
    });
    response.end(text);
  }, delayMs);
  response.on("close", () => clearTimeout(timer));
}

function listen(server, port) {
  return new Promise((resolve, reject) => {
    server.once("error", (error) => {
      if (port === 0 || error.code !== "EADDRINUSE") return reject(error);
      resolve(listen(server, 0));
    });
    server.listen(port, "127.0.0.1", () => resolve(server.address().port));
  });
}

function closeServer(server) {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
}
