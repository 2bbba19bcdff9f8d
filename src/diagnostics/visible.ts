// Text from a configuration, made fit for a terminal: nothing in it may move the cursor, change colours
// or hide what is written.

/** One character as a terminal shows it. */
export interface Cell {
  readonly text: string;
  /** Columns on the terminal. */
  readonly width: number;
  /** UTF-16 units in the line it comes from. */
  readonly units: number;
}

/** Controls, invisible and direction-changing characters, odd line ends, halves of surrogate pairs. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
const NO_WIDTH = /[\p{Mn}\p{Me}]/u;
const WIDE_SCRIPT = /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}]/u;
const WIDE_SIGN = /[\p{Emoji_Presentation}\u3000-\u303f\uff01-\uff60\uffe0-\uffe6]/u;
const HAS_HIDDEN = new RegExp(HIDDEN, "gu");
const TAB = 4;

/** The text with all that a terminal would act on or not show written as `\u001b`. */
export function visible(text: string): string {
  return text.replace(HAS_HIDDEN, escaped);
}

/** What a terminal shows for a line, in order; a tab goes to the next multiple of 4 columns. */
export function cellsOf(line: string): readonly Cell[] {
  const cells: Cell[] = [];
  let column = 0;
  for (const character of line) {
    const cell = cellOf(character, column);
    column += cell.width;
    cells.push(cell);
  }
  return cells;
}

function cellOf(character: string, column: number): Cell {
  const units = character.length;
  if (character >= " " && character < "\u007f") return { text: character, width: 1, units };
  if (character === "\t") {
    const width = TAB - (column % TAB);
    return { text: " ".repeat(width), width, units };
  }
  if (HIDDEN.test(character)) {
    const text = escaped(character);
    return { text, width: text.length, units };
  }
  if (NO_WIDTH.test(character)) return { text: character, width: 0, units };
  return { text: character, width: isWide(character) ? 2 : 1, units };
}

function isWide(character: string): boolean {
  return WIDE_SCRIPT.test(character) || WIDE_SIGN.test(character);
}

function escaped(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code > 0xffff) return `\\u{${code.toString(16)}}`;
  return `\\u${code.toString(16).padStart(4, "0")}`;
}
