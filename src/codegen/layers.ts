// The rooms around all routes: `handle` of main.ts sees every request, `guard.ts` those that go to a
// route or to nowhere, but not to the health endpoint. [krakend-ce executor.go, router_engine.go]
import type { Attached, Gateway } from "../model/model.js";
import { type Code, code, comment, lines, ref, runtimeType } from "./code.js";
import type { Declaration, FunctionDeclaration, Module } from "./module.js";
import { Names, SHARED_LOCALS } from "./names.js";
import { type RoomCode, roomCode } from "./rooms.js";

const GUARD = ref("./guard.js", "guard");
const GUARD_OF_ROUTES = ref("../guard.js", "guard");

/** The rooms of a stage with their code, in a module whose names are `names`. */
function roomsOf(gateway: Gateway, rooms: readonly Attached[], names: Names): readonly RoomCode[] {
  return rooms.map((room) =>
    roomCode(room, room.stage, { names, locals: new Map(), gateway, mode: "text", keys: undefined }),
  );
}

/** Whether a room stands in the guard: then all of its code is there. */
function guards({ slots }: RoomCode): boolean {
  return slots.before !== undefined;
}

/** The rooms around the router, and those that only start, stop or observe. */
export function roomsOfMain(gateway: Gateway, names: Names): readonly RoomCode[] {
  const around = gateway.rooms.filter((room) => room.stage === "server");
  const others = gateway.rooms.filter((room) => room.stage === "service");
  return [
    ...roomsOf(gateway, around, names),
    ...roomsOf(gateway, others, names).filter((room) => !guards(room)),
  ];
}

/** The statements of rooms, each under its name. */
export function statementsOf(rooms: readonly RoomCode[]): readonly Code[] {
  return rooms.flatMap(({ slots, namespace, where }) =>
    slots.before === undefined ? [] : [comment(`${namespace} (${where})`), ...slots.before],
  );
}

interface GuardRooms {
  readonly rooms: readonly RoomCode[];
  /** A room waits for something. */
  readonly awaits: boolean;
}

function guardRooms(gateway: Gateway): GuardRooms | undefined {
  const rooms = gateway.rooms.filter((room) => room.stage === "service");
  const guarding = roomsOf(gateway, rooms, new Names(["guard", "Guard", ...SHARED_LOCALS])).filter(guards);
  if (guarding.length === 0) return undefined;
  return { rooms: guarding, awaits: guarding.some((room) => room.slots.awaits === true) };
}

/** `guard.ts`, where there is something to guard with. */
export function guardModule(gateway: Gateway): Module | undefined {
  const found = guardRooms(gateway);
  if (found === undefined) return undefined;
  const guard: FunctionDeclaration = {
    kind: "function",
    name: "guard",
    async: found.awaits,
    exported: true,
    parameters: [{ name: "x", type: runtimeType("Exchange") }],
    returns: found.awaits ? code`Promise<true | void>` : code`true | void`,
    about: ["True: the request goes on. Anything else: it has its reply."],
    body: lines([...statementsOf(found.rooms), code`return true;`]),
  };
  const declarations: Declaration[] = [...found.rooms.flatMap((room) => room.declarations), guard];
  const about = ["What stands before every route but the health endpoint, and before 404 and 405."];
  return { path: "guard.ts", about, declarations };
}

/** How a module beside `guard.ts` names it; undefined: nothing stands before the routes. */
export function guardOf(gateway: Gateway): Code | undefined {
  return guardRooms(gateway) === undefined ? undefined : GUARD;
}

/** The statement of a route that lets the guard see the request. */
export function guardStatement(gateway: Gateway): readonly Code[] {
  const found = guardRooms(gateway);
  if (found === undefined) return [];
  const asked = found.awaits ? code`(await ${GUARD_OF_ROUTES}(x))` : code`${GUARD_OF_ROUTES}(x)`;
  return [code`if (${asked} !== true) return;`];
}
