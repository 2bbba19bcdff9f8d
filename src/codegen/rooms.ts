// A room at its place -> its pieces of code, with the names of the module they go into.
import type { EmitSite, Slots } from "../features/kit.js";
import type { Attached, Backend, Endpoint, Gateway } from "../model/model.js";
import { type Code, identifier } from "./code.js";
import type { Declaration } from "./module.js";
import type { Names } from "./names.js";

/** Names of the module and of the function that the pieces stand in. */
export interface RouteScope {
  readonly names: Names;
  /** Path parameters of the endpoint and the locals that hold them. */
  readonly locals: ReadonlyMap<string, string>;
  readonly gateway: Gateway;
  readonly endpoint?: Endpoint;
}

export interface RoomCode {
  readonly namespace: string;
  readonly where: string;
  readonly slots: Slots;
  /** Its statements at the top of the module. */
  readonly declarations: readonly Declaration[];
}

export function roomCode(room: Attached, subject: string, scope: RouteScope, backend?: Backend): RoomCode {
  const site: EmitSite = {
    ...room.site,
    subject,
    gateway: scope.gateway,
    endpoint: scope.endpoint,
    backend,
    name: (wished): Code => identifier(scope.names.claim(wished)),
    param: (name) => {
      const local = scope.locals.get(name);
      return local === undefined ? undefined : identifier(local);
    },
  };
  const slots = room.feature.emit?.(room.plan, site) ?? {};
  const declarations = (slots.module ?? []).map((code): Declaration => ({ kind: "statement", code }));
  return { namespace: room.site.namespace, where: room.site.where, slots, declarations };
}
