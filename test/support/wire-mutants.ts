// Messages of HTTP/1.1 made wrong at random, by a seed.

/** A source of numbers in [0, below). */
export type Dice = (below: number) => number;

/** The same numbers for the same seed [mulberry32]. */
export function diceOf(seed: number): Dice {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

/** Bytes that mean something to somebody. */
const TELLING =
  '\r\n \t\0\v\f:;,="\\/?#%*@[]()<>{}|^~_-+.0123456789abcdefxXGHTPABzZ\x01\x1f\x7f\x80\x85\xa0\xc3\xff';

const LINES = [
  "Transfer-Encoding: chunked",
  "Transfer-Encoding: \xa0chunked",
  "Transfer-Encoding:chunked ",
  "Transfer-Encoding: gzip, chunked",
  "transfer-encoding: identity",
  "Content-Length: 4",
  "Content-Length: 0",
  "content-length:\t5 ",
  "Content-Length: +4",
  "Content-Length: 4, 4",
  "Content-Length: 999999999999999999999",
  "Connection: close",
  "Connection: keep-alive, Upgrade",
  "Upgrade: websocket",
  "Host: other.example",
  "Host:",
  "Expect: 100-continue",
  "Trailer: X-A",
  "X-A: a",
  "X-A:",
  " folded",
  "HTTP/1.1 200 OK",
  "HTTP/1.1 204 No Content",
  "HTTP/1.1 100 Continue",
  "GET /ok HTTP/1.1",
  "POST /ok HTTP/1.0",
  "4",
  "4;a=b",
  "0",
  "body",
  "",
];

const pick = <Item>(dice: Dice, list: ArrayLike<Item>): Item => list[dice(list.length)]!;
const cut = (text: string, at: number, length: number, put: string): string =>
  text.slice(0, at) + put + text.slice(at + length);

function onLines(text: string, dice: Dice, change: (lines: string[], at: number) => void): string {
  const lines = text.split("\r\n");
  change(lines, dice(lines.length));
  return lines.join("\r\n");
}

type Mutation = (text: string, dice: Dice, seeds: readonly string[]) => string;

const MUTATIONS: readonly Mutation[] = [
  (text, dice) => cut(text, dice(text.length + 1), 0, pick(dice, TELLING)),
  (text, dice) => cut(text, dice(text.length), 1, pick(dice, TELLING)),
  (text, dice) => cut(text, dice(text.length), 1, ""),
  (text, dice) => cut(text, dice(text.length), 1 + dice(8), ""),
  (text, dice) => cut(text, dice(text.length), 1, String.fromCharCode(dice(256))),
  (text, dice) => {
    const at = dice(text.length);
    return cut(text, at, 0, text.slice(at, at + 1 + dice(12)));
  },
  (text, dice) => onLines(text, dice, (lines, at) => lines.splice(at, 0, pick(dice, LINES))),
  (text, dice) => onLines(text, dice, (lines, at) => lines.splice(at, 1)),
  (text, dice) => onLines(text, dice, (lines, at) => lines.splice(at, 0, lines[at]!)),
  (text, dice) => onLines(text, dice, (lines, at) => lines.splice(at, 1, pick(dice, LINES))),
  (text, dice) =>
    onLines(text, dice, (lines, at) => lines.splice(dice(lines.length), 0, ...lines.splice(at, 1))),
  (text, dice) => {
    const at = text.indexOf("\r\n", dice(text.length));
    return at < 0
      ? text
      : cut(text, at, 2, pick(dice, ["\n", "\r", "\r\r\n", "\n\r", " \r\n", "\r\n ", "\r\n\t"]));
  },
  (text, dice, seeds) => text.slice(0, dice(text.length)) + pick(dice, seeds).slice(dice(20)),
  (text, dice, seeds) => text + pick(dice, seeds),
  (text, dice) => text.slice(0, dice(text.length)),
];

/** A seed, as it is now and then, else with a few things changed. */
export function mutant(dice: Dice, seeds: readonly string[]): string {
  let text = pick(dice, seeds);
  for (let left = dice(5); left > 0 && text.length > 0; left -= 1)
    text = pick(dice, MUTATIONS)(text, dice, seeds);
  return text;
}

/** Cuts bytes at random places. */
export function partsOf(bytes: Buffer, dice: Dice): readonly Buffer[] {
  const parts: Buffer[] = [];
  let at = 0;
  while (at < bytes.length) {
    const size = 1 + dice(pick(dice, [1, 3, 20, 200]));
    parts.push(bytes.subarray(at, at + size));
    at += size;
  }
  return parts;
}
