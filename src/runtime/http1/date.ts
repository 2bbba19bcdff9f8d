// The Date field of answers: the same text for a whole second.

let text = "";
let until = 0;

/** `Date: Sun, 06 Nov 1994 08:49:37 GMT` and the end of the line; `now` on the clock of performance.now(). */
export function dateLine(now: number): string {
  if (now >= until) {
    const time = Date.now();
    text = `Date: ${new Date(time).toUTCString()}\r\n`;
    until = now + 1000 - (time % 1000);
  }
  return text;
}
