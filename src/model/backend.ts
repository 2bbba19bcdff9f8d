// One backend, resolved. [lura config/config.go initBackendDefaults, initBackendURLMappings]
import { durationText } from "../config/duration.js";
import { asksForEnvironment, type Late } from "../config/late.js";
import { at, type Located } from "../source/located.js";
import { closest } from "../source/suggest.js";
import { attach, blocksOf, type Resolution } from "./attach.js";
import { discoveryOf } from "./discovery.js";
import { forwardPlan, queryPlan } from "./forward-plan.js";
import { sanitizeHost } from "./hosts.js";
import { messages } from "./messages.js";
import type { Attached, Backend, BackendSettings, Decoding, OutputEncoding } from "./model.js";
import {
  earlierValue,
  paramKey,
  patternParams,
  patternParts,
  patternPieces,
  patternText,
  undefinedParam,
  utf8Bytes,
} from "./paths.js";
import { booleanAt, isFaulty, itemsAt, numberAt, spanAt, textAt, whereOf } from "./read.js";
import { shown } from "./service.js";
import { flatPlan, shapePlan } from "./shape-plan.js";

/** What a backend must know of its endpoint. */
export interface EndpointPlace {
  readonly node: Located;
  readonly path: string;
  /** As the router has it: `/users/:id`. */
  readonly pattern: string;
  readonly method: string;
  /** As the router knows them. */
  readonly params: readonly string[];
  /** As the configuration means them. */
  readonly inputs: readonly string[];
  readonly output: OutputEncoding;
  readonly timeoutMs: number;
  /** How many backends are merged with it, itself included. */
  readonly siblings: number;
  /** How many backends of a sequence have answered before it is called. */
  readonly earlier: number;
}

export function resolveBackend(resolution: Resolution, node: Located, place: EndpointPlace): Backend {
  const { file, late, report } = resolution;
  const written = textAt(node, "url_pattern") ?? "";
  const parts = patternParts(written, late.within(at(node, "url_pattern"), "bytes"));
  const pattern = parts.map((part) => (typeof part === "string" ? part : UNKNOWN)).join("");
  if (!isFaulty(node, "url_pattern")) checkPattern(resolution, node, pattern, place);
  const decode = decoding(resolution, node, place.output);
  const shape = shapePlan(node, decode === "no-op", report);
  const label = `[BACKEND: ${patternText(parts)}]`;
  const discovery = discoveryOf(resolution, node);
  const listed = hostsOf(resolution, node);
  const hosts = discovery === undefined ? listed : listed.slice(0, 1);
  const site = { owner: node, label, params: place.params, backendCount: place.siblings, hosts };
  const blocks = [...resolution.blocks.readKeys(place.node), ...blocksOf(resolution, node, "backend")];
  const method = (textAt(node, "method") || place.method).toUpperCase();
  const { output, timeoutMs } = place;
  const attached = attach(resolution, blocks, { ...site, method, output, timeoutMs });
  return {
    subject: subjectOf(node, pattern),
    where: whereOf(node.span, file),
    label: utf8Bytes(label),
    hosts,
    discovery,
    method,
    methodText: utf8Bytes(textAt(node, "method") || textAt(place.node, "method") || "GET"),
    pattern: patternPieces(parts, place.params, place.earlier),
    patternText: utf8Bytes(patternText(parts)),
    headers: forwardPlan(place.node, node, report),
    query: queryPlan(place.node, node, report),
    decode,
    shape: decode === "feed" ? flatPlan(shape) : shape,
    timeoutMs: backendTimeout(resolution, node, place.timeoutMs),
    settings: backendSettings(attached),
    rooms: attached,
  };
}

/** Stands in a pattern for what the environment will say, while the rest is checked. */
const UNKNOWN = "0";

function backendSettings(rooms: readonly Attached[]): BackendSettings {
  const defaults: BackendSettings = { asideMs: undefined, connections: undefined };
  return Object.assign(defaults, ...rooms.map((room) => room.feature.settings?.(room.plan).backend));
}

/** Group, else the last fixed word of the path, else nothing. */
function subjectOf(node: Located, pattern: string): string {
  const group = textAt(node, "group");
  if (group !== undefined && /[A-Za-z]/.test(group)) return group;
  const path = (pattern.split("?")[0] ?? "").split("/");
  return path.findLast((segment) => /^[A-Za-z][\w.-]*$/.test(segment)) ?? "";
}

function hostsOf({ root, late, report }: Resolution, node: Located): Backend["hosts"] {
  const own = itemsAt(node, "host");
  const unclear = isFaulty(node, "disable_host_sanitize");
  const verbatim = own.length > 0 && (unclear || booleanAt(node, "disable_host_sanitize"));
  const listed = own.length > 0 ? own : itemsAt(root, "host");
  const faulty = isFaulty(node, "host") || isFaulty(root, "host");
  if (listed.length === 0 && !faulty) report(messages.say("host/none", node.span));
  return listed.flatMap((item): readonly (string | Late)[] => {
    const later = late.at(item, verbatim ? "verbatim host" : "host");
    if (later !== undefined) return [later];
    const host = item.kind === "string" ? item.value : "";
    const clean = verbatim ? host : sanitizeHost(host);
    if (clean === undefined && !asksForEnvironment(host))
      report(messages.say("host/invalid", item.span, { host: shown(host) }));
    return clean === undefined ? [] : [utf8Bytes(clean)];
  });
}

const DECODERS: Readonly<Record<string, Decoding>> = {
  json: "json",
  safejson: "safejson",
  string: "string",
  xml: "xml",
  rss: "feed",
  "no-op": "no-op",
};

/** What `is_collection` makes of them; the others ignore it. */
const COLLECTIONS: Partial<Readonly<Record<Decoding, Decoding>>> = {
  json: "collection",
  xml: "xml-collection",
};

/** Names of decoders are looked up in lower case; an unknown one decodes JSON. */
function decoding({ report }: Resolution, node: Located, output: OutputEncoding): Decoding {
  const written = textAt(node, "encoding") || "json";
  const name = written.toLowerCase();
  const span = spanAt(node, "encoding");
  if (output === "no-op") return "no-op";
  const known = Object.hasOwn(DECODERS, name) ? DECODERS[name] : undefined;
  if (known === undefined) report(messages.say("backend/unknown-encoding", span, { value: written }));
  const decode = known ?? "json";
  const collection = booleanAt(node, "is_collection") ? COLLECTIONS[decode] : undefined;
  return collection ?? decode;
}

function backendTimeout({ compat, report }: Resolution, node: Located, wholeMs: number): number | undefined {
  const own = numberAt(node, "timeout");
  if (own === undefined || own <= 0) return undefined;
  const span = spanAt(node, "timeout");
  if (compat) {
    report(messages.say("backend/timeout-ignored", span));
    return undefined;
  }
  if (own >= wholeMs) return undefined;
  report(messages.say("backend/timeout", span, { own: durationText(own), whole: durationText(wholeMs) }));
  return own;
}

function checkPattern(
  { blocks, report }: Resolution,
  node: Located,
  pattern: string,
  place: EndpointPlace,
): void {
  const span = spanAt(node, "url_pattern");
  const outputs = patternParams(pattern);
  const fault = undefinedParam(place.inputs, outputs);
  if (fault !== undefined) {
    const near = closest(fault.name, place.inputs);
    const hint =
      near === undefined
        ? "add the parameter to the endpoint, or take it out here"
        : `did you mean \`{${near}}\`?`;
    const go = goText(node, place, outputs, fault);
    report(
      messages.say("backend/undefined-parameter", span, {
        parameter: `{${fault.name}}`,
        path: place.path,
        hint,
        go,
      }),
    );
    return;
  }
  const keys = new Set(place.params.map(paramKey));
  const hasValidator = blocks.find(at(place.node, "extra_config"), "auth/validator") !== undefined;
  for (const name of outputs.filter((each) => !keys.has(paramKey(each)))) {
    if (earlierValue(name, place.earlier) !== undefined) continue;
    if (name.startsWith("JWT.") && hasValidator) continue;
    report(messages.say("backend/unfilled-parameter", span, { parameter: `{${name}}` }));
  }
  const path = pattern.split(/[?#]/)[0] ?? "";
  const malformed = /%(?![0-9A-Fa-f]{2}).{0,2}/s.exec(path)?.[0];
  if (malformed !== undefined) report(messages.say("backend/bad-escape", span, { escape: malformed }));
}

function goText(
  node: Located,
  place: EndpointPlace,
  outputs: readonly string[],
  fault: { readonly name: string; readonly tooMany: boolean },
): string {
  const index = itemsAt(place.node, "backend").indexOf(node);
  const method = textAt(place.node, "method") || "GET";
  const where = `endpoint: ${method} ${place.pattern}, backend: ${index}. input: [${[...place.inputs].sort().join(" ")}], output: [${outputs.join(" ")}]`;
  return fault.tooMany
    ? `input and output params do not match. ${where}`
    : `undefined output param '${fault.name}'! ${where}`;
}
