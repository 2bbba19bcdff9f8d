// Reads an upstream's JSON member by member, as emitted code asks for it: what is kept is a slice of
// the text, what is not is walked over. Every byte read is validated, once.
import { CLOSE_BRACE, COMMA, KEEP_STOPS, MAX_DEPTH, OPEN_BRACE, QUOTE, SKIP_STOPS } from "./byte.js";
import { JsonFault } from "./fault.js";
import type { Sliceable } from "./late-text.js";
import { BROKEN, HTML, repair, SEPARATOR } from "./repair.js";
import { Scanner } from "./scanner.js";
import { type ByteString, escapeText, type JsonText, type Members, unescapeText } from "./text.js";
import type { VectorWalk } from "./vector-walk.js";
import { bytesOf } from "./workspace.js";

export { JsonFault };

const TO_REPAIR = HTML | SEPARATOR | BROKEN;

/**
 * A reader that stands before a value. All methods throw JsonFault where the text is not JSON;
 * only the functions of decode.ts, which create readers, catch it.
 */
export class JsonReader extends Scanner {
  private readonly text: Sliceable;
  private at = 0;
  private entered = false;

  /** `bytes` are those of the text and a zero after them; whoever passes none pays for a copy. */
  constructor(
    text: Sliceable,
    bytes: Uint8Array = bytesOf(text.slice(0, text.length)),
    vectors: VectorWalk | null = null,
  ) {
    super(bytes, text.length, vectors);
    this.text = text;
  }

  /** Enters the object here: `key` comes next. False: it was another value, and is now behind. */
  enterObject(): boolean {
    const start = this.space(this.at);
    if (this.bytes[start] !== OPEN_BRACE) {
      this.at = this.value(start, SKIP_STOPS);
      return false;
    }
    if (this.depth === MAX_DEPTH) throw this.fault(start, "exceeded max depth");
    this.depth++;
    this.at = start + 1;
    this.entered = true;
    return true;
  }

  /**
   * The key of the next member, whose value comes next; undefined, and the object is behind, after
   * the last. It is spelt as Go's encoder spells it between quotes, so equal keys are equal.
   */
  key(): ByteString | undefined {
    const quoteAt = this.nextName();
    if (quoteAt < 0) return undefined;
    this.noted = 0;
    const end = this.restOfString(quoteAt + 1, KEEP_STOPS);
    this.at = this.colon(end);
    const key = this.text.slice(quoteAt + 1, end - 1);
    return this.noted === 0 ? key : escapeText(unescapeText(key));
  }

  /**
   * The text of the value here, as it was written but for what Go's encoder would not print: `<`,
   * `>`, `&`, U+2028 and U+2029 are escaped, and what is no Unicode becomes U+FFFD.
   */
  keep(): JsonText {
    const start = this.space(this.at);
    this.noted = 0;
    this.at = this.value(start, KEEP_STOPS);
    return this.slice(start, this.at);
  }

  /** The members of the object just entered, by the rules of `keep`; the object is then behind. */
  keepMembers(): Members {
    this.noted = 0;
    const start = this.nextName();
    if (start < 0) return "";
    let end = start;
    for (let at = start; at >= 0; at = this.nextName()) {
      end = this.value(this.name(at, KEEP_STOPS), KEEP_STOPS);
      this.at = end;
    }
    return `,${this.slice(start, end)}`;
  }

  /** Walks over the value here. */
  skip(): void {
    this.at = this.value(this.at, SKIP_STOPS);
  }

  /** Walks to the end of every object entered. */
  finish(): void {
    while (this.depth > 0) {
      for (let at = this.nextName(); at >= 0; at = this.nextName()) {
        this.at = this.value(this.name(at, SKIP_STOPS), SKIP_STOPS);
      }
    }
  }

  /** As `enterObject`, but another value stays where it is. */
  tryEnterObject(): boolean {
    return this.firstByte() === OPEN_BRACE && this.enterObject();
  }

  /** The first byte of the value here; undefined if there is none, only white space. */
  firstByte(): number | undefined {
    const start = this.space(this.at);
    return start < this.text.length ? this.bytes[start] : undefined;
  }

  /** Where the next name begins; -1, and the object is behind, if there is none. */
  private nextName(): number {
    const at = this.space(this.at);
    const first = this.entered;
    this.entered = false;
    if (this.bytes[at] === CLOSE_BRACE) {
      this.depth--;
      this.at = at + 1;
      return -1;
    }
    if (!first && this.bytes[at] !== COMMA) throw this.fault(at, "after object key:value pair");
    const start = first ? at : this.space(at + 1);
    if (this.bytes[start] === QUOTE) return start;
    throw this.fault(start, "looking for beginning of object key string");
  }

  private slice(start: number, end: number): ByteString {
    const text = this.text.slice(start, end);
    return (this.noted & TO_REPAIR) === 0 ? text : repair(text, this.noted);
  }
}
