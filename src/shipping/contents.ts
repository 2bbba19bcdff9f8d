// What a server file is made of, from what the bundler says of its inputs.

/** Bytes of the server file that belong together. */
export interface Content {
  /**
   * program: made from the configuration. runtime: what every gateway has. feature: a room of gwc.
   * package: a library. bundling: names of files and what joins them.
   */
  readonly kind: "program" | "runtime" | "feature" | "package" | "bundling";
  readonly name: string;
  /** 0: a feature that lives in the program alone. */
  readonly bytes: number;
  /** feature: the namespaces that the configuration uses of it. */
  readonly namespaces?: readonly string[];
  /** package: names of the contents that import it. */
  readonly usedBy?: readonly string[];
}

interface Built {
  readonly code: string;
  readonly inputs: Readonly<Record<string, number>>;
  readonly imports: Readonly<Record<string, readonly string[]>>;
}

type Owner = Pick<Content, "kind" | "name">;

const KINDS: readonly Content["kind"][] = ["program", "runtime", "feature", "package", "bundling"];

/** Namespaces in use by the room that they belong to. */
export type RoomsInUse = ReadonlyMap<string, ReadonlySet<string>>;

/** Adds up to the bytes of the server file; by kind, then the largest first. */
export function contentsOf({ code, inputs, imports }: Built, rooms: RoomsInUse): readonly Content[] {
  const sums = new Map<string, Owner & { bytes: number }>();
  for (const name of rooms.keys()) sums.set(`feature ${name}`, { kind: "feature", name, bytes: 0 });
  for (const [path, bytes] of Object.entries(inputs)) {
    const owner = ownerOf(path);
    const key = `${owner.kind} ${owner.name}`;
    sums.set(key, { ...owner, bytes: (sums.get(key)?.bytes ?? 0) + bytes });
  }
  const known = [...sums.values()].filter(({ kind, bytes }) => bytes > 0 || kind === "feature");
  const rest = Buffer.byteLength(code) - known.reduce((sum, { bytes }) => sum + bytes, 0);
  const all: readonly Content[] = [...known, { kind: "bundling", name: "bundling", bytes: rest }];
  return [...all]
    .sort(
      (a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) || b.bytes - a.bytes || order(a.name, b.name),
    )
    .map((each) => {
      const namespaces = each.kind === "feature" ? rooms.get(each.name) : undefined;
      if (namespaces !== undefined) return { ...each, namespaces: [...namespaces].sort() };
      return each.kind === "package" ? { ...each, usedBy: usersOf(each.name, imports) } : each;
    });
}

/** Whom a source file belongs to. */
function ownerOf(path: string): Owner {
  const named = /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1];
  if (named !== undefined) return { kind: "package", name: named };
  const room = /^src\/features\/([^/]+)\//.exec(path)?.[1];
  if (room !== undefined) return { kind: "feature", name: room };
  if (path.startsWith("src/runtime/encoding/")) return { kind: "feature", name: "encodings" };
  if (path.startsWith("src/runtime/")) return { kind: "runtime", name: "runtime" };
  return { kind: "program", name: "program" };
}

function usersOf(name: string, imports: Built["imports"]): readonly string[] {
  const users = Object.entries(imports).flatMap(([path, targets]) => {
    const uses = targets.some((target) => ownerOf(target).name === name);
    const user = ownerOf(path).name;
    return uses && user !== name ? [user] : [];
  });
  return [...new Set(users)].sort();
}

function order(a: string, b: string): number {
  return a < b ? -1 : 1;
}
