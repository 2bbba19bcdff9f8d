// Endpoint -> one module: the handler, the calls of its backends, their readers.
import { durationText } from "../config/duration.js";
import type { Endpoint, Gateway } from "../model/model.js";
import { aboutBackend, type BackendCall, type BackendScope, backendCall } from "./backend.js";
import { byteLiteral, type Code, code, identifier, join, lines, runtime, runtimeType } from "./code.js";
import { GO_TYPES, goTypes, replyWith, sendsOneKey } from "./encodings.js";
import { flowOf, ownTimeout } from "./flow.js";
import { gather } from "./gather.js";
import { guardStatement } from "./layers.js";
import { type Merge, mergePlan } from "./merge-plan.js";
import type { Declaration, FunctionDeclaration, Module } from "./module.js";
import { camelCase, Names, SHARED_LOCALS, slug, upperFirst } from "./names.js";
import { roomNotes } from "./nesting.js";
import { roomCode } from "./rooms.js";
import { backendScope, scopeOf } from "./route-scope.js";
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
    "GO_TYPES",
    "upstream",
    "environment",
    "guard",
    "body",
    ...SHARED_LOCALS,
  ]);
  const locals = new Map(endpoint.params.map(({ name }) => [name, names.claim(camelCase(name, "param"))]));
  const plan = mergePlan(endpoint);
  const scope = scopeOf({ gateway, endpoint, upstreams }, names, locals, plan);
  const calls = endpoint.backends.map((backend, index) =>
    backendCall(backend, names.claim(camelCase(backend.subject, ordinal(index))), backendScope(scope, index)),
  );
  const shadows = endpoint.shadows.map((backend, index) =>
    backendCall(
      backend,
      names.claim(`shadow${upperFirst(camelCase(backend.subject, ordinal(index)))}`),
      backendScope(scope, index),
    ),
  );
  const declarations = [
    ...(calls.length === 0 ? [] : constants(endpoint, isFilled(endpoint))),
    ...handlerDeclarations({ endpoint, gateway, handler, calls, shadows, plan, scope }),
  ];
  return {
    module: { path: `routes/${file}.ts`, about: [], declarations },
    endpoint,
    handler,
    params: endpoint.params.map(({ name }) => name),
  };
}

function ordinal(index: number): string {
  return ["first", "second", "third", "fourth", "fifth"][index] ?? `backend${index + 1}`;
}

/** Rooms may put data beside an answer that is handed over as it is. */
function isFilled({ output, rooms }: Endpoint): boolean {
  return output === "no-op" && rooms.some(({ feature, plan }) => feature.fillsNoOp?.(plan) === true);
}

function constants(endpoint: Endpoint, filled: boolean): readonly Declaration[] {
  const constant = (name: string, value: Code): Declaration => ({
    kind: "constant",
    name,
    exported: false,
    value,
  });
  const types = goTypes(endpoint);
  const fixed = [constant("LABEL", byteLiteral(endpoint.label))];
  if (types !== undefined)
    fixed.push({ kind: "statement", code: code`const GO_TYPES: ${GO_TYPES} = ${types};` });
  if (endpoint.cacheControl === undefined || (endpoint.output === "no-op" && !filled)) return fixed;
  return [...fixed, constant("CACHE_CONTROL", code`${endpoint.cacheControl}`)];
}

interface Route {
  readonly endpoint: Endpoint;
  readonly gateway: Gateway;
  readonly handler: string;
  readonly calls: readonly BackendCall[];
  readonly shadows: readonly BackendCall[];
  readonly plan: Merge;
  readonly scope: BackendScope;
}

function handlerDeclarations(route: Route): readonly Declaration[] {
  const { endpoint, gateway, handler, calls, shadows, plan, scope } = route;
  if (calls.length === 0) return [deadRoute(route)];
  const words = endpoint.path.split("/");
  const subject = camelCase(words.findLast((part) => /^[A-Za-z]/.test(part)) ?? "", "route");
  const rooms = endpoint.rooms.map((room) => ({ room, code: roomCode(room, subject, scope) }));
  const outer = rooms.flatMap(({ room, code }) => (room.stage === "endpoint" ? [code] : []));
  const inner = rooms.flatMap(({ room, code }) => (room.stage === "proxy" ? [code] : []));
  const gathered = gather(flowOf(endpoint, calls, shadows, plan, scope), inner, scope);
  const body = [
    ...paramCheck(endpoint, gateway, scope),
    ...guardStatement(gateway),
    ...(gateway.settings.numbersRoutes ? [code`x.place = ${gateway.endpoints.indexOf(endpoint) + 1};`] : []),
    ...outer.flatMap((room) => room.slots.before ?? []),
    ...gathered.statements,
    ...replyCode(endpoint, gateway, scope),
  ];
  const declaration: FunctionDeclaration = {
    ...handlerOf(endpoint, handler, scope),
    about: about(route, roomNotes([...outer, ...inner])),
    body: lines(body),
  };
  return [
    ...[...outer, ...inner].flatMap((room) => room.declarations),
    declaration,
    ...gathered.declarations,
    ...[...calls, ...shadows].flatMap((call) => call.declarations),
  ];
}

/** A route with nothing behind it: KrakenD serves it with a panic, which is caught. */
function deadRoute({ endpoint, gateway, handler, scope }: Route): FunctionDeclaration {
  return {
    ...handlerOf(endpoint, handler, scope),
    about: [`${endpoint.method} ${endpoint.path} (${endpoint.where})`, "No backend answers it."],
    body: lines([
      ...paramCheck(endpoint, gateway, scope),
      ...guardStatement(gateway),
      code`${runtime.replyEmpty}(x, 500);`,
    ]),
  };
}

function handlerOf(
  { params }: Endpoint,
  name: string,
  scope: BackendScope,
): Omit<FunctionDeclaration, "about" | "body"> {
  return {
    kind: "function",
    name,
    async: true,
    exported: true,
    parameters: [
      { name: "x", type: runtimeType("Exchange") },
      ...params.map((param) => ({ name: scope.locals.get(param.name)!, type: code`string` })),
    ],
    returns: code`Promise<void>`,
  };
}

function about({ endpoint, calls, shadows }: Route, rooms: readonly string[]): readonly string[] {
  const limits = calls.map(({ backend }) => ownTimeout(backend, endpoint));
  return [
    `${endpoint.method} ${endpoint.path} (${endpoint.where})`,
    ...calls.map(({ backend, local }, index) => {
      const limit = limits[index];
      const within = limit === undefined ? "" : `, within its own ${durationText(limit)}`;
      return `  ${local.toText((each) => each.name)}: ${aboutBackend(backend).join(" ")}${within}`;
    }),
    ...shadows.map(({ backend }) => {
      const within = durationText(backend.settings.asideMs ?? 0);
      return `  aside, within ${within}: ${aboutBackend(backend).join(" ")}`;
    }),
    ...rooms.map((room) => `  ${room}`),
    aboutTime(endpoint, limits),
  ];
}

function aboutTime(endpoint: Endpoint, limits: readonly (number | undefined)[]): string {
  const late = endpoint.lateTimeout?.whole.toString();
  const whole = late ?? durationText(endpoint.timeoutMs);
  if (limits.length === 1) {
    return limits[0] === undefined
      ? `The backend has the endpoint's ${whole}.`
      : `The endpoint has ${whole}.`;
  }
  const part = `85 % of the endpoint's ${whole}`;
  const share = late === undefined ? `${durationText(endpoint.callTimeoutMs)} (${part})` : part;
  if (endpoint.settings.sequential) return `One backend after the other; together they have ${share}.`;
  const without = limits.filter((limit) => limit === undefined).length;
  if (without === 0) return "All backends at once.";
  return without === limits.length
    ? `All backends at once; each has ${share}.`
    : `All backends at once; one without a timeout of its own has ${share}.`;
}

function paramCheck(endpoint: Endpoint, gateway: Gateway, scope: BackendScope): readonly Code[] {
  if (!gateway.settings.checkParams || endpoint.params.length === 0) return [];
  const values = endpoint.params.map(({ name }) => identifier(scope.locals.get(name)!));
  return [code`if (${runtime.refuseParams}(x, ${join(values, ", ")})) return;`];
}

function replyCode(endpoint: Endpoint, gateway: Gateway, scope: BackendScope): readonly Code[] {
  const { hideVersion, returnErrorMessage } = gateway.settings;
  const banner = hideVersion ? runtime.HIDDEN_BANNER : runtime.BANNER;
  const failure = returnErrorMessage ? runtime.replyFailureText : runtime.replyFailure;
  const cache = endpoint.cacheControl === undefined ? code`` : code`, CACHE_CONTROL`;
  const filled = isFilled(endpoint);
  const missing = endpoint.output === "no-op" && !filled ? code`outcome.answer` : code`outcome.data`;
  const refuse = code`if (${missing} === undefined) return ${failure}(x, ${banner}, LABEL, outcome.error);`;
  if (filled) return [refuse, code`${runtime.relayFilled}(x, ${banner}, LABEL, outcome${cache});`];
  if (endpoint.output === "no-op") return [refuse, code`${runtime.relay}(x, ${banner}, outcome.answer);`];
  const reply = replyWith(endpoint.output);
  // Data that was kept under its keys becomes text where the whole document is sent.
  const flat = scope.mode === "keyed" && !sendsOneKey(endpoint.output);
  const outcome = flat ? code`${runtime.flatten}(outcome)` : code`outcome`;
  const types = goTypes(endpoint) === undefined ? code`` : code`, GO_TYPES`;
  const noCache = endpoint.cacheControl === undefined && goTypes(endpoint) !== undefined;
  return [
    refuse,
    code`${reply}(x, ${banner}, LABEL, ${outcome}${noCache ? code`, undefined` : cache}${types});`,
  ];
}
