// Lines of a limited width [goutils wordutils.go WrapCustom].

/** Breaks at spaces; words longer than a line are cut only if asked to. Counts bytes, and cuts between them. */
export function wrap(text: string, width: number, separator: string, cuts: boolean): string {
  const wrapped = wrapLetters(latin(text), width, latin(separator), cuts);
  return Buffer.from(wrapped, "latin1").toString();
}

function latin(text: string): string {
  return Buffer.from(text).toString("latin1");
}

function wrapLetters(text: string, width: number, separator: string, cuts: boolean): string {
  const size = Math.max(1, width);
  const lines: string[] = [];
  let at = 0;
  while (text.length - at > size) {
    if (text[at] === " ") {
      at++;
      continue;
    }
    const end = at + size;
    const space = text.lastIndexOf(" ", end);
    if (space >= at) {
      lines.push(text.slice(at, space));
      at = space + 1;
    } else if (cuts) {
      lines.push(text.slice(at, end));
      at = end;
    } else {
      const next = text.indexOf(" ", end);
      if (next < 0) break;
      lines.push(text.slice(at, next));
      at = next + 1;
    }
  }
  return [...lines, text.slice(at)].join(separator);
}
