// The contenders: how each is made and started. One that cannot take part says why.
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { loadConfig, withStats, withTracing } from "./configs.mjs";
import { CORES } from "./machine.mjs";
import { hasNginx, proxyServer } from "./nginx.mjs";
import { freePort, run } from "./processes.mjs";
import { bundleTwin } from "./twin.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
const gwc = path.join(here, "..", "..", "bin", "gwc.js");

/** Why a contender does not take part; the message is for people. */
export class Absent extends Error {}

/**
 * All contenders. `composes`: it makes the answers that the configuration asks for, others hand on what the
 * backend said. `family`: taken part in wherever that other contender is. `make(context)` gives the command that
 * starts it, with `env` and `cores` where they are not the usual, and `listeners`, how many threads must listen;
 * context: { node, folder, port, documents, special }, node being the Node that runs gateways.
 */
export const GATEWAYS = {
  gwc: { label: "gwc", composes: true, make: (context) => built(context, "gwc") },
  pipelining: {
    label: "gwc, pipelining",
    composes: true,
    make: (context) =>
      built(context, "pipelining", { backendConfig: { "gwc/upstream": { pipelining: true } } }),
  },
  parse: { family: "gwc", label: "gwc with parse + pick + stringify", composes: true, make: parsing },
  routes: {
    family: "gwc",
    label: "gwc, 1000 routes",
    composes: true,
    make: (context) => built(context, "routes", { routes: 1000 }),
  },
  stats: {
    family: "gwc",
    label: "gwc with /__stats",
    composes: true,
    make: async (context) => built(context, "stats", { serviceConfig: withStats(await freePort()) }),
  },
  traced: {
    family: "gwc",
    label: "gwc, 1 % traced",
    composes: true,
    make: (context) => built(context, "traced", { serviceConfig: withTracing(context.special) }),
  },
  shared: {
    family: "gwc",
    label: "gwc, one thread on all cores",
    composes: true,
    make: (context) => threads(context, 1),
  },
  threads: {
    family: "gwc",
    label: "gwc, two threads",
    composes: true,
    make: (context) => threads(context, 2),
  },
  node: { label: "node:http + undici", composes: true, make: (context) => script(context, "plain.mjs") },
  nginx: {
    label: "nginx proxy_pass",
    make: ({ folder, port, ...backends }) => {
      if (!hasNginx) throw new Absent("nginx is not installed");
      return { command: proxyServer(folder, port, backends) };
    },
  },
  fastify: { label: "@fastify/http-proxy", make: (context) => script(context, "fastify.mjs") },
  krakend: { label: "KrakenD", composes: true, make: krakend },
};

/** A gateway has one thread unless a case is about threads. */
const env = (count) => ({ GWC_WORKERS: String(count) });

async function built({ node, folder, ...ports }, name, options) {
  const { config, file } = filesOf(folder, name);
  fs.writeFileSync(config, JSON.stringify(loadConfig({ ...ports, ...options }), null, 1));
  try {
    await run(CORES.load, [process.execPath, gwc, "build", config, "-o", file]);
  } catch (fault) {
    if (name === "gwc") throw fault;
    const reason = /^error.*$/m.exec(fault.message)?.[0] ?? fault.message;
    throw new Absent(`this gwc does not build it: ${reason}`);
  }
  return { command: [node, file], env: env(1) };
}

const filesOf = (folder, name) => ({
  config: path.join(folder, `${name}.json`),
  file: path.join(folder, `${name}.cjs`),
});

async function parsing({ node, folder, ...ports }) {
  const { config, file } = filesOf(folder, "parse");
  const program = path.join(folder, "program");
  fs.writeFileSync(config, JSON.stringify(loadConfig(ports)));
  await run(CORES.load, [process.execPath, gwc, "build", config, "-o", file, "--emit", program]);
  if (!(await bundleTwin(program, file)))
    throw new Absent("the slow twin does not fit the program that is built");
  return { command: [node, file], env: env(1) };
}

async function threads(context, count) {
  const { command } = await built(context, "threads");
  return { command, env: env(count), cores: CORES.gateways, listeners: count };
}

const script = ({ node, port, documents, special }, file) => ({
  command: [node, path.join(here, "servers", file), ...[port, documents, special].map(String)],
});

async function krakend({ folder, ...ports }) {
  const binary = process.env.KRAKEND_BIN;
  if (!binary)
    throw new Absent("KRAKEND_BIN names no KrakenD (it is started as `$KRAKEND_BIN -c CONFIG -p PORT`)");
  const { config } = filesOf(folder, "krakend");
  fs.writeFileSync(config, JSON.stringify(loadConfig(ports)));
  return { command: [...binary.split(" "), "-c", config, "-p", String(ports.port)] };
}
