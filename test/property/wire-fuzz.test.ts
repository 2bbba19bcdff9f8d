// Messages made wrong at random: what Node's strict parser refuses is refused, what is taken says the
// same to both, and it does not matter in which parts it arrives. `npm run fuzz:wire` takes longer.
import http from "node:http";
import { describe, expect, it } from "vitest";
import { answerAttacks, bytesOf, requestAttacks } from "../support/attacks.js";
import { nodeIsStrict } from "../support/node-parser.js";
import { type Dice, diceOf, mutant, partsOf } from "../support/wire-mutants.js";
import { nodeCall, nodeServer, ourCalls, ourServer, type Served } from "../support/wire-readers.js";

const seconds = Number(process.env.GWC_FUZZ_SECONDS ?? 8);
const wanted = process.env.GWC_SEED ?? "20240229";
const seed = wanted === "random" ? Date.now() % 2 ** 31 : Number(wanted);

const LARGEST_SEED = 3000;

function seedsOf(attacks: readonly { readonly send: Parameters<typeof bytesOf>[0] }[]): readonly string[] {
  return attacks
    .map(({ send }) => bytesOf(send).toString("latin1"))
    .filter((text) => text.length > 0 && text.length < LARGEST_SEED);
}

/** Runs a property on inputs of one seed after the other until the time is over. */
async function fuzz(share: number, property: (dice: Dice) => Promise<void>): Promise<number> {
  const end = performance.now() + seconds * share * 1000;
  let count = 0;
  for (; performance.now() < end; count += 1) {
    const turn = (seed + count) % 2 ** 31;
    try {
      await property(diceOf(turn));
    } catch (fault) {
      throw new Error(`GWC_SEED=${turn} finds this at once: ${(fault as Error).message}`, { cause: fault });
    }
  }
  return count;
}

/**
 * Node refuses these two, and they are let through to the router as KrakenD does: methods that
 * nobody knows, which no endpoint has, and bytes above ASCII in a target, which frame nothing.
 */
function isLetThrough({ method, target }: Served["requests"][number]): boolean {
  return !http.METHODS.includes(method) || /[\x80-\xff]/.test(target);
}

/** Node's server drops what stands in the same piece behind a request that asks for an upgrade. */
function asksUpgrade({ headers }: Served["requests"][number]): boolean {
  return headers.some((each, at) => at % 2 === 0 && each.toLowerCase() === "upgrade");
}

const budget = { timeout: seconds * 1000 + 20_000 };

describe("requests made wrong", () => {
  const seeds = seedsOf(requestAttacks);

  // Skipped where the parser of Node is an old one: see nodeIsStrict.
  it.runIf(nodeIsStrict)("say the same to Node's parser, or are refused", budget, async () => {
    const count = await fuzz(0.35, async (dice) => {
      const input = mutant(dice, seeds);
      const bytes = [Buffer.from(input, "latin1")];
      const [ours, nodes] = [await ourServer(bytes), await nodeServer(bytes)];
      for (const [index, request] of ours.requests.entries()) {
        if (isLetThrough(request)) break;
        const same = nodes.requests[index];
        // A body that breaks is no request served: it is answered with a failure.
        const isOpen = request.body === undefined || (same?.body === undefined && nodes.refusesRest);
        const body = isOpen ? same?.body : request.body;
        expect({ ...request, body }, JSON.stringify(input)).toEqual(same);
        if (asksUpgrade(request)) break;
      }
    });
    expect(count).toBeGreaterThan(50);
  });

  it("say the same in any parts", budget, async () => {
    await fuzz(0.2, async (dice) => {
      // What is wrong with a line is said when the line has ended, at the latest.
      const input = `${mutant(dice, seeds)}\r\n\r\n`;
      const bytes = Buffer.from(input, "latin1");
      const whole = await ourServer([bytes]);
      const parts = await ourServer(partsOf(bytes, dice));
      expect(parts, JSON.stringify(input)).toEqual(whole);
    });
  });
});

describe("answers made wrong", () => {
  const seeds = seedsOf(answerAttacks);
  const methodOf = (dice: Dice): string => (dice(8) === 0 ? "HEAD" : "GET");

  it.runIf(nodeIsStrict)(
    "say the same to Node's parser, or are failures, and the next call gets its own",
    budget,
    async () => {
      const count = await fuzz(0.25, async (dice) => {
        const input = mutant(dice, seeds);
        const bytes = [Buffer.from(input, "latin1")];
        const method = methodOf(dice);
        const ends = dice(2) === 0;
        const { first, next } = await ourCalls(method, bytes, ends);
        expect(next, JSON.stringify(input)).toBe("the next one's own answer");
        if (first !== undefined)
          expect(first, JSON.stringify(input)).toEqual(await nodeCall(method, bytes, ends));
      });
      expect(count).toBeGreaterThan(50);
    },
  );

  it("say the same in any parts", budget, async () => {
    await fuzz(0.2, async (dice) => {
      const input = mutant(dice, seeds);
      const bytes = Buffer.from(input, "latin1");
      const method = methodOf(dice);
      const whole = await ourCalls(method, [bytes], true);
      const parts = await ourCalls(method, partsOf(bytes, dice), true);
      expect(parts, JSON.stringify(input)).toEqual(whole);
    });
  });
});
