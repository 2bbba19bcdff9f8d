// The operations of a filter. [lura proxy/formatter.go newFlatmapFormatter]

/** Segments of a path. */
export type Path = readonly string[];

export type Operation =
  | { readonly kind: "delete"; readonly path: Path }
  | { readonly kind: "move"; readonly from: Path; readonly to: Path }
  | { readonly kind: "append"; readonly from: Path; readonly to: Path }
  /** Nobody can do it; whatever follows is not done either. */
  | { readonly kind: "broken"; readonly type: string };

export interface Plan {
  readonly operations: readonly Operation[];
}

/** Undefined where the mode is not switched on: without an entry that has a type, which may be any. */
export function plan(filter: unknown): Plan | undefined {
  if (!Array.isArray(filter)) return undefined;
  const typed = filter.filter((entry) => typeof entry?.type === "string");
  if (typed.length === 0) return undefined;
  const operations = typed.flatMap((entry) => operationsOf(entry));
  const broken = operations.findIndex(({ kind }) => kind === "broken");
  return { operations: broken < 0 ? operations : operations.slice(0, broken + 1) };
}

function operationsOf({
  type,
  args,
}: {
  readonly type: string;
  readonly args?: unknown;
}): readonly Operation[] {
  const listed: readonly unknown[] = Array.isArray(args) ? args : [];
  const paths = listed.map((each) => (typeof each === "string" ? each.split(".") : []));
  if (type === "del")
    return paths.filter((path) => path.length > 0).map((path) => ({ kind: "delete", path }));
  if (type !== "move" && type !== "append") return [];
  const [from = [], to = []] = paths;
  return [from.length === 0 || to.length === 0 ? { kind: "broken", type } : { kind: type, from, to }];
}
