// Latency at a fixed rate: half of what the gateway answers at most. A gateway that answers more than gwc is
// measured at gwc's rate, so that it never has the harder task.
import { atRate, saturate } from "../load/load.mjs";
import { spread } from "../numbers.mjs";
import { inTurn, sample, summary, warmUp } from "./load.mjs";

export async function measureHalf(field, { entries }, options) {
  const { rows, skipped } = await field.line(entries);
  for (const { target } of rows) await saturate(target, { ...options, seconds: warmUp(options) });
  const most = await inTurn(rows, Math.min(options.runs, 3), ({ target }) => saturate(target, options));
  const halves = most.map(
    (loads) => spread(loads.map(({ requests, seconds }) => requests / seconds / 2)).median,
  );
  const own = rows.findIndex(({ gateway }) => gateway.name === "gwc");
  const ceiling = own < 0 ? Number.POSITIVE_INFINITY : halves[own];
  for (const [index, row] of rows.entries()) row.rate = Math.round(Math.min(halves[index], ceiling));
  const samples = await inTurn(rows, options.runs, async ({ gateway, target, rate }) => {
    let late;
    const figures = await sample(gateway, async () => {
      // The first fifth is not counted as an answer, but the gateway works in it.
      const { late: behind, requests, seconds, ...loaded } = await atRate(target, { ...options, rate });
      late = behind;
      return { ...loaded, requests: requests * 1.25, seconds: seconds * 1.25 };
    });
    return { ...figures, generatorLate: late };
  });
  return { rows: rows.map(({ row, rate }, index) => ({ ...summary(row, samples[index]), rate })), skipped };
}
