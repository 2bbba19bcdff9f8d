// What must be true when the soak ends: sentences, each with what was found and whether it will do.
import { total } from "./load.mjs";
import { BREAKERS, CLIENT_LIMIT, CLIENTS, FILLING, LIMIT, PROBE_MS, ROUTES } from "./routes.mjs";

export function verdicts({ startedAt, seen, calls, stats, memory, log }) {
  return [
    servedAsWell(seen),
    { good: !memory.grows, text: memory.text },
    equal("served within a limit", seen.get("/limited").statuses.get(200), LIMIT),
    equal(
      "served within the limits of clients",
      seen.get("/clients").statuses.get(200),
      CLIENT_LIMIT * CLIENTS,
    ),
    filling(seen.get("/filling"), startedAt),
    equal("calls before a breaker opened for good", calls.get("opened").length, BREAKERS.opened + 1),
    probes(calls.get("probed"), seen.get("/probed")),
    ...counted(seen, stats),
    equal("faults of the gateway in its log", log.critical, 0),
  ];
}

function equal(what, found, expected) {
  return { good: found === expected, text: `${what}: ${found}, expected ${expected}` };
}

function servedAsWell(seen) {
  const faults = [...seen.values()].flatMap((counts) => counts.faults);
  const answers = [...seen.values()].reduce((sum, counts) => sum + total(counts), 0);
  const some = faults.length === 0 ? "" : `, such as ${faults.slice(0, 5).join("; ")}`;
  return {
    good: faults.length === 0,
    text: `${answers} answers, ${faults.length} not as a well backend could serve them${some}`,
  };
}

/**
 * The bucket was asked for more than it had all the time, so what it gave is known but for the edges. It
 * fills from when the gateway began, which was between its start and its first answer.
 */
function filling({ statuses, firstAnswerAt, lastAt, lastAnswerAt }, startedAt) {
  const given = (ms) => FILLING.capacity + Math.floor((ms / 1000) * FILLING.rate);
  const [least, most] = [given(lastAt - firstAnswerAt) - 1, given(lastAnswerAt - startedAt) + 1];
  const found = statuses.get(200);
  const text = `served by a bucket that fills: ${found}, expected ${least} to ${most}`;
  return { good: found >= least && found <= most, text };
}

/**
 * Calls that were under way together may all fail before it opens, and the last of them may reach the backend after
 * that; then one at a time.
 */
function probes(times, { firstAt, lastAt }) {
  const { clients } = ROUTES.find(({ path }) => path === "/probed");
  const opened = times.findIndex((at, index) => index > 0 && at - times[index - 1] >= PROBE_MS / 2);
  const single = times.slice(opened);
  const gaps = single.slice(1).map((at, index) => at - single[index]);
  const shortest = Math.min(...gaps);
  const most = (lastAt - firstAt) / PROBE_MS + 1;
  const good =
    opened > BREAKERS.probed &&
    opened <= BREAKERS.probed + clients &&
    shortest >= PROBE_MS &&
    single.length >= most * 0.8 &&
    single.length <= most;
  const text = `calls before a breaker opened: ${opened}, then ${single.length} probes, ${Math.round(shortest)} ms apart at least`;
  return { good, text };
}

/** What the gateway counted is what its clients counted, for each endpoint and status. */
function counted(seen, stats) {
  const wrong = [];
  let compared = 0;
  for (const { path, leavesAfterMs } of ROUTES) {
    if (leavesAfterMs !== undefined) continue;
    const name = path.replace("{id}", ":id");
    for (const [status, count] of seen.get(path).statuses) {
      const found = stats[`krakend.router.response.${name}.status.${status}.count`];
      compared += 1;
      if (found !== count) wrong.push(`${path} ${status}: ${found}, expected ${count}`);
    }
  }
  const text = `counters of /__stats that differ from what clients counted: ${wrong.length} of ${compared}`;
  return [{ good: wrong.length === 0 && compared > 0, text: [text, ...wrong].join("; ") }];
}
