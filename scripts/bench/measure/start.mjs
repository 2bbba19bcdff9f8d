// From the start of a gateway's process to its first answer that came through a backend.
import net from "node:net";
import { residentMegabytes } from "../machine.mjs";
import { spreads } from "../numbers.mjs";
import { outputOf, pause, stop } from "../processes.mjs";
import { inTurn } from "./load.mjs";

const LEAST_RUNS = 5;
const LONGEST_MS = 10_000;

export async function measureStart(field, { entries }, { runs }) {
  const { rows, skipped } = await field.line(entries);
  await field.clear();
  const samples = await inTurn(rows, Math.max(runs, LEAST_RUNS), ({ row, target }) =>
    once(field, row, target),
  );
  return { rows: rows.map(({ row }, index) => ({ ...row, figures: spreads(samples[index]) })), skipped };
}

async function once(field, { gateway: name }, { port, path }) {
  await field.made(name);
  const startedAt = performance.now();
  const { child } = await field.start(name);
  while (!(await answers(port, path))) {
    if (performance.now() - startedAt > LONGEST_MS)
      throw new Error(`${name} does not answer:\n${outputOf(child)}`);
    await pause(1);
  }
  const milliseconds = performance.now() - startedAt;
  const megabytes = residentMegabytes(child.pid);
  await stop(child);
  return { milliseconds, megabytes };
}

/** Whether a new connection gets a good answer. */
function answers(port, path) {
  return new Promise((resolve) => {
    const socket = net.connect({ port, host: "127.0.0.1" });
    socket.once("connect", () => socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`));
    socket.once("data", (head) => {
      resolve(head.latin1Slice(0, 12) === "HTTP/1.1 200");
      socket.destroy();
    });
    socket.once("error", () => resolve(false));
    socket.once("close", () => resolve(false));
  });
}
