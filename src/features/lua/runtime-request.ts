// The request to a backend in the hands of a script. [krakend-lua proxy/request.go]
import type { ByteString } from "../../runtime/bytes.js";
import type { Call } from "../../runtime/transaction.js";
import { UpstreamError } from "../../runtime/upstream-error.js";
import { BadTarget, wirePath } from "../../runtime/wire-path.js";
import { type Fields, headerList, headers } from "./runtime-headers.js";
import type { LuaState } from "./runtime-machine.js";
import { type Arguments, defineMethods, NOTHING, type Result } from "./runtime-stack.js";
import { LuaTable, ScriptFault } from "./runtime-values.js";

/** What a script may read beside the call itself. */
export interface RequestTexts {
  readonly host: ByteString;
  readonly query: ByteString;
  /** Parameters by name, their first letter in upper case; undefined: there is none of that name. */
  readonly params: readonly (readonly [name: ByteString, value: ByteString | undefined])[];
}

export class ScriptRequest {
  method: string;
  url: ByteString;
  path: ByteString;
  query: ByteString;
  readonly headers: Fields;
  readonly params: Map<string, ByteString>;
  /** Undefined: as it came. */
  body: ByteString | undefined;
  readonly #call: Call;
  readonly #host: ByteString;
  readonly #urlBefore: ByteString;

  constructor(call: Call, { host, query, params }: RequestTexts) {
    const target = call.target instanceof BadTarget ? call.target.target : call.target;
    this.#call = call;
    this.#host = host;
    this.method = call.method;
    this.url = host + target;
    this.#urlBefore = this.url;
    this.path = target.replace(/\?.*$/s, "");
    this.query = query;
    this.headers = call.headers;
    this.params = new Map(
      params.flatMap(([name, value]): [string, ByteString][] => (value === undefined ? [] : [[name, value]])),
    );
  }

  get bodyText(): ByteString {
    const { body } = this.#call;
    if (this.body !== undefined) return this.body;
    if (body === undefined || body instanceof UpstreamError || "pump" in body) return "";
    return Buffer.from(body.buffer, body.byteOffset, body.length).latin1Slice();
  }

  /** What the script changed counts from now on; path, query and parameters are part of the address already. */
  apply(): void {
    const call: { -readonly [Key in keyof Call]: Call[Key] } = this.#call;
    call.method = this.method;
    dropFraming(call.headers);
    if (this.body !== undefined) call.body = Buffer.from(this.body, "latin1");
    if (this.url === this.#urlBefore) return;
    const [, host, rest = ""] = /^(https?:\/\/[^/?#]+)(.*)$/is.exec(this.url) ?? [];
    if (host === undefined) {
      call.target = new BadTarget(this.url, 'unsupported protocol scheme ""');
      return;
    }
    call.target = wirePath(rest.startsWith("/") ? rest : `/${rest}`);
    if (host !== this.#host) call.host = host;
  }
}

/** What the client writes itself, whatever a script wants. [Go net/http request.go reqWriteExcludeHeader] */
const FRAMING = new Set(["host", "content-length", "transfer-encoding", "trailer"]);

function dropFraming(fields: Fields): void {
  const kept = fields.filter((_each, index) => !FRAMING.has(fields[index & ~1]!.toLowerCase()));
  if (kept.length < fields.length) fields.splice(0, fields.length, ...kept);
}

/** A text that is read without an argument, and set with one. */
function property<Self>(read: (self: Self) => string, set: (self: Self, text: string) => void) {
  return (self: Self, given: Arguments): Result => {
    if (given.count === 0) return read(self);
    set(self, given.text(1));
    return NOTHING;
  };
}

function params({ params: all }: ScriptRequest, given: Arguments): Result {
  if (given.count === 0) return new LuaTable(new Map(all));
  const name = given.text(1);
  if (given.count === 1) return all.get(name) ?? "";
  if (given.isNil(2)) all.delete(name);
  else all.set(name, given.text(2));
  return NOTHING;
}

const METHOD = /^[\w!#$%&'*+.^`|~-]+$/;

function setMethod(request: ScriptRequest, method: string): void {
  if (!METHOD.test(method)) throw new ScriptFault(`net/http: invalid method ${JSON.stringify(method)}`);
  request.method = method;
}

export function defineRequest(L: LuaState): void {
  defineMethods(L, ScriptRequest, {
    method: property(({ method }) => method, setMethod),
    url: property(
      ({ url }) => url,
      (self, text) => {
        self.url = text;
      },
    ),
    path: property(
      ({ path }) => path,
      (self, text) => {
        self.path = text;
      },
    ),
    query: property(
      ({ query }) => query,
      (self, text) => {
        self.query = text;
      },
    ),
    body: property(
      ({ bodyText }) => bodyText,
      (self, text) => {
        self.body = text;
      },
    ),
    params,
    headers: (self, given) => headers(self.headers, given, false),
    headerList: (self, given) => headerList(self.headers, given, false),
  });
}
