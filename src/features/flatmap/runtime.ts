// A document as a tree of labelled edges, which operations cut and graft.
// [krakend/flatmap tree/; lura proxy/formatter.go processOps]
import type { Filtered } from "../../runtime/filtered.js";
import type { Keyed } from "../../runtime/json/members.js";
import type { ByteString, JsonText, Members } from "../../runtime/json/text.js";
import { Outcome } from "../../runtime/outcome.js";
import { Branch, type Edge } from "./runtime-branch.js";
import { Trail } from "./runtime-trail.js";

const ANY = "*";

type Path = readonly ByteString[];

/** A branch that an operation has found, and the labels on the way to it. */
interface Found {
  readonly branch: Branch;
  readonly trail: Trail;
}

/** An edge that was cut off the branch it grew from. */
interface Cut extends Found {
  readonly edge: Edge;
}

/**
 * Labels are keys as JsonReader spells them, in lists the places from 0, given once: what is cut
 * away leaves a gap. `*` is any label. A container that lost its last member is null.
 */
export class Tree implements Filtered {
  readonly #root: Branch;

  constructor(data: Members | Keyed) {
    this.#root = typeof data === "string" ? Branch.ofText(`{${data.slice(1)}}`) : Branch.ofKeyed(data);
  }

  /** Of a feed, whose values KrakenD does not hold as objects and lists: nothing reaches inside. */
  static ofFeed(data: Members): Tree {
    const tree = new Tree(data);
    for (const { branch } of tree.#root.edges) branch.close();
    return tree;
  }

  members(): Members | undefined {
    const document = this.document();
    if (document === "null") return undefined;
    return document === "{}" ? "" : `,${document.slice(1, -1)}`;
  }

  keyed(): Keyed | undefined {
    const { edges } = this.#root;
    if (edges.length === 0 && this.document() === "null") return undefined;
    return new Map(edges.map(({ label, branch }) => [label, branch.document()]));
  }

  document(): JsonText {
    return this.#root.document();
  }

  /** Cuts away all that the path leads to; `*` at its end empties the container. */
  delete(...path: Path): void {
    this.#root.delete(path);
  }

  /** A move between paths of one length: only the last label is another afterwards. */
  rename(parents: Path, from: ByteString, to: ByteString): void {
    for (const { branch } of this.#find(parents)) branch.rename(from, to);
  }

  /** A move to a shorter path. What is missing on the way to the parent is not made. */
  lift(parents: Path, last: ByteString, above: Path, to: ByteString): void {
    for (const { edge, trail } of this.#cut(parents, last)) {
      let parent = this.#root;
      for (const [depth, step] of above.entries()) {
        const next = parent.child(step === ANY ? trail.at(depth) : step);
        if (next === undefined) break;
        parent = next;
      }
      parent.edges.push({ label: to, branch: edge.branch });
    }
  }

  /** A move to a longer path, `below` the parent of what is moved. What is missing is made. */
  sink(parents: Path, last: ByteString, below: Path, to: ByteString): void {
    for (const { branch, edge } of this.#cut(parents, last)) {
      const parent = below.reduce((reached, step) => reached.childOrNew(step), branch);
      parent.edges.push({ label: to, branch: edge.branch });
    }
  }

  /** Puts the items of a list behind those of another; nothing where one of them is no list. */
  append(from: Path, to: Path): void {
    const added = this.#root.itemsAt(from);
    const there = this.#root.itemsAt(to);
    if (added === undefined || there === undefined) return;
    this.#root.grow(to, [...there, ...added]);
    this.#root.delete(from);
  }

  #cut(parents: Path, last: ByteString): readonly Cut[] {
    return this.#find(parents).flatMap(({ branch, trail }) => {
      const edge = branch.cut(last);
      return edge === undefined ? [] : [{ branch, trail, edge }];
    });
  }

  #find(path: Path): readonly Found[] {
    let reached: readonly Found[] = [{ branch: this.#root, trail: Trail.start() }];
    for (const step of path) {
      reached = reached.flatMap(({ branch, trail }) => {
        const edges =
          step === ANY ? branch.edges : branch.edges.filter(({ label }) => label === step).slice(0, 1);
        return edges.map((edge) => ({ branch: edge.branch, trail: trail.further(edge.label) }));
      });
    }
    return reached;
  }
}

/** The joint data after operations; a partial answer is left as it is. */
export function filterMembers(outcome: Outcome, filter: (data: Members) => Tree): Outcome {
  const { data, error } = outcome;
  if (error !== undefined || data === undefined || data === null) return outcome;
  return new Outcome(filter(data).members() ?? null, outcome.complete, undefined);
}

/** The same for data under its keys. */
export function filterKeyed(outcome: Outcome<Keyed>, filter: (data: Keyed) => Tree): Outcome<Keyed> {
  const { data, error } = outcome;
  if (error !== undefined || data === undefined || data === null) return outcome;
  return new Outcome(filter(data).keyed() ?? null, outcome.complete, undefined);
}
