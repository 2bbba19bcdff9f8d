// Backend -> the function that calls it, with the rooms around the call woven in.
import type { Backend, Endpoint, PatternPiece } from "../model/model.js";
import {
  byteLiteral,
  type Code,
  code,
  identifier,
  indent,
  join,
  lines,
  runtime,
  runtimeType,
  template,
} from "./code.js";
import { forwardCode } from "./forward.js";
import type { Declaration, FunctionDeclaration } from "./module.js";
import { lowerFirst, upperFirst } from "./names.js";
import {
  type Chain,
  ending,
  type Layer,
  layerFunction,
  layersOf,
  outcomeType,
  roomNotes,
} from "./nesting.js";
import { type RoomCode, type RouteScope, roomCode } from "./rooms.js";
import { reading, unfiltered } from "./shape.js";
import { shapeLines } from "./shape-keys.js";
import type { Upstreams } from "./upstreams.js";

/** The call of one backend, as the handler sees it. */
export interface BackendCall {
  readonly backend: Backend;
  /** The local that holds its outcome. */
  readonly local: Code;
  readonly callee: Code;
  /** Parameters of the request that the callee takes after `x`. */
  readonly params: readonly string[];
  readonly declarations: readonly Declaration[];
}

export interface BackendScope extends RouteScope {
  readonly endpoint: Endpoint;
  readonly upstreams: Upstreams;
  /** Several calls share the body of the client, so it is read once before. */
  readonly sharedBody: boolean;
  /** Parameters that are values of earlier answers, where there may be none. */
  readonly earlier: ReadonlySet<string>;
  /** Later backends may be given the whole answer of this one. */
  readonly keepsAnswer: boolean;
}

export function backendCall(backend: Backend, local: string, scope: BackendScope): BackendCall {
  const name = upperFirst(local);
  const rooms = backend.rooms.map((room) => roomCode(room, local, scope, backend));
  const holes = backend.pattern.flatMap((piece) => ("name" in piece ? [piece.name] : []));
  const params = [...new Set([...holes, ...rooms.flatMap((room) => room.params)])];
  const layers = layersOf(
    rooms,
    rooms.flatMap((room) => room.slots.beforeCall ?? []),
  );
  const callee = scope.names.claim(`call${name}`);
  const names = [callee, ...layers.wrapped.map(() => scope.names.claim(`fetch${name}`))];
  const declarations: Declaration[] = [
    ...rooms.flatMap((room) => room.declarations),
    ...layers.wrapped.map((layer, index) =>
      layerFunction(layer, names[index]!, names[index + 1]!, chainOf(params, scope)),
    ),
    ...innerFunction(backend, names.at(-1)!, params, rooms, layers.innermost, scope),
  ];
  return { backend, local: identifier(local), callee: identifier(callee), params, declarations };
}

export function parameters(
  params: readonly string[],
  scope: BackendScope,
): FunctionDeclaration["parameters"] {
  return [
    { name: "x", type: runtimeType("Exchange") },
    ...params.map((param) => ({
      name: scope.locals.get(param)!,
      type: scope.earlier.has(param) ? code`string | undefined` : code`string`,
    })),
    { name: "deadline", type: code`number` },
    ...(scope.sharedBody ? [{ name: "body", type: runtimeType("SharedBody") }] : []),
  ];
}

function chainOf(params: readonly string[], scope: BackendScope): Chain {
  return {
    mode: scope.mode,
    parameters: parameters(params, scope),
    arguments: (x, deadline) => callArguments(params, scope, x, deadline),
  };
}

/** What the handler and the outer function pass on. */
export function callArguments(
  params: readonly string[],
  scope: BackendScope,
  x: Code,
  deadline: Code,
  body = code`body`,
): Code {
  const names = params.map((param) => identifier(scope.locals.get(param)!));
  return join([x, ...names, deadline, ...(scope.sharedBody ? [body] : [])], ", ");
}

function innerFunction(
  backend: Backend,
  name: string,
  params: readonly string[],
  rooms: readonly RoomCode[],
  innermost: Layer,
  scope: BackendScope,
): readonly Declaration[] {
  const target = targetCode(backend, scope);
  const filter = rooms.find((room) => room.slots.filter !== undefined)?.slots.filter;
  const read = backend.decode === "no-op" ? undefined : reading(backend, scope.mode, scope.names, filter);
  const relays = scope.endpoint.output === "no-op";
  const shape = filter === undefined ? backend.shape : unfiltered(backend.shape);
  const body = lines([
    ...innermost.before,
    ...forwardCode(backend.headers),
    callCode(backend, target.expression, rooms, scope),
    ...rooms.flatMap((room) => room.slots.beforeCall ?? []),
    code`const answer = ${watched(rooms, code`await ${fetchCode(backend, rooms, relays, scope)}`)};`,
    ...answerCode(innermost.after, answerCases(backend, rooms, relays, scope, read?.outcome)),
  ]);
  const declaration: FunctionDeclaration = {
    kind: "function",
    name,
    async: true,
    exported: false,
    parameters: parameters(params, scope),
    returns: outcomeType(scope.mode),
    about: [...aboutBackend(backend), ...shapeLines(shape), ...roomNotes(innermost.rooms)],
    body,
  };
  return [...target.declarations, declaration, ...(read?.functions ?? [])];
}

/** Method, address and place. */
export function aboutBackend(backend: Backend): readonly string[] {
  const host = backend.hosts[0] ?? "(no host)";
  const more = backend.hosts.length > 1 ? ` (or ${backend.hosts.length - 1} more)` : "";
  return [`${backend.method} ${host}${patternFor(backend.pattern)}${more} (${backend.where})`];
}

function patternFor(pattern: readonly PatternPiece[]): string {
  return pattern
    .map((piece) => {
      if (piece.kind === "text") return piece.text;
      return piece.kind === "late" ? piece.late.toString() : `{${lowerFirst(piece.name)}}`;
    })
    .join("");
}

/** A path that needs no work at run time [Go net/url validEncoded]. */
const READY = /^(?:[\w.~!$&'()*+,;=:@/[\]-]|%[0-9A-Fa-f]{2})*(?:\?[\x21\x22\x24-\x7e]*)?$/;

function targetCode(
  backend: Backend,
  scope: BackendScope,
): { readonly expression: Code; readonly declarations: readonly Declaration[] } {
  const pieces = backend.pattern.map((piece) => {
    if (piece.kind === "text") return piece.text;
    if (piece.kind === "late") return code`${piece.late}`;
    const local = identifier(scope.locals.get(piece.name)!);
    // A placeholder without a value stays.
    return piece.kind === "param" ? local : code`${local} ?? ${byteLiteral(`{{.${piece.name}}}`)}`;
  });
  const fixed = backend.pattern.every((piece) => piece.kind === "text" || piece.kind === "late");
  const text = template(pieces);
  if (!fixed) return { expression: withQuery(backend, code`${runtime.wirePath}(${text})`), declarations: [] };
  // What the environment says may need escapes.
  const path = backend.pattern.map((piece) => (piece.kind === "text" ? piece.text : "\0")).join("");
  if (READY.test(path)) return { expression: withQuery(backend, text), declarations: [] };
  const name = scope.names.claim("TARGET");
  return {
    expression: withQuery(backend, identifier(name)),
    declarations: [{ kind: "constant", name, exported: false, value: code`${runtime.wirePath}(${text})` }],
  };
}

function withQuery(backend: Backend, path: Code): Code {
  const { query } = backend;
  if (query === "none") return path;
  if (query === "all") return code`${runtime.withQuery}(${path}, ${runtime.wholeQuery}(x.query))`;
  const names = query.map((name) => byteLiteral(Buffer.from(name, "utf8").toString("latin1")));
  return code`${runtime.withQuery}(${path}, ${runtime.pickQuery}(x.query, ${join(names, ", ")}))`;
}

function callCode(backend: Backend, target: Code, rooms: readonly RoomCode[], scope: BackendScope): Code {
  const isWhole = rooms.some((room) => room.slots.wantsWholeBody === true);
  const own = isWhole ? code`x.hasBody ? await x.readBody(deadline) : undefined` : code`x.streamBody()`;
  const body = scope.sharedBody ? code`body` : code`body: ${own}`;
  const parts = [
    code`method: ${backend.method}`,
    code`target: ${target}`,
    code`headers`,
    body,
    ...(backend.headers.bodyLength ? [code`sized: true`] : []),
    code`deadline`,
  ];
  return code`const call: ${runtimeType("Call")} = {\n${indent(join(parts, ",\n"))},\n};`;
}

/** Their decoders look at the bytes of an answer once, and nobody does after them. */
const DECODED_AT_ONCE: ReadonlySet<Backend["decode"]> = new Set(["json", "collection", "safejson"]);

function fetchCode(backend: Backend, rooms: readonly RoomCode[], relays: boolean, scope: BackendScope): Code {
  const wraps = rooms.filter((room) => room.slots.wrap !== undefined);
  const upstream = scope.upstreams.reference(backend);
  const streams = wraps.every((room) => room.slots.takesStreams === true);
  const whole = wraps.length === 0 && DECODED_AT_ONCE.has(backend.decode) ? code`fetchLent` : code`fetch`;
  const call = code`${upstream}.${relays && streams ? code`open` : whole}(x, call)`;
  const readsFailures = relays || rooms.some((room) => room.slots.badStatus !== undefined);
  const wrapped = wraps.reduceRight((inner, room) => room.slots.wrap!(inner, readsFailures), call);
  if (!mayBreakRequestLine(backend)) return wrapped;
  const [host = ""] = backend.hosts;
  const shown = typeof host === "string" ? byteLiteral(host) : code`${host}`;
  return code`(${runtime.brokenRequestLine}(call.target, ${shown}) ?? ${wrapped})`;
}

/** Whether a blank can stand in the query, where it is sent as it is; values of answers may begin one. */
function mayBreakRequestLine({ pattern }: Backend): boolean {
  if (pattern.some((piece) => piece.kind === "earlier")) return true;
  const mark = pattern.findIndex((piece) => piece.kind === "text" && piece.text.includes("?"));
  if (mark < 0) return false;
  const [first, ...rest] = pattern.slice(mark);
  const blank = first?.kind === "text" && first.text.slice(first.text.indexOf("?")).includes(" ");
  return blank || rest.some((piece) => piece.kind !== "text" || piece.text.includes(" "));
}

function watched(rooms: readonly RoomCode[], answer: Code): Code {
  return rooms.reduceRight((inner, room) => room.slots.watch?.(inner) ?? inner, answer);
}

/** What an answer comes to that is there: a bad one, where there are such, and any other. */
interface AnswerCases {
  readonly bad?: Code;
  readonly good: Code;
}

function answerCases(
  backend: Backend,
  rooms: readonly RoomCode[],
  relays: boolean,
  scope: BackendScope,
  outcome: Code | undefined,
): AnswerCases {
  if (relays) return { good: code`${runtime.relayed}(answer)` };
  if (outcome === undefined) {
    const empty = scope.mode === "text" ? code`""` : code`new Map()`;
    if (!scope.keepsAnswer) return { good: code`${runtime.succeeded}(${empty})` };
    return { good: code`new ${runtime.Outcome}(${empty}, true, undefined, answer)` };
  }
  const own = rooms.map((room) => room.slots.badStatus).find((slot) => slot !== undefined);
  const route = byteLiteral(`[${backend.methodText} ${backend.patternText}]`);
  return { bad: own?.[scope.mode] ?? code`${runtime.badStatus}(answer, ${route})`, good: outcome };
}

/** Returns the outcome; where rooms stand around the call, they see it first. */
function answerCode(after: readonly Code[], { bad, good }: AnswerCases): readonly Code[] {
  const isFailure = code`answer instanceof ${runtime.UpstreamError}`;
  const failure = code`${runtime.failed}(answer)`;
  const isBad = code`!${runtime.isSuccess}(answer)`;
  if (after.length > 0) {
    const others = bad === undefined ? [good] : [code`${isBad} ? ${bad}`, good];
    return ending(join([code`${isFailure} ? ${failure}`, ...others], "\n  : "), after);
  }
  return [
    code`if (${isFailure}) return ${failure};`,
    ...(bad === undefined ? [] : [code`if (${isBad}) return ${bad};`]),
    code`return ${good};`,
  ];
}
