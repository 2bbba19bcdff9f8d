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

function rangeOf(operator: string, match: readonly (string | undefined)[]): Range {
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
  const upTo = (parts: Partial<Parts>): Parts => ({
    major: 0n,
    minor: 0n,
    patch: 0n,
    prerelease: "",
    ...parts,
  });
  const nextMajor = upTo({ major: at.major + 1n });
  const nextMinor = upTo({ major: at.major, minor: at.minor + 1n });
  // The end of what a shortened version stands for. Quirk: `*` is 0.x to most operators.
  const end = wildMinor ? nextMajor : wildPatch ? nextMinor : undefined;
  const below = (version: Version, limit: Parts | undefined): boolean =>
    limit === undefined || compare(version, limit) < 0;
  // A version with a prerelease counts only where the constraint has one too.
  const admits = (version: Version): boolean => version.prerelease === "" || prerelease !== "";
  const from = (version: Version): boolean => compare(version, at) >= 0;
  switch (operator) {
    case "!=":
      if (wildPatch) return (version) => admits(version) && !(from(version) && below(version, end));
      return (version) => admits(version) && compare(version, at) !== 0;
    case ">":
      return (version) =>
        admits(version) && (end === undefined ? compare(version, at) > 0 : !below(version, end));
    case "<":
      return (version) => admits(version) && compare(version, at) < 0;
    case ">=":
    case "=>":
      return (version) => admits(version) && from(version);
    case "<=":
    case "=<":
      return (version) =>
        admits(version) && (end === undefined ? compare(version, at) <= 0 : below(version, end));
    case "^":
      return (version) =>
        admits(version) && from(version) && below(version, caretEnd(at, wildMinor, wildPatch));
    case "~":
    case "~>":
      return (version) =>
        admits(version) && from(version) && (wildMajor || below(version, wildMinor ? nextMajor : nextMinor));
    default:
      if (wildPatch)
        return (version) => admits(version) && from(version) && (wildMajor || below(version, end));
      return (version) => admits(version) && compare(version, at) === 0;
  }
}

/** Up to the next change of the first part that is not zero. */
function caretEnd(at: Parts, wildMinor: boolean, wildPatch: boolean): Parts {
  const end = { major: 0n, minor: 0n, patch: 0n, prerelease: "" };
  if (at.major > 0n || wildMinor) return { ...end, major: at.major + 1n };
  if (at.minor > 0n || wildPatch) return { ...end, minor: at.minor + 1n };
  return { ...end, patch: at.patch + 1n };
}
