// Regular expressions as Go has them: RE2's, which take time in proportion to the text.
import { RE2JS } from "re2js";
import type { ByteString } from "./bytes.js";

/** Finds a pattern in texts of clients. */
export class RegularExpression {
  readonly #compiled: RE2JS;

  /** Throws where the pattern is none; the compiler has looked before. */
  constructor(pattern: string) {
    this.#compiled = RE2JS.compile(pattern);
  }

  /** Whether it matches anywhere; bytes that are no UTF-8 count as U+FFFD, as in Go. */
  matches(bytes: ByteString): boolean {
    const text = /[\x80-\xff]/.test(bytes) ? Buffer.from(bytes, "latin1").toString("utf8") : bytes;
    return this.#compiled.test(text);
  }
}
