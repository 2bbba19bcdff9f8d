// npm run soak:reload [count] [threads]: takes a new configuration over 100 times under load, in five
// rounds. Not one request may fail, and memory must not grow with the number of configurations.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const count = Number(process.argv[2] ?? 100);
const threads = process.argv[3] ?? "auto";
/** In a round those that were replaced live side by side, so it needs more memory than serving one. */
const ROUNDS = 5;
/** Those that were replaced are gone by then: 5 s for idle connections, 5 s for silent ones. */
const REST_MS = 12_000;
/** A round needs as much as the one before, but for where pages happen to lie. */
const NOISE = { share: 0.05, megabytes: 4 };
const folder = mkdtempSync(join(tmpdir(), "gwc-soak-"));
const file = join(folder, "gateway.cjs");

const upstream = http.createServer((request, response) => {
  response.setHeader("Content-Type", "application/json");
  response.end(JSON.stringify({ target: request.url }));
});
await new Promise((resolve) => upstream.listen(0, "127.0.0.1", resolve));
const port = await freePort();
const code = compile();
writeFileSync(file, code);

const gateway = spawn(process.execPath, [file], {
  stdio: ["ignore", "pipe", "inherit"],
  env: { ...process.env, GWC_WORKERS: threads },
});
const exited = new Promise((resolve) => gateway.on("exit", resolve));
let log = "";
gateway.stdout.on("data", (chunk) => {
  log += chunk;
});
await until(() => log.includes("Listening on port"));

const seen = { answers: 0, failures: [], configurations: new Set(), stop: false };
const clients = [true, false].flatMap((keepAlive) => Array.from({ length: 8 }, () => client(keepAlive)));
const sizes = [residentMegabytes()];
await until(() => seen.answers > 20);
for (let number = 1; number <= count; number += 1) {
  writeFileSync(file, code.replaceAll("/a/0", `/a/${number}`));
  gateway.kill("SIGHUP");
  const enough = seen.answers + 20;
  await until(() => log.split("a new configuration serves").length > number && seen.answers > enough);
  if (number % Math.ceil(count / ROUNDS) === 0 || number === count) {
    await new Promise((resolve) => setTimeout(resolve, REST_MS));
    sizes.push(residentMegabytes());
  }
}
seen.stop = true;
await Promise.all(clients);
gateway.kill("SIGTERM");
const status = await exited;
upstream.close();
rmSync(folder, { recursive: true, force: true });

console.log(`${log.match(/threads: \d+/)?.[0]}, ${count} configurations, ${seen.answers} answers`);
console.log(`${seen.failures.length} failures ${[...new Set(seen.failures)].join(", ")}`);
console.log(`${seen.configurations.size} configurations seen, exit code ${status}`);
const grows = growth(sizes);
console.log(`resident MB at first and after each round: ${sizes.join(" ")}`);
console.log(grows ? "memory grows with the number of configurations" : "memory does not grow");
const last = [...seen.configurations].some((each) => each.includes(`/a/${count}"`));
process.exit(seen.failures.length === 0 && last && status === 0 && !grows ? 0 : 1);

/** The first two rounds settle: code is compiled, pools fill. */
function growth([, , settled, ...later]) {
  const allowed = settled * (1 + NOISE.share) + NOISE.megabytes;
  return later.length > 0 && Math.min(...later.slice(-2)) > allowed;
}

function compile() {
  const config = {
    version: 3,
    port,
    listen_ip: "127.0.0.1",
    host: [`http://127.0.0.1:${upstream.address().port}`],
    extra_config: { router: { disable_access_log: true } },
    endpoints: [{ endpoint: "/a", backend: [{ url_pattern: "/a/0" }] }],
  };
  const source = join(folder, "krakend.json");
  writeFileSync(source, JSON.stringify(config));
  const gwc = join(import.meta.dirname, "../bin/gwc.js");
  const made = spawnSync(process.execPath, [gwc, "build", source, "-o", file], { encoding: "utf8" });
  if (made.status !== 0) throw new Error(made.stdout + made.stderr);
  return readFileSync(file, "utf8");
}

async function client(keepAlive) {
  const agent = new http.Agent({ keepAlive, maxSockets: 1 });
  while (!seen.stop) {
    await new Promise((resolve) => {
      const request = http.get({ port, path: "/a", host: "127.0.0.1", agent }, (response) => {
        let body = "";
        response.on("data", (chunk) => {
          body += chunk;
        });
        response.on("end", () => {
          seen.answers += 1;
          if (response.statusCode === 200) seen.configurations.add(body);
          else seen.failures.push(`status ${response.statusCode}`);
          resolve();
        });
      });
      request.on("error", (fault) => {
        seen.failures.push(fault.code ?? fault.message);
        resolve();
      });
    });
  }
  agent.destroy();
}

function freePort() {
  return new Promise((resolve) => {
    const server = net.createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

async function until(condition) {
  for (let tries = 0; !condition(); tries += 1) {
    if (tries > 6000) throw new Error(`it did not come to pass within 30 s: ${log.slice(-2000)}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function residentMegabytes() {
  const pages = Number(readFileSync(`/proc/${gateway.pid}/statm`, "utf8").split(" ")[1]);
  return Math.round((pages * 4096) / 2 ** 20);
}
