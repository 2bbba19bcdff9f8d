// What a backend, or several of them together, came to: KrakenD's pair of response and error.

import type { ByteString } from "./bytes.js";
import { type Keyed, membersOf } from "./json/members.js";
import { JsonFault } from "./json/reader.js";
import type { JsonText, Members } from "./json/text.js";
import type { Answer } from "./received-answer.js";
import type { StreamedAnswer } from "./upstream-answer.js";
import { allFailed, UpstreamError } from "./upstream-error.js";

let arrivals = 0;

/**
 * `data` undefined: no response; null: a response without data (JSON `null`). A response and an
 * error together are a partial answer.
 */
export class Outcome<Data extends Members | Keyed = Members> {
  readonly data: Data | null | undefined;
  readonly complete: boolean;
  readonly error: UpstreamError | undefined;
  /** The answer itself where it is handed over as it is. */
  readonly answer: StreamedAnswer | Answer | undefined;
  /** Keys at the top whose numbers are doubles to KrakenD and not texts, where that can be seen. */
  readonly doubles: readonly ByteString[] | undefined;
  /** Order of arrival among all outcomes of the process. */
  readonly arrived: number;

  constructor(
    data: Data | null | undefined,
    complete: boolean,
    error: UpstreamError | undefined,
    answer?: StreamedAnswer | Answer,
    doubles?: readonly ByteString[],
  ) {
    this.data = data;
    this.complete = complete;
    this.error = error;
    this.answer = answer;
    this.doubles = doubles;
    arrivals += 1;
    this.arrived = arrivals;
  }
}

/** A response with all its data. */
export function succeeded<Data extends Members | Keyed>(data: Data | null): Outcome<Data> {
  return new Outcome(data, true, undefined);
}

/** A response that is data, but not what was asked for (`return_error_details`). */
export function incomplete<Data extends Members | Keyed>(data: Data): Outcome<Data> {
  return new Outcome(data, false, undefined);
}

/** No response. */
export function failed(error: UpstreamError): Outcome<never> {
  return new Outcome<never>(undefined, false, error);
}

/**
 * The outcome of decoding: a fault is a failure, JSON `null` is `whenNull` (nothing, unless a
 * group or a collection stands around it); undefined where a filter left nothing.
 */
export function settle<Data extends Members | Keyed>(
  decoded: Data | null | undefined | JsonFault,
  whenNull: Data | null = null,
): Outcome<Data> {
  if (decoded instanceof JsonFault) return failed(new UpstreamError("decode", decoded.message));
  return succeeded(decoded === null ? whenNull : (decoded ?? null));
}

/** The same for decoders that put one value under a key of their own; `place` makes the data. */
export function settleValue<Data extends Members | Keyed>(
  decoded: JsonText | JsonFault,
  place: (value: JsonText) => Data | undefined,
): Outcome<Data> {
  if (decoded instanceof JsonFault) return failed(new UpstreamError("decode", decoded.message));
  return succeeded(place(decoded) ?? null);
}

/** An answer that is handed over as it is. */
export function relayed(answer: StreamedAnswer | Answer): Outcome {
  return new Outcome("", true, undefined, answer);
}

/**
 * Joins answers that have no key in common: the order of arrival cannot matter.
 * [lura proxy/merging.go combineData]
 */
export function merge(...outcomes: readonly Outcome[]): Outcome {
  let members = "";
  let answers = 0;
  let nulls = 0;
  let complete = true;
  for (const outcome of outcomes) {
    complete &&= outcome.complete && outcome.data !== null;
    if (!hasAnswered(outcome)) continue;
    answers += 1;
    if (outcome.data === null) nulls += 1;
    else members += outcome.data;
  }
  return merged(outcomes, answers, nulls, members, complete);
}

/**
 * Joins answers whose keys may collide: top level only, the last to arrive wins.
 * [lura proxy/merging.go combineData]
 */
export function mergeByArrival(...outcomes: readonly Outcome<Keyed>[]): Outcome<Keyed> {
  const together: Keyed = new Map();
  let answers = 0;
  let nulls = 0;
  let complete = true;
  for (const outcome of [...outcomes].sort((a, b) => a.arrived - b.arrived)) {
    complete &&= outcome.complete && outcome.data !== null;
    if (!hasAnswered(outcome)) continue;
    answers += 1;
    if (outcome.data === null) nulls += 1;
    else for (const [key, value] of outcome.data) together.set(key, value);
  }
  return merged(outcomes, answers, nulls, together, complete);
}

/** What came with an error counts as failed where it is merged [lura proxy/merging.go requestPart]. */
function hasAnswered<Data extends Members | Keyed>(
  outcome: Outcome<Data>,
): outcome is Outcome<Data> & { readonly data: Data | null } {
  return outcome.data !== undefined && outcome.error === undefined;
}

function merged<Data extends Members | Keyed>(
  outcomes: readonly Outcome<Data>[],
  answers: number,
  nulls: number,
  data: Data,
  complete: boolean,
): Outcome<Data> {
  const error = answers === outcomes.length ? undefined : failureOf(outcomes);
  if (answers === 0) return new Outcome<Data>(undefined, false, error);
  // Quirk: one answer without data and nothing else stays without data; two such become `{}`
  // [lura proxy/merging.go incrementalMergeAccumulator].
  if (answers === 1 && nulls === 1) return new Outcome<Data>(null, false, error);
  return new Outcome<Data>(data, complete, error);
}

function failureOf(outcomes: readonly Outcome<Members | Keyed>[]): UpstreamError {
  const failures = outcomes.filter((outcome) => outcome.error !== undefined);
  failures.sort((a, b) => a.arrived - b.arrived);
  return allFailed(failures.map((outcome) => outcome.error as UpstreamError));
}

/** All or nothing: a partial answer becomes the failure that made it partial. */
export function requireAll<Data extends Members | Keyed>(outcome: Outcome<Data>): Outcome<Data> {
  return outcome.error === undefined ? outcome : failed(outcome.error);
}

/** Data under its keys as the text of its members, keys in byte order as KrakenD prints them. */
export function flatten(outcome: Outcome<Keyed>): Outcome {
  const { data } = outcome;
  if (data === undefined || data === null) return outcome as Outcome<never>;
  const sorted = new Map([...data].sort(([a], [b]) => (a < b ? -1 : 1)));
  return new Outcome(membersOf(sorted), outcome.complete, outcome.error, outcome.answer, outcome.doubles);
}
