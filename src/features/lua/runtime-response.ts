// The answer of a backend in the hands of a script. [krakend-lua proxy/response.go]
import { document, type Keyed, membersOf } from "../../runtime/json/members.js";
import { escapeText, type Members } from "../../runtime/json/text.js";
import { parseValue, printValue } from "../../runtime/json/value.js";
import { Outcome } from "../../runtime/outcome.js";
import type { Answer } from "../../runtime/received-answer.js";
import { type Fields, headerList, headers } from "./runtime-headers.js";
import type { LuaState } from "./runtime-machine.js";
import { type Arguments, defineMethods, NOTHING, type Result } from "./runtime-stack.js";
import { type JsonObject, LuaTable, ScriptFault } from "./runtime-values.js";

export class ScriptResponse<Data extends Members | Keyed = Members | Keyed> {
  complete: boolean;
  status: number;
  readonly headers: Fields;
  /** Undefined: as it came. */
  body: string | undefined;
  readonly #outcome: Outcome<Data>;
  #data: LuaTable | undefined;

  constructor(outcome: Outcome<Data>) {
    const answer = outcome.answer as Answer | undefined;
    this.#outcome = outcome;
    this.complete = outcome.complete;
    this.status = answer?.status ?? 0;
    this.headers = [...(answer?.headers ?? [])];
  }

  get data(): LuaTable {
    this.#data ??= new LuaTable(objectOf(this.#outcome.data));
    return this.#data;
  }

  get bodyText(): string {
    return this.body ?? (this.#outcome.answer as Answer | undefined)?.body ?? "";
  }

  /** What the script made of it. */
  get outcome(): Outcome<Data> {
    const { data, answer, error, doubles } = this.#outcome;
    const isEmpty = data === null && (this.#data?.members.size ?? 0) === 0;
    const made = this.#data === undefined || isEmpty ? data : dataOf(this.#data.members, data);
    return new Outcome(made, this.complete, error, answer && this.#answer(answer as Answer), doubles);
  }

  #answer(answer: Answer): Answer {
    const body = this.bodyText;
    const { url } = answer;
    // KrakenD keeps a length that is not true any more, which breaks the answer.
    const isSame = body.length === answer.body.length;
    return { url, status: this.status, headers: isSame ? this.headers : withoutLength(this.headers), body };
  }
}

function withoutLength(fields: Fields): Fields {
  return fields.filter((_each, index) => fields[index & ~1]!.toLowerCase() !== "content-length");
}

function objectOf(data: Members | Keyed | null | undefined): JsonObject {
  if (data === null || data === undefined) return new Map();
  return parseValue(document(typeof data === "string" ? data : membersOf(data))) as JsonObject;
}

/** In the form that the data had before. */
function dataOf<Data extends Members | Keyed>(object: JsonObject, before: Data | null | undefined): Data {
  if (before instanceof Map) {
    const members = [...object].map(([key, value]): [string, string] => [escapeText(key), printValue(value)]);
    return new Map(members) as Keyed as Data;
  }
  const inner = printValue(object).slice(1, -1);
  return (inner === "" ? "" : `,${inner}`) as Data;
}

export function defineResponse(L: LuaState): void {
  defineMethods(L, ScriptResponse, {
    isComplete: (self, given) => {
      if (given.count === 0) return self.complete;
      self.complete = given.boolean(1);
      return NOTHING;
    },
    statusCode: (self, given) => {
      if (given.count === 0) return self.status;
      const status = Math.trunc(given.number(1));
      if (!(status >= 200 && status <= 599)) throw new ScriptFault(`${status} is no status of an answer`);
      self.status = status;
      return NOTHING;
    },
    body,
    data: (self) => self.data,
    // Quirk: names must be written as Go writes them.
    headers: (self, given) => headers(self.headers, given, true),
    headerList: (self, given) => headerList(self.headers, given, true),
  });
}

function body(self: ScriptResponse, given: Arguments): Result {
  if (given.count === 0) return self.bodyText;
  self.body = given.text(1);
  return NOTHING;
}
