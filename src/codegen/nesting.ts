// Rooms around an inner call -> nested functions, where they need any.
import { type Code, code, identifier, lines, runtimeType } from "./code.js";
import type { FunctionDeclaration } from "./module.js";
import type { RoomCode } from "./rooms.js";
import type { DataMode } from "./shape.js";

/** Rooms that stand in one function: what is done before the call inside it, and after. */
export interface Layer {
  readonly rooms: readonly RoomCode[];
  readonly before: readonly Code[];
  readonly after: readonly Code[];
  readonly around: RoomCode["slots"]["around"];
}

export interface Layers {
  /** Functions around the innermost one. */
  readonly wrapped: readonly Layer[];
  readonly innermost: Layer;
}

/**
 * Outermost first. What is inside a room with `after` must come back to it: where something inside may refuse,
 * or a room makes the call itself, it gets a function around the rest. Else its statements stand around the call,
 * with `call` those that the innermost function has of its own.
 */
export function layersOf(rooms: readonly RoomCode[], call: readonly Code[]): Layers {
  const wrapped: Layer[] = [];
  let open: RoomCode[] = [];
  for (const room of rooms) {
    open.push(room);
    if (room.slots.after === undefined && room.slots.around === undefined) continue;
    wrapped.push(layer(open));
    open = [];
  }
  let innermost = layer(open);
  for (;;) {
    const outer = wrapped.at(-1);
    const isAround = outer === undefined || outer.around !== undefined;
    if (isAround || mayReturn([...innermost.before, ...call])) return { wrapped, innermost };
    innermost = joined(outer, innermost);
    wrapped.pop();
  }
}

function layer(rooms: readonly RoomCode[]): Layer {
  return {
    rooms,
    before: rooms.flatMap((room) => room.slots.before ?? []),
    after: rooms.flatMap((room) => room.slots.after ?? []),
    around: rooms.at(-1)?.slots.around,
  };
}

function joined(outer: Layer, inner: Layer): Layer {
  return {
    rooms: [...outer.rooms, ...inner.rooms],
    before: [...outer.before, ...inner.before],
    after: [...inner.after, ...outer.after],
    around: undefined,
  };
}

/** Whether statements may end the function that they stand in. */
export function mayReturn(statements: readonly Code[]): boolean {
  return /\breturn\b/.test(lines(statements).toText(({ name }) => name));
}

/** How the functions of one chain of layers are called. */
export interface Chain {
  readonly mode: DataMode;
  readonly parameters: FunctionDeclaration["parameters"];
  /** The arguments, for an Exchange and a deadline. */
  arguments(x: Code, deadline: Code): Code;
}

/** The function of a layer, around the function inside it. */
export function layerFunction(layer: Layer, name: string, inner: string, chain: Chain): FunctionDeclaration {
  const call = (x: Code, deadline: Code): Code => code`${identifier(inner)}(${chain.arguments(x, deadline)})`;
  return {
    kind: "function",
    name,
    async: true,
    exported: false,
    parameters: chain.parameters,
    returns: outcomeType(chain.mode),
    about: roomNotes(layer.rooms),
    body: lines([...layer.before, ...bodyOf(layer, call)]),
  };
}

function bodyOf({ after, around }: Layer, call: (x: Code, deadline: Code) => Code): readonly Code[] {
  if (around !== undefined) return around(call);
  return ending(code`await ${call(code`x`, code`deadline`)}`, after);
}

/** The last statements of a function: the outcome, what is done with it, and its return. */
export function ending(outcome: Code, after: readonly Code[]): readonly Code[] {
  if (after.length === 0) return [code`return ${outcome};`];
  return [code`${declare(after)} outcome = ${outcome};`, ...after, code`return outcome;`];
}

/** `let` where a later statement assigns the outcome anew. */
export function declare(after: readonly Code[]): Code {
  const text = lines(after).toText(({ name }) => name);
  return /\boutcome = /.test(text) ? code`let` : code`const`;
}

export function outcomeType(mode: DataMode): Code {
  const outcome = runtimeType("Outcome");
  return mode === "text" ? code`Promise<${outcome}>` : code`Promise<${outcome}<${runtimeType("Keyed")}>>`;
}

export function roomNotes(rooms: readonly RoomCode[]): readonly string[] {
  return [...new Set(rooms.map((room) => `${room.namespace} (${room.where})`))];
}
