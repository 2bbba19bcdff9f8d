// npm run soak [minutes] [threads]: a gateway under load while its backends fail, are slow and reset
// connections. Its memory must not grow, no request may fail that the well backend could have served,
// and every limit, breaker and counter must be exact at the end.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { freePort, pause, start, waitForPort } from "./bench/processes.mjs";
import { startBackends } from "./soak/backends.mjs";
import { startLoad } from "./soak/load.mjs";
import { watchMemory } from "./soak/memory.mjs";
import { configuration, ROUTES } from "./soak/routes.mjs";
import { verdicts } from "./soak/verdict.mjs";

const minutes = Number(process.argv[2] ?? 10);
const threads = process.argv[3] ?? "auto";
const folder = mkdtempSync(join(tmpdir(), "gwc-soak-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

const { hosts, calls, close } = await startBackends();
const [port, statsPort] = [await freePort(), await freePort()];
const file = compile();
const startedAt = performance.now();
const gateway = start(undefined, [process.execPath, file], { env: { GWC_WORKERS: threads } });
const exited = new Promise((resolve) => gateway.once("exit", resolve));
const log = readLog(gateway);
await waitForPort(port, gateway);

const delay = monitorEventLoopDelay();
delay.enable();
const memory = watchMemory(gateway.pid);
const load = startLoad(port, ROUTES);
await pause(minutes * 60_000);
await load.stop();
const judged = memory.stop();
const stats = await statistics();
gateway.kill("SIGTERM");
const status = await exited;
close();

const found = verdicts({ startedAt, seen: load.seen, calls, stats, memory: judged, log });
found.push({ good: status === 0, text: `exit code ${status}` });
console.log(`Node ${process.version}, ${log.threads}, ${minutes} minutes, ${log.lines} lines of log`);
console.log(`resident MB over time: ${judged.everyTenth.join(" ")}`);
console.log(`longest pause of the clients: ${Math.round(delay.max / 1e6)} ms`);
for (const { good, text } of found) console.log(`${good ? "  ok" : "FAIL"}  ${text}`);
process.exit(found.every(({ good }) => good) ? 0 : 1);

/** The file of the gateway. */
function compile() {
  const source = join(folder, "krakend.json");
  const made = join(folder, "gateway.cjs");
  writeFileSync(source, JSON.stringify(configuration(port, statsPort, hosts)));
  const gwc = join(import.meta.dirname, "../bin/gwc.js");
  const build = spawnSync(process.execPath, [gwc, "build", source, "-o", made], { encoding: "utf8" });
  if (build.status !== 0) throw new Error(build.stdout + build.stderr);
  return made;
}

/** Reads all that the gateway writes, so that it is never held up; keeps what tells something. */
function readLog(child) {
  const read = { lines: 0, critical: 0, threads: "" };
  child.stdout.on("data", (chunk) => {
    const text = chunk.toString("latin1");
    read.lines += text.split("\n").length - 1;
    read.critical += text.split("CRITICAL").length - 1;
    read.threads ||= /threads: \d+/.exec(text)?.[0] ?? "";
  });
  return read;
}

function statistics() {
  return new Promise((resolve, reject) => {
    http
      .get({ port: statsPort, host: "127.0.0.1", path: "/__stats" }, async (response) => {
        const chunks = await response.toArray();
        resolve(JSON.parse(Buffer.concat(chunks).toString()));
      })
      .on("error", reject);
  });
}
