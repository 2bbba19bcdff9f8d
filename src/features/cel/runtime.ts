// Checks before and after a call. [krakend-cel proxy.go]
import type { Environment, ParseResult } from "@marcbachmann/cel-js";
import type { ByteString } from "../../runtime/bytes.js";
import type { FlatHeaders } from "../../runtime/exchange.js";
import { canonicalHeader } from "../../runtime/header-names.js";
import { document, type Keyed, membersOf } from "../../runtime/json/members.js";
import { fromUtf8, type Members, utf8 } from "../../runtime/json/text.js";
import { JsonNumber, type JsonValue, parseValue } from "../../runtime/json/value.js";
import { logInfo } from "../../runtime/log.js";
import { failed, type Outcome } from "../../runtime/outcome.js";
import { queryValues } from "../../runtime/query.js";
import { UpstreamError } from "../../runtime/upstream-error.js";
import { language, type Patterns } from "./runtime-language.js";

import { now } from "./runtime-time.js";

export { fromUtf8 as text } from "../../runtime/json/text.js";
export { now };

/** What is known before the call; only what the expressions name. */
export interface RequestVariables {
  readonly req_method?: string;
  readonly req_path?: string;
  readonly req_params?: ReadonlyMap<string, string>;
  readonly req_headers?: ReadonlyMap<string, readonly string[]>;
  readonly req_querystring?: ReadonlyMap<string, readonly string[]>;
  readonly now?: string;
}

export interface Expressions {
  readonly before: readonly string[];
  readonly after: readonly string[];
  /**
   * Quirk: numbers of answers are Go's json.Number, which CEL takes for a text
   * [krakend-ce issue 528]. Without it they are an int, or a double.
   */
  readonly numbersAreTexts: boolean;
  readonly patterns?: Patterns;
}

/** One with patterns and one without for all checks, since they take a while to make. */
const environments = new Map<Patterns | undefined, Environment>();

function environmentWith(patterns: Patterns | undefined): Environment {
  const known = environments.get(patterns) ?? language(patterns);
  environments.set(patterns, known);
  return known;
}

export class Checks {
  readonly #label: ByteString;
  readonly #before: readonly ParseResult[];
  readonly #after: readonly ParseResult[];
  readonly #numbersAreTexts: boolean;

  /** `label` is how log lines begin; the compiler has seen to it that the expressions are good. */
  constructor(label: ByteString, { before, after, numbersAreTexts, patterns }: Expressions) {
    const environment = environmentWith(patterns);
    this.#label = label;
    this.#before = before.map((text) => environment.parse(text));
    this.#after = after.map((text) => environment.parse(text));
    this.#numbersAreTexts = numbersAreTexts;
  }

  /** Why the call must not be made. */
  before(variables: RequestVariables): UpstreamError | undefined {
    return this.#refusal("pre", this.#before, variables);
  }

  /** The outcome, or a failure in its place. What failed already, in part too, is not looked at. */
  after<Data extends Members | Keyed>(outcome: Outcome<Data>): Outcome<Data> {
    if (outcome.error !== undefined) return outcome;
    const refusal = this.#refusal("post", this.#after, responseVariables(outcome, this.#numbersAreTexts));
    if (refusal === undefined) return outcome;
    if (outcome.answer !== undefined && "discard" in outcome.answer) outcome.answer.discard();
    return failed(refusal);
  }

  #refusal(when: string, checks: readonly ParseResult[], variables: object): UpstreamError | undefined {
    for (const [number, check] of checks.entries()) {
      const fault = faultOf(check, variables);
      if (fault === undefined) continue;
      logInfo(`${this.#label}[${when}] Evaluator #${number} ${utf8(fault)}`);
      return new UpstreamError("refused", `request aborted by evaluator #${number}`);
    }
    return undefined;
  }
}

/** What it came to, unless it is true. */
function faultOf(check: ParseResult, variables: object): string | undefined {
  try {
    const result: unknown = check(variables as Record<string, unknown>);
    return result === true ? undefined : `result: ${String(result)}`;
  } catch (error) {
    return `failed: ${error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error)}`;
  }
}

/** Each is made when an expression asks for it. */
function responseVariables(outcome: Outcome<Members | Keyed>, numbersAreTexts: boolean): object {
  const { data, complete, answer } = outcome;
  return {
    resp_completed: complete,
    get resp_metadata_status() {
      return BigInt(answer?.status ?? 0);
    },
    get resp_metadata_headers() {
      return headerLists(answer?.headers ?? []);
    },
    get resp_data() {
      return dataOf(data ?? "", numbersAreTexts, outcome.doubles);
    },
    get now() {
      return now();
    },
  };
}

/** The data as CEL sees it; `doubles` are keys whose numbers were never texts. */
export function dataOf(
  data: Members | Keyed,
  numbersAreTexts: boolean,
  doubles: readonly ByteString[] = [],
): unknown {
  const members = typeof data === "string" ? data : membersOf(data);
  const value = parseValue(document(members)) as Map<ByteString, JsonValue>;
  return new Map(
    [...value].map(([key, each]) => [
      fromUtf8(key),
      plain(each, doubles.includes(key) ? asDouble : numbersAreTexts ? asText : asNumber),
    ]),
  );
}

type OfNumber = (text: string) => unknown;

const asText: OfNumber = (text) => text;
const asDouble: OfNumber = Number;

/** A whole number that an int can hold, or a double. */
const asNumber: OfNumber = (text) =>
  /^-?\d{1,19}$/.test(text) && BigInt.asIntN(64, BigInt(text)) === BigInt(text) ? BigInt(text) : Number(text);

function plain(value: JsonValue, ofNumber: OfNumber): unknown {
  if (value instanceof JsonNumber) return ofNumber(value.text);
  if (typeof value === "string") return fromUtf8(value);
  if (Array.isArray(value)) return value.map((each) => plain(each, ofNumber));
  if (value instanceof Map)
    return new Map([...value].map(([key, each]) => [fromUtf8(key), plain(each, ofNumber)]));
  return value;
}

/** Byte strings by name, as texts; those that are not there are left out. */
export function texts(
  ...values: readonly (readonly [name: string, value: ByteString | undefined])[]
): ReadonlyMap<string, string> {
  const found = values.flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, fromUtf8(value)]],
  );
  return new Map(found);
}

/** The values of each header, names in Go's canonical form. */
export function headerLists(headers: FlatHeaders): ReadonlyMap<string, readonly string[]> {
  const lists = new Map<string, string[]>();
  for (let index = 0; index < headers.length; index += 2) {
    const name = canonicalHeader(headers[index]!);
    const value = fromUtf8(headers[index + 1]!);
    const list = lists.get(name);
    if (list === undefined) lists.set(name, [value]);
    else list.push(value);
  }
  return lists;
}

/** The values of each name in the query; of the listed names only, or of all. */
export function queryLists(
  query: ByteString,
  names?: readonly ByteString[],
): ReadonlyMap<string, readonly string[]> {
  const found = [...queryValues(query)].filter(([name]) => names === undefined || names.includes(name));
  return new Map(found.map(([name, values]) => [fromUtf8(name), values.map(fromUtf8)]));
}
