// The load generator for machines without wrk: each connection asks again as soon as it was answered.
// Arguments: port, path, connections, seconds, expected status. The time begins with the first answer. Prints
// one line of JSON: requests, seconds, errors, latencies in ms.
import { Connection } from "./connection.mjs";
import { Histogram } from "./histogram.mjs";

const [portText, path, connectionsText, secondsText, status] = process.argv.slice(2);
const target = { port: Number(portText), path, status };
const latencies = new Histogram();
const connections = new Set();
let errors = 0;
let running = true;
let startedAt = 0;

function connect() {
  connections.add(new Connection(target, { ready: ask, answered, lost }));
}

function ask(connection) {
  connection.sentAt = performance.now();
  connection.ask();
}

function answered(connection, isExpected) {
  if (!running) return;
  if (startedAt === 0) begin();
  if (!isExpected) errors += 1;
  latencies.add(performance.now() - connection.sentAt);
  ask(connection);
}

function lost(connection) {
  connections.delete(connection);
  if (!running) return;
  errors += 1;
  setTimeout(connect, 5);
}

function begin() {
  startedAt = performance.now();
  setTimeout(end, Number(secondsText) * 1000);
}

function end() {
  running = false;
  const seconds = (performance.now() - startedAt) / 1000;
  for (const { socket } of connections) socket.destroy();
  console.log(JSON.stringify({ requests: latencies.total, seconds, errors, ...latencies.summary() }));
  process.exit(0);
}

const LONGEST_SILENCE_MS = 10_000;

for (let index = 0; index < Number(connectionsText); index++) connect();
setTimeout(() => {
  if (startedAt === 0) begin();
}, LONGEST_SILENCE_MS);
