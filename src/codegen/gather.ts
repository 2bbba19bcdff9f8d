// The rooms around the backends together -> statements in the handler, or functions where a room may refuse.
import { type BackendScope, parameters } from "./backend.js";
import { type Code, code, identifier, join, lines } from "./code.js";
import type { Flow } from "./flow.js";
import type { Declaration } from "./module.js";
import {
  type Chain,
  declare,
  ending,
  layerFunction,
  layersOf,
  mayReturn,
  outcomeType,
  roomNotes,
} from "./nesting.js";
import type { RoomCode } from "./rooms.js";

/** `const outcome = ...`, and what it takes. */
export function gather(
  flow: Flow,
  rooms: readonly RoomCode[],
  scope: BackendScope,
): { readonly statements: readonly Code[]; readonly declarations: readonly Declaration[] } {
  if (rooms.some(mayRefuse)) return nested(flow, rooms, scope);
  const before = rooms.flatMap(({ slots }) => slots.before ?? []);
  const after = [...rooms].reverse().flatMap(({ slots }) => slots.after ?? []);
  const outcome = code`${declare(after)} outcome = ${flow.outcome};`;
  return { statements: [...before, ...flow.statements, outcome, ...after], declarations: flow.declarations };
}

/** Whether a room may return an outcome of its own. */
function mayRefuse({ slots }: RoomCode): boolean {
  return slots.around !== undefined || mayReturn(slots.before ?? []);
}

/** A refusal of an inner room must come back to the outer ones. */
function nested(flow: Flow, rooms: readonly RoomCode[], scope: BackendScope): ReturnType<typeof gather> {
  const { wrapped, innermost } = layersOf(rooms, flow.statements);
  const names = [...wrapped, innermost].map(() => scope.names.claim("gather"));
  const chain = chainOf(scope);
  const last: Declaration = {
    kind: "function",
    name: names.at(-1)!,
    async: true,
    exported: false,
    parameters: chain.parameters,
    returns: outcomeType(scope.mode),
    about: roomNotes(innermost.rooms),
    body: lines([...innermost.before, ...flow.statements, ...ending(flow.outcome, innermost.after)]),
  };
  const outer = wrapped.map((layer, index) => layerFunction(layer, names[index]!, names[index + 1]!, chain));
  const call = code`${identifier(names[0]!)}(${chain.arguments(code`x`, code`x.startedAt`)})`;
  return {
    statements: [code`const outcome = await ${call};`],
    declarations: [...outer, last, ...flow.declarations],
  };
}

/** All parameters of the path: no deadline and no body, which the innermost function makes. */
function chainOf(scope: BackendScope): Chain {
  const params = scope.endpoint.params.map(({ name }) => name);
  const own = { ...scope, sharedBody: false };
  const takes = parameters(params, own).filter(({ name }) => name !== "deadline");
  const locals = params.map((param) => identifier(scope.locals.get(param)!));
  return { mode: scope.mode, parameters: takes, arguments: (x) => join([x, ...locals], ", ") };
}
