// What the demo needs around a gateway: a configuration whose ports are free, a build, a running process.
import { spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))));
const USUAL_SERVICE_PORT = 9101;

/**
 * The shop's configuration: its text, its port, and how many failures open the breaker of /recommendations:
 * one more than `max_errors`. [krakend-circuitbreaker gobreaker.go]
 */
export function readShop(file) {
  const text = fs.readFileSync(file, "utf8");
  const config = JSON.parse(text);
  const endpoint = config.endpoints.find((candidate) => candidate.endpoint === "/recommendations");
  const breaker = endpoint?.backend[0]?.extra_config?.["qos/circuit-breaker"];
  return { file, text, config, port: config.port ?? 8080, breakerFailures: (breaker?.max_errors ?? 0) + 1 };
}

/** The first endpoint with a rate limit on the router, as a path that can be asked for. */
export function rateLimitedPath({ config }) {
  const limited = config.endpoints.find((endpoint) => endpoint.extra_config?.["qos/ratelimit/router"]);
  return limited?.endpoint.replaceAll(/\{\w+\}/g, "42");
}

/** The file to build: the shop's own when all its ports were free, else a copy in `folder` with other ports. */
export async function placeConfig(shop, servicePorts, folder) {
  const port = await freePort(shop.port);
  const metricsMoved = await moveMetrics(structuredClone(shop.config));
  const servicesMoved = servicePorts.some((taken, index) => taken !== USUAL_SERVICE_PORT + index);
  if (port === shop.port && !servicesMoved && !metricsMoved) return { file: shop.file, port };
  const text = servicePorts.reduceRight(
    (changed, servicePort, index) =>
      changed.replaceAll(`127.0.0.1:${USUAL_SERVICE_PORT + index}`, `127.0.0.1:${servicePort}`),
    shop.text,
  );
  const file = path.join(folder, "krakend.json");
  const config = { ...JSON.parse(text), port };
  await moveMetrics(config);
  fs.writeFileSync(file, JSON.stringify(config, null, 2));
  return { file, port };
}

/** Gives the metrics service another port when its own is taken; true when it was. */
async function moveMetrics(config) {
  const metrics = config.extra_config?.["telemetry/metrics"];
  const wanted = Number(/:(\d+)$/.exec(metrics?.listen_address ?? "")?.[1] ?? 0);
  if (wanted === 0) return false;
  const port = await freePort(wanted);
  metrics.listen_address = `127.0.0.1:${port}`;
  return port !== wanted;
}

async function freePort(wanted) {
  const server = net.createServer();
  const listening = (port) =>
    new Promise((resolve, reject) => server.once("error", reject).listen(port, resolve));
  await listening(wanted).catch(() => listening(0));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Runs `gwc build`; throws with its output when it refuses. */
export function buildGateway(config, folder) {
  const output = path.join(folder, "gateway.cjs");
  const startedAt = performance.now();
  const gwc = path.join(root, "bin", "gwc.js");
  const result = spawnSync(process.execPath, [gwc, "build", config, "-o", output], { encoding: "utf8" });
  if (result.status !== 0) throw new Error(`gwc build failed:\n${result.stdout}${result.stderr}`);
  return { output, ms: performance.now() - startedAt, bytes: fs.statSync(output).size };
}

/** Starts the built gateway and waits until its health check answers. */
export async function startGateway(file, port) {
  const child = spawn(process.execPath, [file], { stdio: ["ignore", "pipe", "pipe"] });
  const startedAt = performance.now();
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk) => {
      said = (said + chunk).slice(-4000);
    });
  while (!(await isHealthy(port))) {
    const gone = child.exitCode !== null || child.signalCode !== null;
    if (gone || performance.now() - startedAt > 10_000) {
      child.kill("SIGKILL");
      throw new Error(`the gateway did not start; it said:\n${said}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return { child, ms: performance.now() - startedAt };
}

const isHealthy = (port) =>
  fetch(`http://127.0.0.1:${port}/__health`).then(
    (response) => response.ok,
    () => false,
  );

/** Ends a process politely, after two seconds forcefully. */
export function stopGateway(child) {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const force = setTimeout(() => child.kill("SIGKILL"), 2000);
    child.once("exit", () => {
      clearTimeout(force);
      resolve();
    });
    child.kill("SIGTERM");
  });
}
