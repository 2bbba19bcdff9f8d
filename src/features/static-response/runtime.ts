// Fixed members at the top of the data. [lura proxy/static.go]
import { type Keyed, member, membersOf, readKeyed } from "../../runtime/json/members.js";
import { JsonReader } from "../../runtime/json/reader.js";
import type { ByteString, JsonText, Members } from "../../runtime/json/text.js";
import { Outcome } from "../../runtime/outcome.js";

export type StaticMembers = readonly (readonly [key: ByteString, text: JsonText])[];

/** The data with the members in the place of those of the same keys. */
export function addMembers(outcome: Outcome, fixed: StaticMembers): Outcome {
  const { data } = outcome;
  if (data === undefined || data === null || data === "") return addApart(outcome, fixed);
  const json = new JsonReader(`{${data.slice(1)}}`);
  json.enterObject();
  const keyed = readKeyed(json);
  for (const [key, text] of fixed) keyed.set(key, text);
  return withData(outcome, membersOf(keyed));
}

/** The same where none of the keys can be there yet. */
export function addApart(outcome: Outcome, fixed: StaticMembers): Outcome {
  let members = outcome.data ?? "";
  for (const [key, text] of fixed) members += member(key, text);
  return withData(outcome, members);
}

/** The same for data under its keys. */
export function addKeyed(outcome: Outcome<Keyed>, fixed: StaticMembers): Outcome<Keyed> {
  return withData(outcome, new Map([...(outcome.data ?? []), ...fixed]));
}

/** Tells that the numbers of the members are doubles to KrakenD, for output that shows it. */
export function asDoubles<Data extends Members | Keyed>(
  outcome: Outcome<Data>,
  fixed: StaticMembers,
): Outcome<Data> {
  const { data, complete, error, answer } = outcome;
  const keys = fixed.map(([key]) => key);
  return new Outcome<Data>(data, complete, error, answer, keys);
}

/** Where there was no response there is one now, an incomplete one. */
function withData<Data extends Members | Keyed>(outcome: Outcome<Data>, data: Data): Outcome<Data> {
  return new Outcome<Data>(data, outcome.complete, outcome.error, outcome.answer);
}
