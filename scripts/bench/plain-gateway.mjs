// The yardstick: what one would write by hand for the configuration of the bench, with node:http and undici.
// Arguments: own port, upstream port. Ends when its standard input does.
import http from "node:http";
import { Pool } from "undici";

const [port, upstreamPort] = process.argv.slice(2).map(Number);
const pool = new Pool(`http://127.0.0.1:${upstreamPort}`);

async function get(path) {
  const { statusCode, body } = await pool.request({ method: "GET", path });
  if (statusCode !== 200) throw new Error(`the backend answered ${statusCode}`);
  return JSON.parse(await body.text());
}

async function allow() {
  const { id, name, email } = await get("/user");
  return { email, id, name };
}

async function merge() {
  const [user, orders, stats] = await Promise.all([get("/user"), get("/orders"), get("/stats")]);
  return { orders, stats, user };
}

const routes = new Map([
  ["/allow", allow],
  ["/merge", merge],
]);

async function serve(request, response) {
  const route = routes.get(request.url);
  if (route === undefined) return response.writeHead(404).end();
  try {
    const text = JSON.stringify(await route());
    response.writeHead(200, {
      "Content-Type": "application/json; charset=utf-8",
      "X-Krakend-Completed": "true",
      "Content-Length": Buffer.byteLength(text),
    });
    response.end(text);
  } catch {
    response.writeHead(500).end();
  }
}

http.createServer(serve).listen(port, "127.0.0.1", () => console.log(port));
process.stdin.resume().on("end", () => process.exit(0));
