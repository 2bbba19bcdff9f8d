// The entry of the generated program, and what answers where no route matches.
import type { Gateway, ServiceSettings } from "../model/model.js";
import {
  byteLiteral,
  type Code,
  code,
  identifier,
  indent,
  join,
  lines,
  ref,
  runtime,
  runtimeType,
} from "./code.js";
import { settingCode } from "./environment.js";
import { guardOf, roomsOfMain, statementsOf } from "./layers.js";
import type { Declaration, Module } from "./module.js";
import { Names, SHARED_LOCALS } from "./names.js";
import type { RoomCode } from "./rooms.js";
import { transportOfServer } from "./transport.js";

/** The trees of all routes, for requests that match none: redirects, 404 and 405. */
export function missesModule(gateway: Gateway): Module {
  const trees = gateway.trees.map(([method, root]) => code`[${method}, ${nodeCode(root)}]`);
  const { settings } = gateway;
  const options = code`{
  redirectTrailingSlash: ${settings.redirectTrailingSlash},
  redirectFixedPath: ${settings.redirectFixedPath},
  methodNotAllowed: ${settings.methodNotAllowed},
  removeExtraSlash: ${settings.removeExtraSlash},
  checkParams: ${settings.checkParams},
}`;
  const bodies = code`{
  notFound: ${bodyOf(settings.notFoundBody)},
  methodNotAllowed: ${bodyOf(settings.methodNotAllowedBody)},
}`;
  const banner = settings.hideVersion ? runtime.HIDDEN_BANNER : runtime.BANNER;
  const guard = guardOf(gateway);
  const declarations: Declaration[] = [
    constant("TREES", code`[\n${indent(join(trees, ",\n"))},\n]`, runtimeType("MethodTrees")),
    constant("OPTIONS", options),
    constant("BODIES", bodies),
    {
      kind: "function",
      name: "missed",
      async: false,
      exported: true,
      parameters: [{ name: "x", type: runtimeType("Exchange") }],
      returns: guard === undefined ? code`void` : code`Promise<void>`,
      about: ["Redirects to the path that was meant, or answers 404 or 405."],
      body:
        guard === undefined
          ? code`${runtime.replyMiss}(x, ${banner}, TREES, OPTIONS, BODIES);`
          : code`return ${runtime.replyGuardedMiss}(x, ${banner}, TREES, OPTIONS, BODIES, ${guard});`,
    },
  ];
  return { path: "misses.ts", about: ["What a request gets that no route matches."], declarations };
}

function constant(name: string, value: Code, type?: Code): Declaration {
  return {
    kind: "constant",
    name,
    exported: false,
    value,
    ...(type === undefined ? {} : { type }),
  };
}

function bodyOf(json: string | undefined): Code {
  return json === undefined ? code`undefined` : byteLiteral(json);
}

/** Plain data as a literal; lists of nodes have a line for each. */
function nodeCode(value: unknown): Code {
  if (Array.isArray(value)) return code`[\n${indent(join(value.map(nodeCode), ",\n"))},\n]`;
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).filter(([, each]) => each !== undefined);
    const members = entries.map(([key, each]) => code`${identifier(key)}: ${nodeCode(each)}`);
    return code`{ ${join(members, ", ")} }`;
  }
  return typeof value === "string" ? byteLiteral(value) : code`${value as number | boolean | null}`;
}

const ROUTER = code`${ref("./router.js", "route")}(x) ?? ${ref("./misses.js", "missed")}(x)`;

/** The function around the router, where rooms stand there. */
function handle(around: readonly Code[], rooms: readonly RoomCode[]): readonly Declaration[] {
  if (around.length === 0) return [];
  const awaits = rooms.some((room) => room.slots.awaits === true);
  return [
    {
      kind: "function",
      name: "handle",
      async: awaits,
      exported: false,
      parameters: [{ name: "x", type: runtimeType("Exchange") }],
      returns: awaits ? code`Promise<void>` : code`Promise<void> | void`,
      about: ["Serves a request, with what stands around the router."],
      body: lines([...around, code`return ${ROUTER};`]),
    },
  ];
}

/** `main.ts`: starts the server with everything that is fixed at build. */
export function mainModule(gateway: Gateway, version: string): Module {
  const names = new Names(["route", "missed", "handle", "NOT_LOGGED", ...SHARED_LOCALS]);
  const rooms = roomsOfMain(gateway, names);
  const start = rooms.flatMap((room) => room.slots.start ?? []);
  const stop = rooms.flatMap((room) => room.slots.stop ?? []);
  const { settings, server } = gateway;
  const observe = [...accessLogCode(settings), ...rooms.flatMap((room) => room.slots.observe ?? [])];
  const around = statementsOf(rooms);
  const options = [
    around.length === 0 ? code`handler: (x) => ${ROUTER}` : code`handler: handle`,
    ...observer(observe),
    code`clientIp: ${clientIp(settings)}`,
    code`listenIp: ${settingCode(gateway, "listenIp", code`${gateway.listenIp}`)}`,
    code`port: ${settingCode(gateway, "port", code`${gateway.port}`)}`,
    code`maxHeaderBytes: ${server.maxHeaderBytes}`,
    code`readHeaderTimeoutMs: ${server.readHeaderTimeoutMs}`,
    code`readTimeoutMs: ${server.readTimeoutMs}`,
    code`idleTimeoutMs: ${server.idleTimeoutMs}`,
    code`maxShutdownMs: ${server.maxShutdownMs}`,
    ...transportOfServer(gateway),
    stop.length === 0 ? code`onStop: () => {}` : code`onStop: async () => {\n${indent(lines(stop))}\n}`,
  ];
  const serve = code`${runtime.serve}({\n${indent(join(options, ",\n"))},\n});`;
  return {
    path: "main.ts",
    about: [
      `Generated by gwc ${version} from ${gateway.file} (sha256 ${gateway.sha256.slice(0, 16)}).`,
      "Edit the configuration, not this file.",
    ],
    declarations: [
      ...skippedPaths(settings),
      ...rooms.flatMap((room) => room.declarations),
      ...handle(around, rooms),
      ...start.map((each): Declaration => ({ kind: "statement", code: each })),
      { kind: "statement", code: serve },
    ],
  };
}

function clientIp({ clientIpHeaders, trustedProxies, appEngine }: ServiceSettings): Code {
  const trusted = trustedProxies === undefined ? code`undefined` : code`[${[...trustedProxies]}]`;
  const more = appEngine
    ? code`, ${trusted}, true`
    : trustedProxies === undefined
      ? code``
      : code`, ${trusted}`;
  return code`new ${runtime.ClientIp}([${[...clientIpHeaders]}]${more})`;
}

/** Paths that the access log leaves out. */
function skippedPaths({ accessLog }: ServiceSettings): readonly Declaration[] {
  if (accessLog === undefined || accessLog.skips.length === 0) return [];
  return [constant("NOT_LOGGED", code`new Set([${join(accessLog.skips.map(byteLiteral), ", ")}])`)];
}

function accessLogCode({ accessLog }: ServiceSettings): readonly Code[] {
  if (accessLog === undefined) return [];
  const log = code`${runtime.logAccess}(x, status, durationMs);`;
  return [accessLog.skips.length === 0 ? log : code`if (!NOT_LOGGED.has(x.path)) ${log}`];
}

/** What is told of every reply; nothing where nobody observes. */
function observer(statements: readonly Code[]): readonly Code[] {
  if (statements.length === 0) return [];
  return [code`observe: (x, status, bytes, durationMs) => {\n${indent(lines(statements))}\n}`];
}
