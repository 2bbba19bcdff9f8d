// Semantic versions and constraints on them [sprig semver.go, Masterminds/semver].
import { GoError, GoInt, GoObject, type GoValue } from "../values.js";
import { type FunctionTable, go } from "./kit.js";

export const versions: FunctionTable = {
  semver: go(["string"], (text) => versionOf(text)),
  semverCompare: go(["string", "string"], (constraint, text) => {
    const groups = constraint.split("||").map((group) => rangesOf(group));
    const version = versionOf(text);
    return groups.some((group) => group.every((each) => each(version)));
  }),
};

interface Parts {
  readonly major: bigint;
  readonly minor: bigint;
  readonly patch: bigint;
  readonly prerelease: string;
}

export class Version extends GoObject implements Parts {
  readonly type: string = "*semver.Version";
  readonly kind = "ptr";
  readonly major: bigint;
  readonly minor: bigint;
  readonly patch: bigint;
  readonly prerelease: string;
  readonly metadata: string;
  readonly original: string;

  constructor(parts: Parts, metadata = "", original?: string) {
    super();
    this.major = parts.major;
    this.minor = parts.minor;
    this.patch = parts.patch;
    this.prerelease = parts.prerelease;
    this.metadata = metadata;
    this.original = original ?? this.print();
  }

  field(): undefined {
    return undefined;
  }

  method(name: string): ((args: readonly GoValue[]) => GoValue) | undefined {
    const { major, minor, patch } = this;
    const uint = (value: bigint): GoInt => new GoInt("uint64", value);
    const next = (parts: Omit<Parts, "prerelease">): Version =>
      new Version({ ...parts, prerelease: "" }, "", undefined);
    const methods: Readonly<Record<string, (other: GoValue) => GoValue>> = {
      Major: () => uint(major),
      Minor: () => uint(minor),
      Patch: () => uint(patch),
      Prerelease: () => this.prerelease,
      Metadata: () => this.metadata,
      Original: () => this.original,
      String: () => this.print(),
      IncMajor: () => next({ major: major + 1n, minor: 0n, patch: 0n }),
      IncMinor: () => next({ major, minor: minor + 1n, patch: 0n }),
      IncPatch: () => next({ major, minor, patch: this.prerelease === "" ? patch + 1n : patch }),
      Compare: (other) => new GoInt("int", compare(this, asVersion(other))),
      Equal: (other) => compare(this, asVersion(other)) === 0,
      LessThan: (other) => compare(this, asVersion(other)) < 0,
      GreaterThan: (other) => compare(this, asVersion(other)) > 0,
    };
    const body = Object.hasOwn(methods, name) ? methods[name] : undefined;
    return body === undefined ? undefined : ([other = null]) => body(other);
  }

  print(): string {
    const { major, minor, patch, prerelease, metadata } = this;
    return `${major}.${minor}.${patch}${prerelease === "" ? "" : `-${prerelease}`}${metadata === "" ? "" : `+${metadata}`}`;
  }

  json(): string {
    return JSON.stringify(this.print());
  }
}

function asVersion(value: GoValue): Version {
  if (value instanceof Version) return value;
  throw new GoError("wrong type for value; expected *semver.Version");
}

const VERSION =
  /^v?([0-9]+)(?:\.([0-9]+))?(?:\.([0-9]+))?(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?$/;

function versionOf(text: string): Version {
  const match = VERSION.exec(text);
  if (match === null) throw new GoError("Invalid Semantic Version");
  const [, major = "0", minor = "0", patch = "0", prerelease = "", metadata = ""] = match;
  if (prerelease.split(".").some((each) => /^0\d+$/.test(each)))
    throw new GoError("Version segment starts with 0");
  return new Version(
    { major: BigInt(major), minor: BigInt(minor), patch: BigInt(patch), prerelease },
    metadata,
    text,
  );
}

function compare(a: Parts, b: Parts): number {
  for (const part of ["major", "minor", "patch"] as const)
    if (a[part] !== b[part]) return a[part] < b[part] ? -1 : 1;
  if (a.prerelease === b.prerelease) return 0;
  if (a.prerelease === "") return 1;
  return b.prerelease === "" ? -1 : comparePrerelease(a.prerelease.split("."), b.prerelease.split("."));
}

function comparePrerelease(a: readonly string[], b: readonly string[]): number {
  for (let at = 0; at < Math.max(a.length, b.length); at++) {
    const x = a[at];
    const y = b[at];
    if (x === y) continue;
    if (x === undefined || y === undefined) return x === undefined ? -1 : 1;
    const areNumbers = [/^\d+$/.test(x), /^\d+$/.test(y)];
    if (areNumbers[0] && areNumbers[1]) return BigInt(x) < BigInt(y) ? -1 : 1;
    if (areNumbers[0] !== areNumbers[1]) return areNumbers[0] ? -1 : 1;
    return x < y ? -1 : 1;
  }
  return 0;
}

type Range = (version: Version) => boolean;

const PARTIAL =
  "v?([0-9]+|[xX*])(?:\\.([0-9]+|[xX*]))?(?:\\.([0-9]+|[xX*]))?(?:-([0-9A-Za-z.-]+))?(?:\\+[0-9A-Za-z.-]+)?";
const OPERATORS = "=||!=|>|<|>=|=>|<=|=<|~|~>|\\^".split("|").filter((each) => each !== "");
const TERM = new RegExp(
  `^\\s*(${OPERATORS.toSorted((a, b) => b.length - a.length).join("|")})?\\s*${PARTIAL}\\s*`,
);
const HYPHEN = new RegExp(`\\s*(${PARTIAL})\\s+-\\s+(${PARTIAL})\\s*`, "g");

/** The terms of `>=1.2, <2`, all of which must hold. */
function rangesOf(group: string): readonly Range[] {
  const fail = (): never => {
    throw new GoError(`improper constraint: ${group}`);
  };
  let rest = group.replace(HYPHEN, (...match: string[]) => ` >=${match[1]} <=${match[6]} `);
  const ranges: Range[] = [];
  while (rest.trim() !== "") {
    const match = TERM.exec(rest.replace(/^[\s,]+/, "")) ?? fail();
    rest = rest.replace(/^[\s,]+/, "").slice(match[0].length);
    ranges.push(rangeOf(match[1] ?? "", match));
  }
  return ranges.length === 0 ? fail() : ranges;
}

/** What a constraint names: a version, maybe shortened, and where it and its parts end. */
interface Bound {
  readonly at: Parts;
  readonly wildMajor: boolean;
  readonly wildMinor: boolean;
  readonly wildPatch: boolean;
  readonly nextMajor: Parts;
  readonly nextMinor: Parts;
  /** The end of what a shortened version stands for. Quirk: `*` is 0.x to most operators. */
  readonly end: Parts | undefined;
}

function boundOf(match: readonly (string | undefined)[]): Bound {
  const isWild = (part: string | undefined): boolean => part === undefined || /^[xX*]$/.test(part);
  const [, , major, minor, patch, prerelease = ""] = match;
  const wildMajor = isWild(major);
  const wildMinor = wildMajor || isWild(minor);
  const wildPatch = wildMinor || isWild(patch);
  const number = (part: string | undefined, wild: boolean): bigint => (wild ? 0n : BigInt(part ?? "0"));
  const at: Parts = {
    major: number(major, wildMajor),
    minor: number(minor, wildMinor),
    patch: number(patch, wildPatch),
    prerelease,
  };
  const nextMajor: Parts = { major: at.major + 1n, minor: 0n, patch: 0n, prerelease: "" };
  const nextMinor: Parts = { major: at.major, minor: at.minor + 1n, patch: 0n, prerelease: "" };
  const end = wildMinor ? nextMajor : wildPatch ? nextMinor : undefined;
  return { at, wildMajor, wildMinor, wildPatch, nextMajor, nextMinor, end };
}

const isBelow = (version: Parts, limit: Parts | undefined): boolean =>
  limit === undefined || compare(version, limit) < 0;

const isFrom = (version: Parts, { at }: Bound): boolean => compare(version, at) >= 0;

const exactly = (version: Parts, bound: Bound): boolean =>
  bound.end === undefined
    ? compare(version, bound.at) === 0
    : isFrom(version, bound) && (bound.wildMajor || isBelow(version, bound.end));

const atLeast = (version: Parts, bound: Bound): boolean => isFrom(version, bound);

const atMost = (version: Parts, { at, end }: Bound): boolean =>
  end === undefined ? compare(version, at) <= 0 : isBelow(version, end);

const nearly = (version: Parts, bound: Bound): boolean =>
  isFrom(version, bound) &&
  (bound.wildMajor || isBelow(version, bound.wildMinor ? bound.nextMajor : bound.nextMinor));

const TESTS: Readonly<Record<string, (version: Parts, bound: Bound) => boolean>> = {
  "": exactly,
  "=": exactly,
  "!=": (version, bound) =>
    bound.end === undefined
      ? compare(version, bound.at) !== 0
      : !(isFrom(version, bound) && isBelow(version, bound.end)),
  ">": (version, { at, end }) => (end === undefined ? compare(version, at) > 0 : !isBelow(version, end)),
  "<": (version, { at }) => compare(version, at) < 0,
  ">=": atLeast,
  "=>": atLeast,
  "<=": atMost,
  "=<": atMost,
  "^": (version, bound) => isFrom(version, bound) && isBelow(version, caretEnd(bound)),
  "~": nearly,
  "~>": nearly,
};

/** A version with a prerelease counts only where the constraint has one too. */
function rangeOf(operator: string, match: readonly (string | undefined)[]): Range {
  const bound = boundOf(match);
  const test = TESTS[operator]!;
  return (version) => (version.prerelease === "" || bound.at.prerelease !== "") && test(version, bound);
}

/** Up to the next change of the first part that is not zero. */
function caretEnd({ at, wildMinor, wildPatch, nextMajor, nextMinor }: Bound): Parts {
  if (at.major > 0n || wildMinor) return nextMajor;
  if (at.minor > 0n || wildPatch) return nextMinor;
  return { ...nextMinor, minor: 0n, patch: at.patch + 1n };
}
