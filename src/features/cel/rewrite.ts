// Where the library takes more than cel-go does, or other things, a call goes through a function of
// our own: `int(x)` becomes `int(goInt(x))`. `runtime-language.ts` has these functions.
import { type Call, isCall, nodesOf, type Parsed } from "./language.js";

/** Functions whose argument is looked at first. */
const CONVERSIONS: Readonly<Record<string, string>> = {
  int: "goInt",
  uint: "goUint",
  double: "goDouble",
  bool: "goBool",
  string: "goString",
  timestamp: "goTimestamp",
  duration: "goDuration",
};

/** Methods that are replaced, where they are called with so many arguments. */
const METHODS: Readonly<Record<string, readonly number[]>> = {
  matches: [1],
  getDayOfYear: [0, 1],
  ...Object.fromEntries(
    ["FullYear", "Month", "DayOfMonth", "Date", "DayOfWeek", "Hours", "Minutes", "Seconds"].map((part) => [
      `get${part}`,
      [1],
    ]),
  ),
};

const BETWEEN = /^(?:[\s)]|\/\/[^\n]*\n)*\.(?:\s|\/\/[^\n]*\n)*/;

interface Edit {
  readonly at: number;
  readonly removed: number;
  readonly text: string;
}

/** The expression as the gateway evaluates it. */
export function rewritten({ text, tree }: Parsed): string {
  const edits = nodesOf(tree).flatMap((node) => (isCall(node) ? editsOf(node, text) : []));
  let result = text;
  for (const { at, removed, text: put } of [...edits].sort((a, b) => b.at - a.at))
    result = result.slice(0, at) + put + result.slice(at + removed);
  return result;
}

function editsOf(node: Call, text: string): readonly Edit[] {
  if (node.op === "call") {
    const [name, args] = node.args;
    const check = Object.hasOwn(CONVERSIONS, name) ? CONVERSIONS[name] : undefined;
    if (check === undefined || args.length !== 1) return [];
    return [
      { at: node.range.start, removed: name.length, text: `${name}(${check}` },
      { at: node.range.end, removed: 0, text: ")" },
    ];
  }
  const [name, receiver, args] = node.args;
  if (!Object.hasOwn(METHODS, name) || METHODS[name]?.includes(args.length) !== true) return [];
  const from = receiver.range.end;
  const between = BETWEEN.exec(text.slice(from))?.[0];
  if (between === undefined) throw new Error(`no name after ${from} in ${text}`);
  return [
    {
      at: from + between.length,
      removed: name.length,
      text: `go${name.charAt(0).toUpperCase()}${name.slice(1)}`,
    },
  ];
}
