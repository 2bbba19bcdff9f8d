// `${env:NAME}` and `${env:NAME:-default}`: parts of values that are known when the gateway starts.
import type { Diagnostic, Report } from "../diagnostics/diagnostic.js";
import type { Located, LocatedString, Member } from "../source/located.js";
import type { Span } from "../source/text.js";
import { messages } from "./messages.js";

/**
 * What the whole value must be, checked when the gateway starts:
 *
 * - text: any text
 * - bytes: any text, as a string of its UTF-8 bytes
 * - host: a host that KrakenD accepts, cleaned, in bytes; verbatim host: as it is
 * - port: 1 to 65535
 * - address: an IP address
 * - duration: a duration of Go's, in milliseconds
 * - timer: a duration of Go's, in whole milliseconds that a timer can wait
 * - json: any text, as a text of JSON with its quotes, in bytes
 * - pattern: a regular expression of Go's
 * - network: an IP address or a network
 * - the others: what `lateForms` says of them
 */
export type LateKind =
  | "text"
  | "bytes"
  | "host"
  | "verbatim host"
  | "port"
  | "address"
  | "duration"
  | "timer"
  | "json"
  | "pattern"
  | "network"
  | keyof typeof lateForms;

export interface LateForm {
  readonly form: RegExp;
  readonly wanted: string;
  /** The value is a string of its UTF-8 bytes. */
  readonly bytes?: true;
}

/** What a value of some kinds looks like. The generated program holds the expression that it is checked with. */
export const lateForms = {
  file: { form: /^[^\x00]+$/, wanted: "the name of a file" },
  "header value": {
    bytes: true,
    form: /^[^\x00-\x20\x7f](?:[^\x00-\x08\x0a-\x1f\x7f]*[^\x00-\x20\x7f])?$/,
    wanted: "a value of a header: not empty, without line ends and without space around it",
  },
  "header without nonce": {
    bytes: true,
    form: /^(?!.*\$NONCE)[^\x00-\x20\x7f](?:[^\x00-\x08\x0a-\x1f\x7f]*[^\x00-\x20\x7f])?$/,
    wanted: "a value of a header: not empty, without line ends, without space around it and without `$NONCE`",
  },
  origin: {
    bytes: true,
    form: /^[a-z][a-z0-9+.-]*:\/\/[^\s/?#*,]*(?:\*[^\s/?#*,]*)?$/i,
    wanted: "an origin such as https://shop.example.com, with one `*` in it at most",
  },
  "log level": {
    form: /^(?:DEBUG|INFO|NOTICE|WARNING|ERROR|CRITICAL)$/i,
    wanted: "one of DEBUG, INFO, WARNING, ERROR and CRITICAL",
  },
  "host and port": {
    form: /^(?:[^:\s/]*|\[[0-9A-Fa-f:.%]+\]):\d{1,5}$/,
    wanted: "a host and a port such as logs.example.com:12201",
  },
  "metric name": { form: /^\w+$/, wanted: "a name of letters, digits and `_`" },
  name: { form: /^[^\x00-\x1f\x7f\s/]+$/, wanted: "a name without spaces and slashes" },
} as const satisfies Readonly<Record<string, LateForm>>;

/**
 * When a text of the configuration counts. `atStart`: the gateway can take it from its environment, and
 * what it must be. `atBuild`: it decides what is generated, and the reason.
 */
export type TextClass = { readonly atStart: LateKind } | { readonly atBuild: string };

/** A type whose texts may be known at start only. */
export type OrLate<T> = T extends string
  ? string extends T
    ? string | Late
    : T
  : T extends object
    ? { readonly [Key in keyof T]: OrLate<T[Key]> }
    : T;

export type LatePiece = string | LateVariable;

export interface LateVariable {
  readonly name: string;
  /** Stands in where the variable is absent or empty. */
  readonly otherwise: string | undefined;
}

/** A value that the gateway makes when it starts. In the generated program it is a constant. */
export class Late {
  readonly kind: LateKind;
  readonly pieces: readonly LatePiece[];
  /** Of the constant, unique in the program. */
  readonly name: string;
  /** Where it stands first. */
  readonly span: Span;
  /** All its places. */
  readonly spans: Span[];
  readonly #written: string;

  constructor(kind: LateKind, pieces: readonly LatePiece[], name: string, node: LocatedString) {
    this.kind = kind;
    this.pieces = pieces;
    this.name = name;
    this.span = node.span;
    this.spans = [node.span];
    this.#written = node.value;
  }

  /** Stands in a byte string for the value: no byte is as large as its first and last character. */
  get mark(): string {
    return `\u0100${this.name}\u0101`;
  }

  /** As it stands in the configuration. */
  toString(): string {
    return this.#written;
  }

  get variables(): readonly LateVariable[] {
    return this.pieces.filter((piece) => typeof piece !== "string");
  }

  /** The value if no variable is set; undefined where one has no default. */
  get nominal(): string | undefined {
    const texts = this.pieces.map((piece) => (typeof piece === "string" ? piece : piece.otherwise));
    return texts.includes(undefined) ? undefined : texts.join("");
  }
}

const OPENING = "${env:";
const VARIABLE = /\$\{env:([A-Za-z_]\w*)(?::-([^}]*))?\}/g;

/** Whether a text asks for the environment, well or badly. */
export function asksForEnvironment(text: string): boolean {
  return text.includes(OPENING);
}

/** The pieces of a text; undefined where an opening `${env:` is not the start of a variable. */
export function piecesOf(text: string): readonly LatePiece[] | undefined {
  const pieces: LatePiece[] = [];
  let end = 0;
  for (const match of text.matchAll(VARIABLE)) {
    pieces.push(text.slice(end, match.index), { name: match[1]!, otherwise: match[2] });
    end = match.index + match[0].length;
  }
  pieces.push(text.slice(end));
  if (pieces.some((piece) => typeof piece === "string" && asksForEnvironment(piece))) return undefined;
  return pieces.filter((piece) => piece !== "");
}

/**
 * The late values of one configuration. Places that can take one ask here; whatever asks for the
 * environment elsewhere is reported in the end, so that no such text ever becomes a literal.
 */
export class LateValues {
  readonly #values = new Map<string, Late>();
  readonly #taken = new Set<string>();
  readonly #faulty: Span[] = [];
  readonly #claimed = new Set<Span>();
  readonly #reasons = new Map<Span, string>();
  readonly #report: Report;

  constructor(report: Report) {
    this.#report = report;
  }

  get all(): readonly Late[] {
    return [...this.#values.values()];
  }

  /** Whether a diagnostic is about a place of which it was said that it cannot ask for the environment. */
  isEcho({ code, span }: Diagnostic): boolean {
    if (code === "config/fixed-at-build" || code === "config/bad-variable") return false;
    return this.#faulty.some((each) => each.source === span.source && each.start === span.start);
  }

  /** The late value at a place that may hold one; undefined where the value is fixed, or faulty. */
  at(node: Located | undefined, kind: LateKind): Late | undefined {
    if (node?.kind !== "string" || !asksForEnvironment(node.value)) return undefined;
    const pieces = piecesOf(node.value);
    if (pieces === undefined) return undefined;
    this.#claimed.add(node.span);
    const key = JSON.stringify([kind, pieces]);
    const known = this.#values.get(key);
    if (known !== undefined) {
      if (!known.spans.includes(node.span)) known.spans.push(node.span);
      return known;
    }
    const late = new Late(kind, pieces, this.#nameFor(pieces), node);
    this.#values.set(key, late);
    return late;
  }

  /** Says why texts at a place, and below it, are decided at build; `reportRest` names it. */
  explain(node: Located, reason: string): void {
    if (node.kind === "string" && asksForEnvironment(node.value)) this.#reasons.set(node.span, reason);
    if (node.kind === "array") for (const item of node.items) this.explain(item, reason);
    if (node.kind === "object")
      for (const { key, keySpan, value } of node.members) {
        if (asksForEnvironment(key)) this.#reasons.set(keySpan, reason);
        this.explain(value, reason);
      }
  }

  /** Takes a value back: here it decides what is generated after all. */
  refuse(late: Late, reason: string): void {
    for (const span of late.spans) {
      if (this.#claimed.delete(span)) this.#reasons.set(span, reason);
    }
  }

  /** The fixed parts of a text and a late value for each variable; undefined where all of it is fixed. */
  within(node: Located | undefined, kind: LateKind): readonly (string | Late)[] | undefined {
    if (node?.kind !== "string" || !asksForEnvironment(node.value)) return undefined;
    const pieces = piecesOf(node.value);
    if (pieces === undefined) return undefined;
    this.#claimed.add(node.span);
    return pieces.map((piece) => {
      if (typeof piece === "string") return piece;
      const otherwise = piece.otherwise === undefined ? "" : `:-${piece.otherwise}`;
      const value = `${OPENING}${piece.name}${otherwise}}`;
      return this.at({ ...node, value }, kind) ?? value;
    });
  }

  /** Constants are called as their first variable is. */
  #nameFor(pieces: readonly LatePiece[]): string {
    const first = pieces.find((piece) => typeof piece !== "string");
    const wished = (first?.name ?? "VALUE").toUpperCase();
    let name = wished;
    for (let number = 2; this.#taken.has(name); number += 1) name = `${wished}_${number}`;
    this.#taken.add(name);
    return name;
  }

  /** Reports what asks for the environment where nothing may. Comments are left alone, blocks and members of blocks. */
  reportRest(root: Located): void {
    const work: Located[] = [root];
    for (let node = work.pop(); node !== undefined; node = work.pop()) {
      if (node.kind === "array") work.push(...node.items);
      else if (node.kind === "string") this.#reportText(node.value, node.span);
      else if (node.kind === "object") {
        for (const { key, keySpan } of node.members) this.#reportText(key, keySpan);
        work.push(...node.members.map(withoutComments));
      }
    }
  }

  #reportText(text: string, span: Span): void {
    if (!asksForEnvironment(text) || this.#claimed.has(span)) return;
    const wellFormed = piecesOf(text) !== undefined;
    this.#faulty.push(span);
    const reason = this.#reasons.get(span) ?? "it decides what is generated";
    this.#report(
      wellFormed
        ? messages.say("config/fixed-at-build", span, { reason })
        : messages.say("config/bad-variable", span),
    );
  }
}

function withoutComments({ key, value }: Member): Located {
  if (key !== "extra_config" || value.kind !== "object") return value;
  const kept = (members: readonly Member[]): readonly Member[] =>
    members.filter((each) => !/^[@$_#]/.test(each.key));
  const blocks = kept(value.members).map((block) =>
    block.value.kind === "object"
      ? { ...block, value: { ...block.value, members: kept(block.value.members) } }
      : block,
  );
  return { ...value, members: blocks };
}
