// The Date field of answers: the same text for a whole second.

let text = "";

/** `Date: Sun, 06 Nov 1994 08:49:37 GMT` and the end of the line. */
export function dateLine(): string {
  return text === "" ? freshLine() : text;
}

function freshLine(): string {
  const now = Date.now();
  text = `Date: ${new Date(now).toUTCString()}\r\n`;
  setTimeout(forget, 1000 - (now % 1000)).unref();
  return text;
}

function forget(): void {
  text = "";
}
