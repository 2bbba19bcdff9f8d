// Finds keys that stand in one object more than once.
import { type JsonFaults, quoted } from "./json-fault.js";
import type { Member } from "./located.js";

/** Up to this many members, comparing all keys is cheaper than a map. */
const FEW = 12;

/** Reports every repetition of a key, with its first place. Time is linear in the members. */
export function findRepeatedKeys(members: readonly Member[], faults: JsonFaults): void {
  if (members.length <= FEW && !hasRepeatedKey(members)) return;
  const seen = new Map<string, Member>();
  for (const each of members) {
    const first = seen.get(each.key);
    if (first === undefined) seen.set(each.key, each);
    else reportRepeated(first, each, faults);
  }
}

function hasRepeatedKey(members: readonly Member[]): boolean {
  for (let later = 1; later < members.length; later++) {
    for (let first = 0; first < later; first++) {
      if (members[first]!.key === members[later]!.key) return true;
    }
  }
  return false;
}

function reportRepeated(first: Member, again: Member, faults: JsonFaults): void {
  const { start, end } = again.keySpan;
  faults.report("duplicate-key", start, end, `the key ${quoted(again.key)} stands here again`, {
    hint: "delete one of them",
    related: [{ span: first.keySpan, note: "it stands here first" }],
  });
}
