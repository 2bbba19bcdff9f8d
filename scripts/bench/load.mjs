// The load generator for machines without wrk: keep-alive connections over node:net, one request at a time on
// each. Arguments: port, path, connections, seconds. Prints one line of JSON: requests, seconds, errors, and
// the latencies p50 and p99 in ms.
import net from "node:net";

const [portText, path, connectionsText, secondsText] = process.argv.slice(2);
const port = Number(portText);
const seconds = Number(secondsText);
const request = Buffer.from(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`);

// Latencies are counted in steps of 10 us up to 10 s: constant memory, no sorting of millions of numbers.
const STEP_MS = 0.01;
const counts = new Uint32Array(1_000_001);
let requests = 0;
let errors = 0;
let running = true;
// Answers to one path are all alike: one read of the length of a checked answer needs no second look.
let usualLength = -1;
const STATUS_200 = Buffer.from("HTTP/1.1 200");

function connect() {
  const socket = net.connect({ port, host: "127.0.0.1", noDelay: true });
  let received = null;
  let sentAt = 0;
  const ask = () => {
    sentAt = performance.now();
    socket.write(request);
  };
  const answered = () => {
    received = null;
    if (!running) return;
    requests += 1;
    counts[Math.min(Math.round((performance.now() - sentAt) / STEP_MS), counts.length - 1)] += 1;
    ask();
  };
  socket.on("connect", ask);
  socket.on("data", (chunk) => {
    if (received === null && chunk.length === usualLength && isOk(chunk)) return answered();
    received = received === null ? chunk : Buffer.concat([received, chunk]);
    const length = answerLength(received);
    if (length < 0 || received.length < length) return;
    if (!isOk(received)) errors += 1;
    usualLength = length;
    answered();
  });
  socket.on("error", () => {});
  socket.on("close", () => {
    if (!running) return;
    errors += 1;
    setTimeout(connect, 5);
  });
  sockets.add(socket);
}

const isOk = (bytes) => bytes.compare(STATUS_200, 0, STATUS_200.length, 0, STATUS_200.length) === 0;

/** Length of head and body together; -1 while the head is not complete. */
function answerLength(bytes) {
  const headEnd = bytes.indexOf("\r\n\r\n");
  if (headEnd < 0) return -1;
  const head = bytes.latin1Slice(0, headEnd);
  const length = /\r\ncontent-length: *(\d+)/i.exec(head);
  if (length) return headEnd + 4 + Number(length[1]);
  const lastChunk = bytes.indexOf("\r\n0\r\n\r\n", headEnd);
  return lastChunk < 0 ? -1 : lastChunk + 7;
}

function percentile(share) {
  let left = requests * share;
  const index = counts.findIndex((count) => {
    left -= count;
    return left <= 0 && count > 0;
  });
  return Math.max(index, 0) * STEP_MS;
}

const sockets = new Set();
const startedAt = performance.now();
for (let index = 0; index < Number(connectionsText); index++) connect();
setTimeout(() => {
  running = false;
  const elapsed = (performance.now() - startedAt) / 1000;
  for (const socket of sockets) socket.destroy();
  console.log(
    JSON.stringify({ requests, seconds: elapsed, errors, p50: percentile(0.5), p99: percentile(0.99) }),
  );
}, seconds * 1000);
