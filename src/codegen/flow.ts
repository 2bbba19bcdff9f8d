// The backends of an endpoint -> the code that calls them and puts their answers together.
import type { Backend, Endpoint } from "../model/model.js";
import { type BackendCall, type BackendScope, callArguments } from "./backend.js";
import { type Code, code, indent, join, runtime } from "./code.js";
import type { Merge } from "./merge-plan.js";
import type { Declaration } from "./module.js";
import { sequenceFunction } from "./sequence.js";

export interface Flow {
  /** What is done before. */
  readonly statements: readonly Code[];
  /** The joint outcome. */
  readonly outcome: Code;
  readonly declarations: readonly Declaration[];
}

export function flowOf(
  endpoint: Endpoint,
  calls: readonly BackendCall[],
  shadows: readonly BackendCall[],
  plan: Merge,
  scope: BackendScope,
): Flow {
  const aside = asideCalls(endpoint, shadows, scope);
  const regular = regularCalls(endpoint, calls, plan, scope);
  const named = calls.length > 1 || scope.sharedBody;
  const deadline = named ? [code`const deadline = x.startedAt + ${callTimeout(endpoint)};`] : [];
  const body = scope.sharedBody
    ? [code`const body = x.hasBody ? await x.readBody(deadline) : undefined;`]
    : [];
  return {
    statements: [...deadline, ...body, ...aside.statements, ...regular.statements],
    outcome: regular.outcome,
    declarations: [...regular.declarations, ...aside.declarations],
  };
}

/** The backend's own upper bound in milliseconds, where it is less than what the endpoint leaves it. */
export function ownTimeout(backend: Backend, endpoint: Endpoint): number | undefined {
  const { timeoutMs } = backend;
  return timeoutMs !== undefined && timeoutMs < endpoint.callTimeoutMs ? timeoutMs : undefined;
}

function regularCalls(
  endpoint: Endpoint,
  calls: readonly BackendCall[],
  plan: Merge,
  scope: BackendScope,
): Flow {
  const [only] = calls;
  if (calls.length === 1) {
    const outcome = code`await ${invoke(only!, scope, code`x`, deadlineOf(only!.backend, endpoint, scope))}`;
    return { statements: [], outcome, declarations: [] };
  }
  if (endpoint.settings.sequential) {
    const step = sequenceFunction("inSequence", endpoint, calls, scope);
    const outcome = code`await ${step.call(code`x`, code`deadline`)}`;
    return { statements: [], outcome: whole(endpoint, outcome), declarations: [step.declaration] };
  }
  const locals = calls.map((call) => call.local);
  const all = calls.map((call) => invoke(call, scope, code`x`, deadlineOf(call.backend, endpoint, scope)));
  const merge = scope.mode === "text" ? runtime.merge : runtime.mergeByArrival;
  const merged = code`${merge}(${join(
    plan.order.map((index) => locals[index]!),
    ", ",
  )})`;
  return {
    statements: [code`const [${join(locals, ", ")}] = await Promise.all(${listed(all)});`],
    outcome: whole(endpoint, merged),
    declarations: [],
  };
}

function whole(endpoint: Endpoint, outcome: Code): Code {
  return endpoint.settings.allOrNothing ? code`${runtime.requireAll}(${outcome})` : outcome;
}

function deadlineOf(backend: Backend, endpoint: Endpoint, scope: BackendScope): Code {
  const own = ownTimeout(backend, endpoint);
  if (own === undefined && (endpoint.backends.length > 1 || scope.sharedBody)) return code`deadline`;
  return code`x.startedAt + ${own ?? callTimeout(endpoint)}`;
}

/** What the calls have, in milliseconds. */
function callTimeout({ callTimeoutMs, lateTimeout }: Endpoint): Code {
  if (lateTimeout === undefined) return code`${callTimeoutMs}`;
  const { whole, share } = lateTimeout;
  return share === 1 ? code`${whole}` : code`${whole} * ${share}`;
}

function invoke(call: BackendCall, scope: BackendScope, x: Code, deadline: Code): Code {
  return code`${call.callee}(${callArguments(call.params, scope, x, deadline)})`;
}

function listed(calls: readonly Code[]): Code {
  return code`[\n${indent(join(calls, ",\n"))},\n]`;
}

/**
 * The calls that nobody waits for. KrakenD builds the whole endpoint a second time around them;
 * only that several are merged, or called in sequence, can be seen from outside.
 * [lura proxy/shadow.go shadowFactory]
 */
function asideCalls(
  endpoint: Endpoint,
  shadows: readonly BackendCall[],
  scope: BackendScope,
): Pick<Flow, "statements" | "declarations"> {
  if (shadows.length === 0) return { statements: [], declarations: [] };
  const ms = Math.max(...shadows.map(({ backend }) => backend.settings.asideMs ?? 0));
  const start = (call: Code): Code => code`${runtime.aside}(x, ${ms}, (copy, deadline) => ${call});`;
  if (shadows.length > 1 && endpoint.settings.sequential) {
    const step = sequenceFunction("shadowsInSequence", endpoint, shadows, scope);
    return {
      statements: [start(step.call(code`copy`, code`deadline`))],
      declarations: [step.declaration],
    };
  }
  const calls = shadows.map((call) => invoke(call, scope, code`copy`, code`deadline`));
  const together = shadows.length === 1 ? calls[0]! : code`Promise.all(${listed(calls)})`;
  return { statements: [start(together)], declarations: [] };
}
