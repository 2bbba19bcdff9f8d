// `KRAKEND_*` variables set keys of the root, in the file or not. [krakend-koanf parser.go]
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import type { Located, LocatedObject, Member } from "../source/located.js";
import { SourceText } from "../source/text.js";
import { messages } from "./messages.js";

export type Environment = Readonly<Record<string, string | undefined>>;

const PREFIX = "KRAKEND_";

/** What Kubernetes tells every container about a service called krakend, beside KRAKEND_PORT. */
const INJECTED = /^KRAKEND_(?:SERVICE_(?:HOST|PORT(?:_.*)?)|PORT_\d+_(?:TCP|UDP|SCTP)(?:_.*)?)$/;

export interface Overridden {
  readonly tree: LocatedObject;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Puts the variables on top of a tree: `KRAKEND_PORT=8080` sets `port`, a dot in the name nests. Their
 * values are texts with a place of their own, named as the variable.
 */
export function override(tree: LocatedObject, environment: Environment): Overridden {
  const diagnostics: Diagnostic[] = [];
  let node = tree;
  for (const name of Object.keys(environment).sort()) {
    const value = environment[name];
    if (value === undefined || !name.startsWith(PREFIX) || name === PREFIX || INJECTED.test(name)) continue;
    const span = new SourceText(name, value).span(0, value.length);
    if (name === "KRAKEND_PORT" && /^[a-z]+:\/\//.test(value)) {
      diagnostics.push(messages.say("config/injected-port", span, { value }));
      continue;
    }
    node = set(node, name.slice(PREFIX.length).toLowerCase().split("."), { kind: "string", span, value });
  }
  return { tree: node, diagnostics };
}

function set(node: LocatedObject, path: readonly string[], value: Located): LocatedObject {
  const [key = "", ...rest] = path;
  const inner = node.members.findLast((each) => each.key === key)?.value;
  const empty: LocatedObject = { kind: "object", span: value.span, members: [] };
  const next = rest.length === 0 ? value : set(inner?.kind === "object" ? inner : empty, rest, value);
  const member: Member = { key, keySpan: value.span, value: next };
  return { ...node, members: [...node.members.filter((each) => each.key !== key), member] };
}
