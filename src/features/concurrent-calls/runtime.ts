// Several calls for one answer. [lura proxy/concurrent.go]
import { Attempt } from "../../runtime/branch.js";
import type { Exchange } from "../../runtime/exchange.js";
import type { Keyed } from "../../runtime/json/members.js";
import type { Members } from "../../runtime/json/text.js";
import { Outcome } from "../../runtime/outcome.js";
import type { UpstreamError } from "../../runtime/upstream-error.js";

type Call<Data extends Members | Keyed> = (attempt: Exchange) => Promise<Outcome<Data>>;

/**
 * The first complete outcome of `count` calls; the others are given up. Where none is complete: the
 * last response and the last failure seen.
 */
export function firstComplete<Data extends Members | Keyed>(
  x: Exchange,
  count: number,
  call: Call<Data>,
): Promise<Outcome<Data>> {
  const attempts = Array.from({ length: count }, () => new Attempt(x));
  return new Promise((resolve, reject) => {
    const giveUp = (): void => {
      for (const attempt of attempts) attempt.giveUp();
    };
    let left = count;
    let response: Outcome<Data> | undefined;
    let error: UpstreamError | undefined;
    const settle = (outcome: Outcome<Data>): void => {
      left -= 1;
      if (outcome.complete) {
        resolve(outcome);
        giveUp();
        return;
      }
      if (outcome.data !== undefined) response = outcome;
      error = outcome.error ?? error;
      if (left === 0) resolve(new Outcome<Data>(response?.data, false, error));
    };
    for (const attempt of attempts) call(attempt).then(settle, reject);
  });
}

/**
 * Of a `no-op` answer only the head.
 * Quirk: the body ends with the calls that were given up [lura proxy/concurrent.go].
 */
export async function firstHead(x: Exchange, count: number, call: Call<Members>): Promise<Outcome> {
  const outcome = await firstComplete(x, count, call);
  const { answer } = outcome;
  if (answer === undefined) return outcome;
  if ("discard" in answer) answer.discard();
  const { status, headers } = answer;
  const head = { url: "", status, headers: withoutLength(headers), body: "" };
  return new Outcome(outcome.data, outcome.complete, outcome.error, head);
}

function withoutLength(headers: readonly string[]): readonly string[] {
  return headers.filter((_each, index) => headers[index & ~1]!.toLowerCase() !== "content-length");
}
