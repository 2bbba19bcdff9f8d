// Load at a fixed rate, whatever the answers do: a request is due when its time has come, waits for a free
// connection if there is none, and its latency counts from when it was due, so a gateway that stalls cannot
// hide it. Arguments: port, path, most connections, seconds, expected status, requests per second. The first
// fifth of the time is not counted. Prints one line of JSON: requests, seconds, errors, latencies in ms,
// `late` (ms by which the generator itself was behind at p99).
import os from "node:os";
import { Worker } from "node:worker_threads";
import { Connection } from "./connection.mjs";
import { Histogram } from "./histogram.mjs";

const [portText, path, connectionsText, secondsText, status, rateText] = process.argv.slice(2);
const target = { port: Number(portText), path, status };
const [seconds, rate] = [Number(secondsText), Number(rateText)];
const latencies = new Histogram();
const lateness = new Histogram();
const idle = [];
const waiting = [];
let errors = 0;
let sent = 0;
let countFrom = Number.POSITIVE_INFINITY;
let startedAt = 0;
let running = true;

function ready(connection) {
  const due = waiting.shift();
  if (due === undefined) idle.push(connection);
  else ask(connection, due);
}

function ask(connection, due) {
  connection.due = due;
  connection.ask();
}

function answered(connection, isExpected) {
  if (!isExpected) errors += 1;
  if (connection.due >= countFrom && running) latencies.add(performance.now() - connection.due);
  ready(connection);
}

function lost() {
  if (running) errors += 1;
}

/** Sends all that is due by now. */
function tick() {
  const now = performance.now();
  const due = Math.min(Math.floor(((now - startedAt) * rate) / 1000), Math.floor(seconds * rate));
  for (; sent < due; sent++) {
    const at = startedAt + (sent * 1000) / rate;
    if (at >= countFrom) lateness.add(now - at);
    const connection = idle.pop();
    if (connection === undefined) waiting.push(at);
    else ask(connection, at);
  }
}

// Whoever shares the core is to wait for the clock, where the system lets a process have that.
try {
  os.setPriority(-10);
} catch {}

// Timers of Node come every millisecond at best, which would send requests in bursts: a thread that sleeps
// for a tenth of that wakes this one.
const TICK_MS = 0.1;
const pulse = new Int32Array(new SharedArrayBuffer(4));
const PULSE = `
const { workerData: pulse } = require("node:worker_threads");
const own = new Int32Array(new SharedArrayBuffer(4));
for (;;) {
  Atomics.wait(own, 0, 0, ${TICK_MS});
  Atomics.notify(pulse, 0);
}`;

async function keepTime() {
  while (running) {
    const { async, value } = Atomics.waitAsync(pulse, 0, 0, 5);
    if (async) await value;
    tick();
  }
}

const connections = [];
const opened = Array.from(
  { length: Number(connectionsText) },
  () =>
    new Promise((resolve) => {
      connections.push(new Connection(target, { ready: resolve, answered, lost }));
    }),
);
idle.push(...(await Promise.all(opened)));
const worker = new Worker(PULSE, { eval: true, workerData: pulse });
await new Promise((resolve) => worker.once("online", resolve));
startedAt = performance.now();
countFrom = startedAt + seconds * 200;
void keepTime();
setTimeout(() => {
  running = false;
  const elapsed = (performance.now() - countFrom) / 1000;
  for (const { socket } of connections) socket.destroy();
  const late = lateness.percentile(0.99);
  console.log(
    JSON.stringify({ requests: latencies.total, seconds: elapsed, errors, late, ...latencies.summary() }),
  );
  process.exit(0);
}, seconds * 1000);
