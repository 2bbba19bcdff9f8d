// The yardstick: what one would write by hand for the configuration of the bench, with node:http and undici.
// Arguments: own port, port of the documents, port of the slow and failing backend. Ends when its standard
// input does.
import http from "node:http";
import { Pool } from "undici";

const [port, ...upstreamPorts] = process.argv.slice(2).map(Number);
const [documents, special] = upstreamPorts.map((each) => new Pool(`http://127.0.0.1:${each}`));

async function get(pool, path) {
  const { statusCode, body } = await pool.request({ method: "GET", path });
  if (statusCode === 200) return JSON.parse(await body.text());
  await body.dump();
  throw new Error(`the backend answered ${statusCode}`);
}

const kept = ({ id, name, email }) => ({ email, id, name });

async function merge() {
  const [user, orders, stats] = await Promise.all([
    get(documents, "/user"),
    get(documents, "/orders"),
    get(documents, "/stats"),
  ]);
  return { orders, stats, user };
}

async function report() {
  const { id, state } = await get(documents, "/report");
  return { id, state };
}

const json = (make) => async (response) => {
  const text = JSON.stringify(await make());
  response.writeHead(200, {
    "Content-Type": "application/json; charset=utf-8",
    "X-Krakend-Completed": "true",
    "Content-Length": Buffer.byteLength(text),
  });
  response.end(text);
};

const streamed = (path) => async (response) => {
  const { statusCode, headers, body } = await documents.request({ method: "GET", path });
  const { connection, ...kept } = headers;
  response.writeHead(statusCode, kept);
  body.pipe(response);
};

const allow = json(async () => kept(await get(documents, "/user")));
const routes = new Map([
  ["/no-op", streamed("/user")],
  ["/export", streamed("/export")],
  ["/allow", allow],
  ["/merge", json(merge)],
  ["/report", json(report)],
  ["/slow", json(async () => kept(await get(special, "/slow")))],
  ["/fail", json(async () => kept(await get(special, "/fail")))],
]);

async function serve(request, response) {
  const route = routes.get(request.url);
  if (route === undefined) return response.writeHead(404).end();
  try {
    await route(response);
  } catch {
    response.writeHead(500, { "X-Krakend-Completed": "false", "Content-Length": 0 }).end();
  }
}

const server = http.createServer({ keepAliveTimeout: 600_000 }, serve);
server.listen({ port, host: "127.0.0.1", backlog: 4096 });
process.stdin.resume().on("end", () => process.exit(0));
