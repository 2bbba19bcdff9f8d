// The field: the backends, and the contenders of a case while it is measured.
import path from "node:path";
import { fileURLToPath } from "node:url";
import { checkAnswer, expected } from "../expected.mjs";
import { Absent, GATEWAYS } from "../gateways.mjs";
import { CORES, listenersOn } from "../machine.mjs";
import { documentServer, hasNginx } from "../nginx.mjs";
import { freePort, outputOf, pause, printedLine, start, stop, waitForPort } from "../processes.mjs";

const backend = fileURLToPath(new URL("../servers/backend.mjs", import.meta.url));

export class Field {
  #folder;
  #node;
  #backends;
  #children = [];
  #made = new Map();
  /** The contenders that run now. */
  #running = new Set();

  /** `folder` takes all files; `node` is the Node that runs the gateways. */
  static async open({ folder, node }) {
    const field = new Field();
    field.#folder = folder;
    field.#node = node;
    const own = start(CORES.upstream, [process.execPath, backend]);
    field.#children.push(own);
    const special = Number(await printedLine(own));
    field.#backends = { special, documents: hasNginx ? await field.#serveDocuments() : special };
    return field;
  }

  async #serveDocuments() {
    const port = await freePort();
    const logTo = path.join(this.#folder, "documents.log");
    const child = start(CORES.upstream, documentServer(this.#folder, port), { logTo });
    this.#children.push(child);
    await waitForPort(port, child);
    return port;
  }

  /**
   * How a contender is started, made at its first use: { command, port, ... }. Throws Absent where it cannot take
   * part.
   */
  made(name) {
    if (!this.#made.has(name)) this.#made.set(name, this.#make(name));
    return this.#made.get(name);
  }

  async #make(name) {
    const port = await freePort();
    const context = { node: this.#node, folder: this.#folder, port, ...this.#backends };
    return { port, ...(await GATEWAYS[name].make(context)) };
  }

  /** A contender in a new process: { name, label, composes, port, child }. */
  async start(name) {
    const { command, port, env, cores = CORES.gateway } = await this.made(name);
    const logTo = path.join(this.#folder, `${name}.log`);
    const child = start(cores, command, { env, logTo });
    this.#running.add(child);
    const { label, composes } = GATEWAYS[name];
    return { name, label, composes, port, child };
  }

  /**
   * Starts the contenders of a case, checks their answers, and gives the rows to be measured, each with `row`
   * (gateway, label) and `target` (port, path, status), and those that do not take part with the reason.
   */
  async line(entries) {
    const gateways = new Map();
    const rows = [];
    const skipped = [];
    for (const { gateway: name, path: asked, label = GATEWAYS[name].label } of entries) {
      try {
        if (!gateways.has(name)) gateways.set(name, await this.#ready(name));
        const gateway = gateways.get(name);
        await checkAnswer(gateway, asked);
        const { status } = expected(asked, gateway.composes);
        rows.push({
          row: { gateway: name, label },
          gateway,
          target: { port: gateway.port, path: asked, status },
        });
      } catch (fault) {
        if (!(fault instanceof Absent)) throw fault;
        skipped.push({ gateway: name, label, reason: fault.message });
      }
    }
    return { rows, skipped };
  }

  async #ready(name) {
    const gateway = await this.start(name);
    await waitForPort(gateway.port, gateway.child);
    const { listeners = 1 } = await this.made(name);
    const deadline = performance.now() + 1000;
    while (listenersOn(gateway.port) < listeners) {
      if (performance.now() > deadline)
        throw new Absent(`fewer than ${listeners} threads listen: this gwc or this Node cannot (see --node)`);
      await pause(10);
    }
    return gateway;
  }

  /** What contenders said that have died, for the message of a case that failed. */
  obituaries() {
    const dead = [...this.#running].filter(
      ({ exitCode, signalCode }) => exitCode !== null || signalCode !== null,
    );
    return dead.map((child) => `\n  a gateway died and said last:\n${outputOf(child)}`).join("");
  }

  /** Ends the contenders that run. */
  async clear() {
    for (const child of this.#running) await stop(child);
    this.#running.clear();
  }

  async close() {
    for (const child of this.#children) await stop(child);
  }
}
