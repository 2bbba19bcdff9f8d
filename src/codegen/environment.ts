// What the program takes from its environment when it starts -> one module of constants.
import { type Late, type LateForm, type LatePiece, lateForms } from "../config/late.js";
import type { Gateway } from "../model/model.js";
import { Code, code, ENVIRONMENT, identifier, join, runtime, template } from "./code.js";
import type { Declaration, Module } from "./module.js";

type Form = keyof typeof lateForms;

const METHODS: Readonly<Record<Exclude<Late["kind"], Form>, string>> = {
  text: "text",
  bytes: "bytes",
  host: "host",
  "verbatim host": "verbatimHost",
  port: "port",
  address: "address",
  duration: "duration",
  timer: "timer",
  json: "json",
  pattern: "pattern",
  network: "network",
};

const NUMBERS: ReadonlySet<Late["kind"]> = new Set<Late["kind"]>(["port", "duration", "timer"]);

/** A setting of the server that a `KRAKEND_*` variable may change when the gateway starts. */
interface Setting {
  readonly name: string;
  readonly method: string;
  readonly type: string;
  readonly value: Code;
}

function settingsOf(gateway: Gateway): readonly Setting[] {
  if (!gateway.readsKrakendVariables) return [];
  return [
    { name: "port", method: "krakendPort", type: "number", value: here(gateway.port) },
    { name: "listenIp", method: "krakendListenIp", type: "string", value: here(gateway.listenIp) },
  ];
}

/** A value as the module of the constants itself has it. */
function here(value: string | number | Late): Code {
  return typeof value === "object" ? identifier(value.name) : code`${value}`;
}

/** A setting of the server, where the program has it from. */
export function settingCode(gateway: Gateway, name: string, fixed: Code): Code {
  const found = settingsOf(gateway).some((each) => each.name === name);
  return found ? code`${new Code([ENVIRONMENT])}.${identifier(name)}` : fixed;
}

/** None where nothing comes from the environment. */
export function environmentModule(gateway: Gateway): readonly Module[] {
  const settings = settingsOf(gateway);
  if (settings.length + gateway.late.length === 0) return [];
  const reader = gateway.late.length === 0 ? runtime.StartEnvironment : runtime.ValueEnvironment;
  const declarations: Declaration[] = [
    { kind: "constant", name: "start", exported: false, value: code`new ${reader}()` },
    ...gateway.late.map(lateConstant),
    ...settings.map(settingConstant),
    ...(gateway.readsKrakendVariables ? [statement(code`start.warnOfLate();`)] : []),
    statement(code`start.refuseFaults();`),
  ];
  const about = ["What the gateway takes from its environment when it starts."];
  return [{ path: "environment.ts", about, declarations }];
}

/** Arguments of more characters than this stand on lines of their own. */
const LONG = 60;

function statement(piece: Code): Declaration {
  return { kind: "statement", code: piece };
}

function lateConstant(late: Late): Declaration {
  const where = [...new Set(late.spans.map(placeOf))].join(", ");
  const type = NUMBERS.has(late.kind) ? code`number` : code`string`;
  const { method, more } = checkOf(late.kind);
  const args = [code`${where}`, templateOf(late.pieces), ...more];
  const isLong = more.length > 1 || join(args, ", ").parts.join("").length > LONG;
  const value = isLong
    ? code`start.${method}(\n  ${join(args, ",\n  ")},\n)`
    : code`start.${method}(${join(args, ", ")})`;
  return { kind: "constant", name: late.name, exported: true, type, value };
}

/** The method that makes and checks a value, and what it takes beside place and text. */
function checkOf(kind: Late["kind"]): { readonly method: Code; readonly more: readonly Code[] } {
  if (isForm(kind)) {
    const { form, wanted, bytes }: LateForm = lateForms[kind];
    return {
      method: identifier(bytes === true ? "matchingBytes" : "matching"),
      more: [new Code([String(form)]), code`${wanted}`],
    };
  }
  const more = kind === "pattern" ? [runtime.RegularExpression] : [];
  return { method: identifier(METHODS[kind]), more };
}

function isForm(kind: Late["kind"]): kind is Form {
  return Object.hasOwn(lateForms, kind);
}

/** `krakend.json:7`. */
function placeOf({ source, start }: Late["span"]): string {
  return `${source.name.split("/").at(-1)}:${source.position(start).line}`;
}

function settingConstant({ name, method, type, value }: Setting): Declaration {
  return {
    kind: "constant",
    name,
    exported: true,
    type: identifier(type),
    value: code`start.${identifier(method)}(${value})`,
  };
}

function templateOf(pieces: readonly LatePiece[]): Code {
  const [only] = pieces;
  if (only !== undefined && pieces.length === 1 && typeof only !== "string") return variableCode(only);
  return template(pieces.map((piece) => (typeof piece === "string" ? piece : variableCode(piece))));
}

function variableCode({ name, otherwise }: Exclude<LatePiece, string>): Code {
  return otherwise === undefined
    ? code`start.variable(${name})`
    : code`start.variable(${name}, ${otherwise})`;
}
