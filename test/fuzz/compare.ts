// What two gateways make of one case, side by side.
import type { FuzzCase } from "./case.js";
import { type Engine, play } from "./play.js";

export interface Difference {
  /** Undefined where one of them did not even start. */
  readonly step: number | undefined;
  readonly side: "start" | "client" | "upstream";
  readonly wanted: string;
  readonly got: string;
}

/** A difference that is there when the case is played again: what is not was chance, or a busy machine. */
export async function lastingDifference(
  fuzzCase: FuzzCase,
  reference: Engine,
  gateway: Engine,
): Promise<Difference | undefined> {
  const found = await difference(fuzzCase, reference, gateway);
  return found === undefined ? undefined : difference(fuzzCase, reference, gateway);
}

/** The first difference between a gateway and what it is held against; undefined where they agree. */
export async function difference(
  fuzzCase: FuzzCase,
  reference: Engine,
  gateway: Engine,
): Promise<Difference | undefined> {
  const wanted = await play(fuzzCase, reference);
  const got = await play(fuzzCase, gateway);
  if (typeof wanted === "string" || typeof got === "string") {
    const text = (views: typeof got): string => (typeof views === "string" ? views : "starts");
    return { step: undefined, side: "start", wanted: text(wanted), got: text(got) };
  }
  for (const [step, view] of wanted.entries()) {
    for (const side of ["client", "upstream"] as const) {
      if (view[side] !== got[step]![side]) return { step, side, wanted: view[side], got: got[step]![side] };
    }
  }
  return undefined;
}
