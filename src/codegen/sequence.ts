// Backends in sequence -> one function: a call after the other, and what each takes of those before.
// [lura proxy/merging.go sequentialMerge]
import type { EarlierValue, Endpoint } from "../model/model.js";
import { type BackendCall, type BackendScope, callArguments, parameters } from "./backend.js";
import { byteLiteral, type Code, code, identifier, join, lines, runtime, runtimeType } from "./code.js";
import type { FunctionDeclaration } from "./module.js";
import { outcomeType } from "./nesting.js";

export interface Step {
  readonly declaration: FunctionDeclaration;
  call(x: Code, deadline: Code): Code;
}

export function sequenceFunction(
  wish: string,
  endpoint: Endpoint,
  calls: readonly BackendCall[],
  scope: BackendScope,
): Step {
  const name = scope.names.claim(wish);
  const used = [...new Set(calls.flatMap((call) => call.params))];
  const params = used.filter((param) => !scope.earlier.has(param));
  const writer = new SequenceWriter(endpoint, calls, scope);
  return {
    declaration: {
      kind: "function",
      name,
      async: true,
      exported: false,
      parameters: parameters(params, scope),
      returns: outcomeType("keyed"),
      about: ["One after the other; the first failure or incomplete answer ends it."],
      body: lines(calls.flatMap((call, index) => writer.step(call, index))),
    },
    call: (x, deadline) => code`${identifier(name)}(${callArguments(params, scope, x, deadline)})`,
  };
}

class SequenceWriter {
  readonly #endpoint: Endpoint;
  readonly #calls: readonly BackendCall[];
  readonly #scope: BackendScope;
  readonly #read = new Set<string>();

  constructor(endpoint: Endpoint, calls: readonly BackendCall[], scope: BackendScope) {
    this.#endpoint = endpoint;
    this.#calls = calls;
    this.#scope = scope;
  }

  step(call: BackendCall, index: number): readonly Code[] {
    const { local } = call;
    const values = call.params
      .map((param) => earlierValueOf(call, param, this.#endpoint))
      .filter((value) => value !== undefined);
    const invoked = code`const ${local} = await ${call.callee}(${this.#arguments(call, index)});`;
    const first = index === 0;
    const last = index === this.#calls.length - 1;
    const type = code`${runtimeType("Outcome")}<${runtimeType("Keyed")}>`;
    if (first)
      return [
        invoked,
        code`if (!${local}.complete) return ${runtime.cutShort}(${local});`,
        ...(this.#calls.length > 2 ? [code`let outcome: ${type} = ${local};`] : []),
      ];
    const before = this.#calls.length > 2 ? code`outcome` : this.#calls[0]!.local;
    const combined = code`${runtime.combine}(${before}, ${local})`;
    const end = last
      ? [code`return ${combined};`]
      : [code`outcome = ${combined};`, code`if (!${local}.complete) return outcome;`];
    return [...values.map((value) => this.#value(value)), invoked, ...end];
  }

  /**
   * A value is kept for the rest of the request once it is there and not empty; until then it is
   * looked up anew, since later answers may have brought it.
   */
  #value(value: EarlierValue): Code {
    const local = identifier(this.#scope.locals.get(value.name)!);
    const text = this.#text(value);
    if (this.#read.has(value.name)) return code`${local} ||= ${text} ?? ${local};`;
    this.#read.add(value.name);
    const again = this.#calls.filter((call) => call.params.includes(value.name)).length > 1;
    return code`${again ? code`let` : code`const`} ${local} = ${text};`;
  }

  #text({ backend, path }: EarlierValue): Code {
    const { local } = this.#calls[backend]!;
    if (path.length === 0) return code`${runtime.bodyText}(${local})`;
    return code`${runtime.valueText}(${local}.data, ${join(path.map(byteLiteral), ", ")})`;
  }

  #arguments(call: BackendCall, index: number): Code {
    const { timeoutMs } = call.backend;
    const own = timeoutMs !== undefined && timeoutMs < this.#endpoint.callTimeoutMs ? timeoutMs : undefined;
    const deadline = own === undefined ? code`deadline` : code`${runtime.within}(deadline, ${own})`;
    // Quirk: where every method is safe the body is not copied, so the first backend alone gets it.
    const spent = index > 0 && this.#calls.every(({ backend }) => isSafe(backend.method));
    return callArguments(call.params, this.#scope, code`x`, deadline, spent ? code`undefined` : code`body`);
  }
}

/** What a parameter stands for, where it is a value of an earlier answer. */
function earlierValueOf(call: BackendCall, param: string, endpoint: Endpoint): EarlierValue | undefined {
  const piece = call.backend.pattern.find((each) => each.kind === "earlier" && each.name === param);
  if (piece?.kind === "earlier") return piece;
  return endpoint.settings.propagated.find(({ name }) => name === param);
}

function isSafe(method: string): boolean {
  return method === "GET" || method === "HEAD";
}
