// Who counts as a bot, by what a client says it is. [krakend-botdetector botdetector.go]
import type { ByteString } from "../../runtime/bytes.js";
import type { Exchange } from "../../runtime/exchange.js";
import { logError } from "../../runtime/log.js";
import type { RegularExpression } from "../../runtime/regular.js";

export interface BotRules {
  readonly deny: readonly ByteString[];
  readonly allow: readonly ByteString[];
  readonly patterns: readonly RegularExpression[];
  readonly emptyIsBot: boolean;
  /** Verdicts to remember; 0: none. */
  readonly remembered: number;
}

/** Longer names are judged anew each time: clients choose them, and memory is bounded. */
const LONGEST_REMEMBERED = 512;

export class BotDetector {
  readonly #rules: BotRules;
  readonly #deny: ReadonlySet<ByteString>;
  readonly #allow: ReadonlySet<ByteString>;
  /** The least recently used comes first. */
  readonly #verdicts = new Map<ByteString, boolean>();

  constructor(rules: BotRules) {
    this.#rules = rules;
    this.#deny = new Set(rules.deny);
    this.#allow = new Set(rules.allow);
  }

  /** Replies 403 to a bot, and says so to the operator. */
  refuses(x: Exchange): boolean {
    if (!this.isBot(x.header("user-agent") ?? "")) return false;
    logError("[SERVICE: Gin][Botdetector] bot rejected");
    x.send(403, [], "");
    return true;
  }

  isBot(name: ByteString): boolean {
    if (name === "") return this.#rules.emptyIsBot;
    if (this.#allow.has(name)) return false;
    if (this.#deny.has(name)) return true;
    if (this.#rules.patterns.length === 0) return false;
    const isRemembered = this.#rules.remembered > 0 && name.length <= LONGEST_REMEMBERED;
    return isRemembered ? this.#recall(name) : this.#matches(name);
  }

  #matches(name: ByteString): boolean {
    return this.#rules.patterns.some((pattern) => pattern.matches(name));
  }

  #recall(name: ByteString): boolean {
    const known = this.#verdicts.get(name);
    const verdict = known ?? this.#matches(name);
    if (known !== undefined) this.#verdicts.delete(name);
    else if (this.#verdicts.size >= this.#rules.remembered)
      this.#verdicts.delete(this.#verdicts.keys().next().value!);
    this.#verdicts.set(name, verdict);
    return verdict;
  }
}
