// Scripts before and after the call of a backend. [krakend-lua proxy/proxy.go, decorator]
import type { ByteString } from "../../runtime/bytes.js";
import type { Exchange } from "../../runtime/exchange.js";
import type { Keyed } from "../../runtime/json/members.js";
import type { Members } from "../../runtime/json/text.js";
import { failed, Outcome } from "../../runtime/outcome.js";
import { addHeaders } from "../../runtime/reply-headers.js";
import type { Call } from "../../runtime/transaction.js";
import { UpstreamError } from "../../runtime/upstream-error.js";
import { type Chunk, compile, Globals, type LuaState } from "./runtime-machine.js";
import { addNames, defineAll, type Thrown } from "./runtime-names.js";
import { type RequestTexts, ScriptRequest } from "./runtime-request.js";
import { ScriptResponse } from "./runtime-response.js";
import { ScriptFault } from "./runtime-values.js";

export interface ScriptTexts {
  /** A text and its name in errors, each. */
  readonly before: readonly (readonly [text: ByteString, name: string])[];
  readonly after: readonly (readonly [text: ByteString, name: string])[];
  /** With the libraries `string` and `math`. */
  readonly opensLibraries: boolean;
  /** The backend is not called. */
  readonly skipsCall: boolean;
  /** Headers that a script gives an answer of data go to the client: no other backend answers with it. */
  readonly tellsClient: boolean;
}

/** One request and the scripts around it. */
interface Run {
  readonly globals: Globals;
  readonly thrown: Thrown;
  response: ScriptResponse | undefined;
  readonly deadline: number;
}

export class Scripts {
  readonly #before: readonly (Chunk | ScriptFault)[];
  readonly #after: readonly (Chunk | ScriptFault)[];
  readonly #texts: ScriptTexts;
  /** Requests that wait for their answer, for the scripts behind it. */
  readonly #runs = new WeakMap<Exchange, Run>();

  constructor(texts: ScriptTexts) {
    this.#texts = texts;
    this.#before = texts.before.map(([text, name]) => compiled(text, name));
    this.#after = texts.after.map(([text, name]) => compiled(text, name));
  }

  /** Why the call is not made; undefined: it is. `empty` is data without members. */
  before<Data extends Members | Keyed>(
    x: Exchange,
    call: Call,
    texts: RequestTexts,
    empty: Data,
  ): Outcome<Data> | undefined {
    const request = new ScriptRequest(call, texts);
    const thrown: Thrown = { custom: undefined };
    const names = { request, response: (): ScriptResponse | undefined => run.response };
    const globals = new Globals(this.#texts.opensLibraries, (L: LuaState) => addNames(L, names, thrown));
    const run: Run = { globals, thrown, response: undefined, deadline: call.deadline };
    const fault = runAll(this.#before, run);
    if (fault === undefined) request.apply();
    if (fault !== undefined || this.#after.length === 0) globals.end();
    else this.#runs.set(x, run);
    if (fault !== undefined) return failed(fault);
    return this.#texts.skipsCall ? new Outcome(empty, false, undefined) : undefined;
  }

  /** What the scripts make of an answer. What failed, in part too, is not looked at. */
  after<Data extends Members | Keyed>(x: Exchange, outcome: Outcome<Data>): Outcome<Data> {
    const run = this.#runs.get(x);
    if (run === undefined) return outcome;
    this.#runs.delete(x);
    const made =
      outcome.error === undefined && outcome.data !== undefined ? this.#finish(x, run, outcome) : outcome;
    run.globals.end();
    return made;
  }

  #finish<Data extends Members | Keyed>(x: Exchange, run: Run, outcome: Outcome<Data>): Outcome<Data> {
    const response = new ScriptResponse(outcome);
    run.response = response as ScriptResponse;
    const fault = runAll(this.#after, run);
    if (fault !== undefined) return failed(fault);
    const made = response.outcome;
    const isData = outcome.answer === undefined;
    if (isData && this.#texts.tellsClient && hasMembers(made)) addHeaders(x, response.headers);
    return made;
  }
}

function hasMembers({ data }: Outcome<Members | Keyed>): boolean {
  if (data === null || data === undefined) return false;
  return typeof data === "string" ? data !== "" : data.size > 0;
}

/** A fault of syntax is the fault of every request, as in KrakenD; without `--compat krakend` the build found it. */
function compiled(text: ByteString, name: string): Chunk | ScriptFault {
  defineAll();
  try {
    return compile(text, name);
  } catch (fault) {
    if (fault instanceof ScriptFault) return fault;
    throw fault;
  }
}

function runAll(chunks: readonly (Chunk | ScriptFault)[], run: Run): UpstreamError | undefined {
  for (const chunk of chunks) {
    if (chunk instanceof ScriptFault) return new UpstreamError("refused", chunk.message);
    const failure = run.globals.run(chunk, run.deadline);
    if (failure === undefined) continue;
    const { custom } = run.thrown;
    if (custom === undefined || custom.text !== failure.thrown)
      return new UpstreamError("refused", failure.text);
    return new UpstreamError("refused", custom.text, custom.status, custom.contentType);
  }
  return undefined;
}
