// The backends of the soak: one that is well, and one for each way not to be.
import http from "node:http";
import net from "node:net";

/** How long the slow one takes for every second answer, ms; longer than any endpoint waits. */
const SLOW_MS = 4000;

const ITEM = { price: 12.5, tags: ["a", "b", "c"], text: "x".repeat(2000) };

/** What the well one says of an id. */
export const itemOf = (id) => ({ id, name: `item ${id}`, ...ITEM });

/** Starts them all; `calls` is a list of times, ms, for each path of the failing one. */
export async function startBackends() {
  const calls = new Map();
  const servers = {
    well: http.createServer(answerWell()),
    failing: http.createServer((request, response) => fail(calls, request, response)),
    slow: http.createServer(answerSlowly),
    resetting: net.createServer(answerBroken()),
  };
  const hosts = {};
  for (const [name, server] of Object.entries(servers)) {
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    hosts[name] = `http://127.0.0.1:${server.address().port}`;
  }
  const close = () => {
    for (const server of Object.values(servers)) server.close();
  };
  return { hosts, calls, close };
}

const idOf = (request) => request.url.slice(request.url.lastIndexOf("/") + 1);

function answer(response, status, document) {
  const body = JSON.stringify(document);
  response.writeHead(status, { "Content-Type": "application/json", "Content-Length": body.length });
  response.end(body);
}

/** Under `/flaky` the first call of every twentieth id is reset; the next one with that id is answered. */
function answerWell() {
  const reset = new Set();
  return (request, response) => {
    const id = idOf(request);
    if (request.url.startsWith("/flaky/") && Number(id) % 20 === 0 && !reset.delete(id)) {
      reset.add(id);
      request.socket.resetAndDestroy();
    } else answer(response, 200, itemOf(id));
  };
}

function fail(calls, request, response) {
  const path = request.url.split("/")[1];
  if (!calls.has(path)) calls.set(path, []);
  calls.get(path).push(performance.now());
  answer(response, calls.get(path).length % 2 === 0 ? 500 : 503, { error: "broken on purpose" });
}

/** Odd ids at once, even ones too late. */
function answerSlowly(request, response) {
  const id = idOf(request);
  const timer = setTimeout(() => answer(response, 200, itemOf(id)), Number(id) % 2 === 1 ? 5 : SLOW_MS);
  response.on("close", () => clearTimeout(timer));
}

const HEAD = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n";

/** One after the other, for each request. */
const BROKEN = [
  (socket) => socket.resetAndDestroy(),
  (socket) => socket.write("HTTP/1.1 20", () => socket.resetAndDestroy()),
  (socket) => socket.write(`${HEAD}{"id":`, () => socket.resetAndDestroy()),
  (socket) => socket.end(`${HEAD}{"id":`),
  (socket) => socket.end("this is not HTTP\r\n\r\n"),
  (socket) => socket.end("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}"),
  // Never answers; the gateway gives it up.
  () => {},
];

function answerBroken() {
  let count = 0;
  return (socket) => {
    socket.on("error", () => {});
    socket.on("data", () => {
      count += 1;
      BROKEN[count % BROKEN.length](socket);
    });
  };
}
