// Clients of the soak: each asks again and again, with a pause after each answer.
import http from "node:http";

/** What a client waits between an answer and its next request, ms. */
const PAUSE_MS = 15;
/** Longer than any endpoint may take. */
const PATIENCE_MS = 10_000;

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Asks all routes until `stop`. `seen` tells for each path how it went. */
export function startLoad(port, routes) {
  const state = { stopping: false, ids: 0 };
  const seen = new Map();
  const clients = routes.flatMap((route) => {
    const counts = { statuses: new Map(), faults: [], firstAt: undefined, firstAnswerAt: undefined };
    seen.set(route.path, Object.assign(counts, { lastAt: 0, lastAnswerAt: 0 }));
    return Array.from({ length: route.clients }, (_, number) => client(port, route, number, counts, state));
  });
  return {
    seen,
    async stop() {
      state.stopping = true;
      await Promise.all(clients);
    },
  };
}

async function client(port, route, number, counts, state) {
  const agent = new http.Agent({ keepAlive: route.keepAlive ?? true, maxSockets: 1 });
  const headers = route.named ? { "X-Client": `client ${number}` } : {};
  while (!state.stopping) {
    state.ids += 1;
    const id = String(state.ids);
    counts.lastAt = performance.now();
    counts.firstAt ??= counts.lastAt;
    const path = route.path.replace("{id}", id);
    const answer = await ask({ port, path, host: "127.0.0.1", agent, headers }, route.leavesAfterMs);
    note(counts, answer, route, id);
    await pause(PAUSE_MS);
  }
  agent.destroy();
}

function note(counts, answer, route, id) {
  counts.lastAnswerAt = performance.now();
  counts.firstAnswerAt ??= counts.lastAnswerAt;
  const { status } = answer;
  if (status !== undefined) counts.statuses.set(status, (counts.statuses.get(status) ?? 0) + 1);
  const fault = route.leavesAfterMs === undefined ? (answer.fault ?? route.check(answer, id)) : undefined;
  if (fault !== undefined) counts.faults.push(`${route.path} ${id}: ${fault}`);
}

function ask(options, leavesAfterMs) {
  return new Promise((resolve) => {
    const request = http.get(options, (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("error", (fault) => resolve({ fault: fault.message }));
      response.on("end", () => {
        const { statusCode: status, headers } = response;
        resolve({ status, headers, body: Buffer.concat(chunks).toString() });
      });
    });
    const gone = setTimeout(
      () => request.destroy(new Error("no answer in time")),
      leavesAfterMs ?? PATIENCE_MS,
    );
    request.on("error", (fault) => resolve({ fault: fault.code ?? fault.message }));
    request.on("close", () => clearTimeout(gone));
  });
}

export const total = (counts) => [...counts.statuses.values()].reduce((sum, count) => sum + count, 0);
