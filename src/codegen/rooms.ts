// A room at its place -> its pieces of code, with the names of the module they go into.
import type { EmitSite, Slots } from "../features/kit.js";
import type { Attached, Backend, Endpoint, Gateway } from "../model/model.js";
import { type Code, identifier } from "./code.js";
import type { Declaration } from "./module.js";
import type { Names } from "./names.js";
import type { DataMode } from "./shape.js";

/** Names of the module and of the function that the pieces stand in. */
export interface RouteScope {
  readonly names: Names;
  /** Parameters of the request and the locals that hold them. */
  readonly locals: ReadonlyMap<string, string>;
  readonly gateway: Gateway;
  readonly endpoint?: Endpoint;
  /** How the data of outcomes is kept. */
  readonly mode: DataMode;
  /** All keys that the joint data may have at its top; undefined: any. */
  readonly keys: readonly string[] | undefined;
}

export interface RoomCode {
  readonly namespace: string;
  readonly where: string;
  readonly slots: Slots;
  /** The parameters of the request that its code uses. */
  readonly params: readonly string[];
  /** Its statements at the top of the module. */
  readonly declarations: readonly Declaration[];
}

export function roomCode(room: Attached, subject: string, scope: RouteScope, backend?: Backend): RoomCode {
  const params: string[] = [];
  const site: EmitSite = {
    ...room.site,
    subject,
    gateway: scope.gateway,
    endpoint: scope.endpoint,
    backend,
    mode: scope.mode,
    keys: scope.keys,
    name: (wished): Code => identifier(scope.names.claim(wished)),
    param: (name) => {
      const local = scope.locals.get(name);
      if (local === undefined) return undefined;
      params.push(name);
      return identifier(local);
    },
  };
  const slots = room.feature.emit?.(room.plan, site) ?? {};
  const declarations = (slots.module ?? []).map((code): Declaration => ({ kind: "statement", code }));
  const { namespace } = room.site;
  const { option } = room.feature;
  return {
    namespace: option === undefined ? namespace : `${namespace}.${option}`,
    where: room.site.where,
    slots,
    params,
    declarations,
  };
}
