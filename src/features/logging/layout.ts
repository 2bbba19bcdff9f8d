// Layouts of times as Go writes them -> the parts that a runtime fills in. [Go time/format.go]

/** In the order in which Go tries them: a longer part before the one it begins with. */
const PARTS = [
  ...[
    "January",
    "Jan",
    "Monday",
    "Mon",
    "MST",
    "002",
    "01",
    "02",
    "03",
    "04",
    "05",
    "06",
    "2006",
    "__2",
    "_2",
  ],
  ...[
    "15",
    "PM",
    "pm",
    "-070000",
    "-07:00:00",
    "-0700",
    "-07:00",
    "-07",
    "Z070000",
    "Z07:00:00",
    "Z0700",
    "Z07:00",
    "Z07",
  ],
];

/**
 * The layout as texts and parts in turn, a text first: `["", "2006", "-", "01"]`. A fraction of a
 * second is the part `.000` or `.999` with as many digits as written.
 */
export function layoutOf(layout: string): readonly string[] {
  const pieces: string[] = [];
  let text = "";
  for (let rest = layout; rest !== ""; ) {
    const part = partAt(rest);
    if (part === undefined) text += rest.charAt(0);
    else {
      pieces.push(text, part);
      text = "";
    }
    rest = rest.slice(part?.length ?? 1);
  }
  return [...pieces, text];
}

function partAt(rest: string): string | undefined {
  const fraction = /^[.,](?:0+|9+)(?!\d)/.exec(rest)?.[0];
  if (fraction !== undefined) return fraction;
  if (rest.startsWith("_2006")) return undefined;
  if (/^Jan[a-z]/.test(rest) && !rest.startsWith("January")) return undefined;
  if (/^Mon[a-z]/.test(rest) && !rest.startsWith("Monday")) return undefined;
  const long = PARTS.find((part) => rest.startsWith(part));
  return long ?? /^[12345]/.exec(rest)?.[0];
}
