// A value of the tree: its text, until an operation looks inside. [krakend/flatmap tree/node.go]
import { itemsOf } from "../../runtime/json/items.js";
import { type Keyed, member } from "../../runtime/json/members.js";
import { JsonReader } from "../../runtime/json/reader.js";
import type { ByteString, JsonText } from "../../runtime/json/text.js";

const ANY = "*";

type Path = readonly ByteString[];

export interface Edge {
  label: ByteString;
  readonly branch: Branch;
}

export class Branch {
  /** What it is as long as it has no edges; text that was not looked into yet, edges or not. */
  #text: JsonText;
  #edges: Edge[] | undefined;
  #list = false;
  #closed = false;

  private constructor(text: JsonText, edges?: Edge[]) {
    this.#text = text;
    this.#edges = edges;
  }

  static ofText(text: JsonText): Branch {
    return new Branch(text);
  }

  static ofKeyed(keyed: Keyed): Branch {
    const edges = [...keyed].map(([label, text]) => ({ label, branch: Branch.ofText(text) }));
    return new Branch(edges.length === 0 ? "{}" : "null", edges);
  }

  /** In order; may be changed. */
  get edges(): Edge[] {
    this.#edges ??= this.#open();
    return this.#edges;
  }

  #open(): Edge[] {
    const text = this.#text;
    const opener = text.charAt(0);
    if (opener !== "{" && opener !== "[") return [];
    this.#list = opener === "[";
    const edges = this.#list ? labelled(itemsOf(text)) : membersOf(text);
    // Emptied later on, it is null; empty from the start, it stays what it is.
    this.#text = edges.length > 0 ? "null" : this.#list ? "[]" : "{}";
    return edges;
  }

  /** Takes it for one value, whatever it is. */
  close(): void {
    this.#edges = [];
    this.#closed = true;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  document(): JsonText {
    if (this.#edges === undefined || this.#edges.length === 0) return this.#text;
    if (this.#list) return `[${this.#edges.map(({ branch }) => branch.document()).join(",")}]`;
    // Of equal labels the last one counts.
    const members = new Map(this.#edges.map(({ label, branch }) => [label, branch]));
    let text = "";
    for (const [label, branch] of members) text += member(label, branch.document());
    return `{${text.slice(1)}}`;
  }

  child(label: ByteString): Branch | undefined {
    return this.edges.find((edge) => edge.label === label)?.branch;
  }

  childOrNew(label: ByteString): Branch {
    const found = this.child(label);
    if (found !== undefined) return found;
    const branch = Branch.ofText("null");
    this.edges.push({ label, branch });
    return branch;
  }

  cut(label: ByteString): Edge | undefined {
    const at = this.edges.findIndex((edge) => edge.label === label);
    return at < 0 ? undefined : this.edges.splice(at, 1)[0];
  }

  /**
   * In an object the renamed member goes to the end, where it counts before one that has the name
   * already. Quirk: KrakenD leaves to chance which of the two does.
   */
  rename(from: ByteString, to: ByteString): void {
    const edge = this.edges.find(({ label }) => label === from);
    if (edge === undefined) return;
    edge.label = to;
    if (!this.#list) this.edges.push(...this.edges.splice(this.edges.indexOf(edge), 1));
  }

  delete([step, ...rest]: Path): void {
    if (step === undefined) return;
    if (rest.length > 0) {
      const into = step === ANY ? this.edges.map(({ branch }) => branch) : [this.child(step)];
      for (const branch of into) branch?.delete(rest);
    } else if (step === ANY) this.edges.length = 0;
    else this.cut(step);
  }

  /** The items of the list at a path; with `*`, all that the path leads to as one list. */
  itemsAt(path: Path): readonly JsonText[] | undefined {
    const [step = ANY, ...rest] = path;
    const child = rest.length === 0 && step !== ANY ? this.child(step) : undefined;
    if (child?.isClosed === true) return undefined;
    const document = this.#at(path);
    if (document === undefined || !document.startsWith("[")) return undefined;
    return itemsOf(document);
  }

  #at([step, ...rest]: Path): JsonText | undefined {
    if (step === undefined) return this.document();
    if (this.edges.length === 0) return undefined;
    if (step !== ANY) {
      const child = this.child(step);
      return child === undefined ? undefined : child.#at(rest);
    }
    return `[${this.edges.map(({ branch }) => branch.#at(rest) ?? "null").join(",")}]`;
  }

  /**
   * Makes a list of what is at a path. Quirk: items go to the edges that have their places as
   * labels, so that after deletions they meet others there, and objects are joined.
   */
  grow([step, ...rest]: Path, items: readonly JsonText[]): void {
    if (step !== undefined) {
      this.childOrNew(step).grow(rest, items);
      return;
    }
    this.#merge(`[${items.join(",")}]`);
  }

  /** Puts a value over what is here [krakend/flatmap tree/node.go flatten]. */
  #merge(text: JsonText): void {
    // Most items of a list meet themselves.
    if (this.#edges === undefined && this.#text === text) return;
    const edges = this.edges;
    const value = Branch.ofText(text);
    this.#list = text.startsWith("[");
    if (value.edges.length === 0) this.#text = value.document();
    for (const { label, branch } of value.edges) {
      const there = edges.find((edge) => edge.label === label);
      if (there === undefined) edges.push({ label, branch });
      else there.branch.#merge(branch.document());
    }
  }
}

function membersOf(text: JsonText): Edge[] {
  const json = new JsonReader(text);
  json.enterObject();
  const members: Map<ByteString, JsonText> = new Map();
  for (let key = json.key(); key !== undefined; key = json.key()) members.set(key, json.keep());
  return [...members].map(([label, value]) => ({ label, branch: Branch.ofText(value) }));
}

function labelled(items: readonly JsonText[]): Edge[] {
  return items.map((text, index) => ({ label: String(index), branch: Branch.ofText(text) }));
}
