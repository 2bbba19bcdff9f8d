// Endpoint -> one module: the handler, the calls of its backends, their readers.
import { durationText } from "../config/duration.js";
import type { Backend, Endpoint, Gateway } from "../model/model.js";
import { aboutBackend, type BackendCall, type BackendScope, backendCall, callArguments } from "./backend.js";
import { byteLiteral, type Code, code, identifier, join, lines, runtime, runtimeType } from "./code.js";
import { replyWith, sendsOneKey } from "./encodings.js";
import { guardStatement } from "./layers.js";
import type { Declaration, FunctionDeclaration, Module } from "./module.js";
import { camelCase, Names, SHARED_LOCALS, slug, upperFirst } from "./names.js";
import { roomCode } from "./rooms.js";
import type { DataMode } from "./shape.js";
import { topKeys } from "./shape-keys.js";
import type { Upstreams } from "./upstreams.js";

export interface RouteModule {
  readonly module: Module;
  readonly endpoint: Endpoint;
  /** Name of its handler. */
  readonly handler: string;
  /** Its parameters, in the order in which the handler takes them after `x`. */
  readonly params: readonly string[];
}

/** Names shared by all modules: files and handlers. */
export interface ProgramNames {
  readonly files: Names;
  readonly handlers: Names;
}

export function routeModule(
  endpoint: Endpoint,
  gateway: Gateway,
  upstreams: Upstreams,
  program: ProgramNames,
): RouteModule {
  const method = endpoint.method.toLowerCase();
  const handler = program.handlers.claim(method + upperFirst(camelCase(endpoint.path, "root")));
  const file = program.files.claim(`${method}-${slug(endpoint.path)}`);
  const names = new Names([
    handler,
    "LABEL",
    "CACHE_CONTROL",
    "upstream",
    "environment",
    "guard",
    "body",
    ...SHARED_LOCALS,
  ]);
  const locals = new Map(endpoint.params.map(({ name }) => [name, names.claim(camelCase(name, "param"))]));
  const plan = mergePlan(endpoint);
  const sharedBody = endpoint.backends.length > 1;
  const scope: BackendScope = { names, locals, gateway, endpoint, upstreams, mode: plan.mode, sharedBody };
  const calls = endpoint.backends.map((backend, index) =>
    backendCall(backend, names.claim(camelCase(backend.subject, ordinal(index))), scope),
  );
  const declarations = [
    ...constants(endpoint),
    ...handlerDeclarations(endpoint, gateway, handler, calls, plan, scope),
  ];
  return {
    module: { path: `routes/${file}.ts`, about: [], declarations },
    endpoint,
    handler,
    params: [...locals.keys()],
  };
}

function ordinal(index: number): string {
  return ["first", "second", "third", "fourth", "fifth"][index] ?? `backend${index + 1}`;
}

/** How the answers of the backends are put together. */
interface MergePlan {
  readonly mode: DataMode;
  /** The backends in the order in which their members are joined. */
  readonly order: readonly number[];
}

/**
 * Answers whose keys are known and different are joined as text. Where keys may collide the last
 * to arrive wins, and where one key is asked for it must be found: there they are kept apart.
 */
function mergePlan(endpoint: Endpoint): MergePlan {
  const order = endpoint.backends.map((_backend, index) => index);
  if (sendsOneKey(endpoint.output)) return { mode: "keyed", order };
  if (endpoint.backends.length === 1) return { mode: "text", order };
  const keys = endpoint.backends.map(keysWithDetails);
  if (keys.some((each) => each === undefined)) return { mode: "keyed", order };
  const sorted = order
    .map((index) => ({ index, keys: [...(keys[index] ?? [])].sort() }))
    .sort((a, b) => ((a.keys[0] ?? "") < (b.keys[0] ?? "") ? -1 : 1));
  const flat = sorted.flatMap((each) => each.keys);
  const apart = flat.every((key, index) => index === 0 || flat[index - 1]! < key);
  return apart ? { mode: "text", order: sorted.map((each) => each.index) } : { mode: "keyed", order };
}

function keysWithDetails(backend: Backend): readonly string[] | undefined {
  const keys = topKeys(backend);
  const more = backend.rooms.flatMap((room) => room.feature.addedKeys?.(room.plan) ?? []);
  return keys === undefined ? undefined : [...keys, ...more];
}

function constants(endpoint: Endpoint): readonly Declaration[] {
  const constant = (name: string, value: Code): Declaration => ({
    kind: "constant",
    name,
    exported: false,
    value,
  });
  const label = constant("LABEL", byteLiteral(endpoint.label));
  if (endpoint.cacheControl === undefined || endpoint.output === "no-op") return [label];
  return [label, constant("CACHE_CONTROL", code`${endpoint.cacheControl}`)];
}

function handlerDeclarations(
  endpoint: Endpoint,
  gateway: Gateway,
  handler: string,
  calls: readonly BackendCall[],
  plan: MergePlan,
  scope: BackendScope,
): readonly Declaration[] {
  const subject = camelCase(
    endpoint.path.split("/").findLast((part) => /^[A-Za-z]/.test(part)) ?? "",
    "route",
  );
  const rooms = endpoint.rooms.map((room) => roomCode(room, subject, scope));
  const before = rooms.flatMap((room) => room.slots.before ?? []);
  const after = [...rooms].reverse().flatMap((room) => room.slots.after ?? []);
  const body = [
    ...paramCheck(endpoint, gateway, scope),
    ...guardStatement(gateway),
    ...(gateway.settings.numbersRoutes ? [code`x.place = ${gateway.endpoints.indexOf(endpoint) + 1};`] : []),
    ...before,
    ...outcomeCode(endpoint, calls, plan, scope, after),
    ...replyCode(endpoint, gateway),
  ];
  const declaration: FunctionDeclaration = {
    kind: "function",
    name: handler,
    async: true,
    exported: true,
    parameters: [
      { name: "x", type: runtimeType("Exchange") },
      ...[...scope.locals.values()].map((name) => ({ name, type: code`string` })),
    ],
    returns: code`Promise<void>`,
    about: about(endpoint, calls, [...new Set(rooms.map((room) => `${room.namespace} (${room.where})`))]),
    body: lines(body),
  };
  return [
    ...rooms.flatMap((room) => room.declarations),
    declaration,
    ...calls.flatMap((call) => call.declarations),
  ];
}

function about(
  endpoint: Endpoint,
  calls: readonly BackendCall[],
  rooms: readonly string[],
): readonly string[] {
  const limits = calls.map(({ backend }) => ownTimeout(backend, endpoint));
  return [
    `${endpoint.method} ${endpoint.path} (${endpoint.where})`,
    ...calls.map(({ backend, local }, index) => {
      const limit = limits[index];
      const within = limit === undefined ? "" : `, within its own ${durationText(limit)}`;
      return `  ${local.toText((each) => each.name)}: ${aboutBackend(backend).join(" ")}${within}`;
    }),
    ...rooms.map((room) => `  ${room}`),
    aboutTime(endpoint, limits),
  ];
}

function aboutTime(endpoint: Endpoint, limits: readonly (number | undefined)[]): string {
  const whole = durationText(endpoint.timeoutMs);
  if (limits.length === 1) {
    return limits[0] === undefined
      ? `The backend has the endpoint's ${whole}.`
      : `The endpoint has ${whole}.`;
  }
  const share = `${durationText(endpoint.callTimeoutMs)} (85 % of the endpoint's ${whole})`;
  const without = limits.filter((limit) => limit === undefined).length;
  if (without === 0) return "All backends at once.";
  return without === limits.length
    ? `All backends at once; each has ${share}.`
    : `All backends at once; one without a timeout of its own has ${share}.`;
}

/** The backend's own upper bound in milliseconds, where it is less than what the endpoint leaves it. */
function ownTimeout(backend: Backend, endpoint: Endpoint): number | undefined {
  const { timeoutMs } = backend;
  return timeoutMs !== undefined && timeoutMs < endpoint.callTimeoutMs ? timeoutMs : undefined;
}

function paramCheck(endpoint: Endpoint, gateway: Gateway, scope: BackendScope): readonly Code[] {
  if (!gateway.settings.checkParams || endpoint.params.length === 0) return [];
  const values = [...scope.locals.values()].map(identifier);
  return [code`if (${runtime.refuseParams}(x, ${join(values, ", ")})) return;`];
}

function outcomeCode(
  endpoint: Endpoint,
  calls: readonly BackendCall[],
  plan: MergePlan,
  scope: BackendScope,
  after: readonly Code[],
): readonly Code[] {
  const several = calls.length > 1;
  const deadlineOf = (backend: Backend): Code =>
    several && ownTimeout(backend, endpoint) === undefined
      ? code`deadline`
      : code`x.startedAt + ${ownTimeout(backend, endpoint) ?? endpoint.callTimeoutMs}`;
  const invoke = (call: BackendCall): Code =>
    code`${call.callee}(${callArguments(call.params, scope, deadlineOf(call.backend))})`;
  const declare = after.length > 0 ? code`let` : code`const`;
  if (!several) {
    const [only] = calls;
    return [code`${declare} outcome = ${settled(endpoint, plan, code`await ${invoke(only!)}`)};`, ...after];
  }
  const merged = code`${plan.mode === "text" ? runtime.merge : runtime.mergeByArrival}(${join(
    plan.order.map((index) => calls[index]!.local),
    ", ",
  )})`;
  const whole = endpoint.settings.allOrNothing ? code`${runtime.requireAll}(${merged})` : merged;
  return [
    code`const deadline = x.startedAt + ${endpoint.callTimeoutMs};`,
    code`const body = x.hasBody ? await x.readBody(deadline) : undefined;`,
    code`const [${join(
      calls.map((call) => call.local),
      ", ",
    )}] = await Promise.all([\n  ${join(calls.map(invoke), ",\n  ")},\n]);`,
    code`${declare} outcome = ${settled(endpoint, plan, whole)};`,
    ...after,
  ];
}

/** Data that was kept under its keys becomes text where the whole document is sent. */
function settled(endpoint: Endpoint, plan: MergePlan, outcome: Code): Code {
  return plan.mode === "keyed" && !sendsOneKey(endpoint.output)
    ? code`${runtime.flatten}(${outcome})`
    : outcome;
}

function replyCode(endpoint: Endpoint, gateway: Gateway): readonly Code[] {
  const { hideVersion, returnErrorMessage } = gateway.settings;
  const banner = hideVersion ? runtime.HIDDEN_BANNER : runtime.BANNER;
  const failure = returnErrorMessage ? runtime.replyFailureText : runtime.replyFailure;
  const missing = endpoint.output === "no-op" ? code`outcome.answer` : code`outcome.data`;
  const refuse = code`if (${missing} === undefined) return ${failure}(x, ${banner}, LABEL, outcome.error);`;
  if (endpoint.output === "no-op") return [refuse, code`${runtime.relay}(x, ${banner}, outcome.answer);`];
  const reply = replyWith(endpoint.output);
  const cache = endpoint.cacheControl === undefined ? code`` : code`, CACHE_CONTROL`;
  return [refuse, code`${reply}(x, ${banner}, LABEL, outcome${cache});`];
}
