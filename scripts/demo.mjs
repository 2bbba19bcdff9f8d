#!/usr/bin/env node
// A shop behind a freshly compiled gateway: starts small services, builds the gateway, asks it telling questions.
//   npm run demo              keeps serving until Ctrl-C
//   npm run demo -- --once    ends after the tour; exit status 1 when an answer had an unexpected status
//   npm run demo -- --config FILE    another configuration with the routes of the shop
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { startServices } from "./demo/services.mjs";
import {
  buildGateway,
  placeConfig,
  rateLimitedPath,
  readShop,
  startGateway,
  stopGateway,
} from "./demo/stage.mjs";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const BODY_LINES = 12;
const BURST = 60;

const { values: options } = parseArgs({
  options: {
    once: { type: "boolean", default: false },
    config: { type: "string", default: path.join(root, "fixtures", "whole", "shop", "krakend.json") },
  },
});

const cleanups = [];
async function cleanUp() {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
}
let stopping = false;
for (const signal of ["SIGINT", "SIGTERM"])
  process.on(signal, () => {
    stopping = true;
    console.log("\nstopping");
    cleanUp().then(() => process.exit(options.once ? 130 : 0));
  });

let surprises = 0;

/** One request, printed with its answer. `expected` is the status that the tour is built on. */
async function show(port, title, expected, target, init = {}) {
  console.log(`\n== ${title}`);
  console.log(`${init.method ?? "GET"} ${target}${init.body ? `  ${init.body}` : ""}`);
  const { response, text, ms } = await ask(port, target, init);
  const completed = response.headers.get("x-krakend-completed") ?? "-";
  console.log(`-> ${response.status}   X-Krakend-Completed: ${completed}   ${ms.toFixed(1)} ms`);
  if (response.status !== expected) surprise(`expected ${expected} here`);
  for (const line of cut(pretty(text))) console.log(`   ${line}`);
}

async function ask(port, target, init) {
  const startedAt = performance.now();
  const response = await fetch(`http://127.0.0.1:${port}${target}`, init);
  const text = await response.text();
  return { response, text, ms: performance.now() - startedAt };
}

function surprise(text) {
  surprises += 1;
  console.log(`!! ${text}`);
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function cut(text) {
  const lines = text === "" ? ["(no body)"] : text.split("\n");
  if (lines.length <= BODY_LINES) return lines;
  return [...lines.slice(0, BODY_LINES), `... ${lines.length - BODY_LINES} more lines`];
}

async function showRateLimit(port, target) {
  console.log(`\n== A burst of ${BURST} requests against the rate limit`);
  if (target === undefined) return surprise("no endpoint of this configuration has a rate limit");
  console.log(`GET ${target}  x ${BURST}`);
  const answers = await Promise.all(Array.from({ length: BURST }, () => ask(port, target)));
  const counts = new Map();
  for (const { response } of answers) counts.set(response.status, (counts.get(response.status) ?? 0) + 1);
  console.log(`-> ${[...counts].map(([status, count]) => `${count} x ${status}`).join(", ")}`);
  if (!counts.has(503) && !counts.has(429)) surprise("expected some 503 or 429 here");
}

async function showBreaker(port, failures, services) {
  console.log(`\n== A backend that fails ${failures} times: then the breaker is open and it is left alone`);
  for (let turn = 1; turn <= failures + 1; turn++) {
    const before = services.calls("/recommendations");
    const { response, ms } = await ask(port, "/recommendations");
    const called = services.calls("/recommendations") > before;
    const reached = called ? "backend called" : "backend not called";
    console.log(`GET /recommendations\n-> ${response.status}   ${reached}   ${ms.toFixed(1)} ms`);
    if (called !== turn <= failures) surprise(called ? "expected an open breaker" : "expected a call");
  }
}

async function tour(port, shop, services) {
  const json = { "Content-Type": "application/json" };
  const order = JSON.stringify({ user_id: 42, items: [{ product_id: 7, quantity: 1 }], amount: 49.9 });
  await show(port, "Several services, one answer", 200, "/users/42/dashboard");
  await show(port, "Two services, the fields a page needs", 200, "/products/7/summary");
  await show(port, "One service is too slow: a partial answer in time", 200, "/catalogue");
  await show(port, "A write", 200, "/api/checkout", { method: "POST", headers: json, body: order });
  await show(port, "Passed through untouched (no-op)", 200, "/raw/product/7");
  await show(port, "Query strings go where they are allowed to", 200, "/api/search?q=lamp");
  await showBreaker(port, shop.breakerFailures, services);
  await show(port, "No such route", 404, "/nowhere");
  await show(port, "Health", 200, "/__health");
  await showRateLimit(port, rateLimitedPath(shop));
}

async function main() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "gwc-demo-"));
  cleanups.push(() => fs.rmSync(folder, { recursive: true, force: true }));
  const shop = readShop(options.config);
  const services = await startServices(shop.breakerFailures);
  cleanups.push(services.close);
  const { file, port } = await placeConfig(shop, services.ports, folder);
  const build = buildGateway(file, folder);
  console.log(`gwc build: ${build.ms.toFixed(0)} ms, ${(build.bytes / 1024).toFixed(0)} kB`);
  const gateway = await startGateway(build.output, port);
  cleanups.push(() => stopGateway(gateway.child));
  console.log(`node gateway.cjs: first answer after ${gateway.ms.toFixed(0)} ms, port ${port}`);
  await tour(port, shop, services);
  if (options.once) return;
  console.log(`\nserving on http://127.0.0.1:${port} until Ctrl-C`);
  const [code, signal] = await new Promise((resolve) => gateway.child.once("exit", (...how) => resolve(how)));
  if (!stopping) throw new Error(`the gateway ended by itself (${code ?? signal})`);
}

try {
  await main();
  if (surprises > 0) console.log(`\n${surprises} answers were not as expected`);
  process.exitCode = surprises > 0 ? 1 : 0;
} catch (error) {
  if (!stopping) console.error(error.message);
  process.exitCode = 1;
} finally {
  if (!stopping) await cleanUp();
}
