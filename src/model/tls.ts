// TLS of the server and towards backends, with KrakenD's defaults. [lura transport/http/server/server.go]
import type { Late, LateValues, OrLate } from "../config/late.js";
import type { Report } from "../diagnostics/diagnostic.js";
import type {
  ClientTlsOptions,
  KeyPairFiles,
  TlsOptions,
  TlsSettings,
  TlsVersion,
} from "../runtime/transport.js";
import { at, type Located } from "../source/located.js";
import type { Resolution } from "./attach.js";
import { booleanAt, itemsAt, spanAt, textAt } from "./read.js";
import { messages } from "./transport-messages.js";

/** The TLS of the server; undefined: plain HTTP. */
export function serverTls(root: Located, report: Report, late: LateValues): OrLate<TlsOptions> | undefined {
  const tls = at(root, "tls");
  if (tls?.kind !== "object" || booleanAt(tls, "disabled")) return undefined;
  const requireClientCertificate = booleanAt(tls, "enable_mtls");
  if (!requireClientCertificate && itemsAt(tls, "ca_certs").length > 0)
    report(messages.say("tls/unused-authorities", spanAt(tls, "ca_certs")));
  if (requireClientCertificate && !booleanAt(tls, "disable_system_ca_pool"))
    report(messages.say("tls/public-clients", spanAt(tls, "enable_mtls")));
  return {
    ...settingsOf(tls, "tls", report, late),
    keys: serverKeys(tls, report, late),
    requireClientCertificate,
  };
}

/** TLS towards backends; undefined: what Go does without being told, TLS 1.2 and 1.3. */
export function clientTls(
  root: Located,
  { report, compat, late }: Pick<Resolution, "report" | "compat" | "late">,
): OrLate<ClientTlsOptions> | undefined {
  const tls = at(root, "client_tls");
  const insecure = booleanAt(root, "allow_insecure_connections");
  const given = tls?.kind === "object" ? tls : undefined;
  if (given === undefined && !insecure) return undefined;
  // Quirk: the old key alone counts as an empty block, whose least version is TLS 1.3.
  const block: Located = given ?? {
    kind: "object",
    span: spanAt(root, "allow_insecure_connections"),
    members: [],
  };
  const pairs = itemsAt(block, "client_certs").map((node): Pair => {
    const pair = pairAt(node, "certificate", late);
    const missing = missingIn(pair, "certificate");
    if (missing !== undefined) report(messages.say("tls/half-certificate", node.span, { missing }));
    return pair;
  });
  return {
    ...settingsOf(block, "client_tls", report, late),
    verify: !insecure && !booleanAt(block, "allow_insecure_connections"),
    certificates: pairs.filter((pair) => pair.certificateFile !== "" && pair.privateKeyFile !== ""),
    lenient: compat,
  };
}

/** The pairs of `keys`, then the one of the older keys. */
function serverKeys(tls: Located, report: Report, late: LateValues): readonly Pair[] {
  const older = pairAt(tls, "public_key", late);
  const nodes = [...itemsAt(tls, "keys")];
  if (older.certificateFile !== "" || older.privateKeyFile !== "") nodes.push(tls);
  if (nodes.length === 0) report(messages.say("tls/no-keys", tls.span));
  return nodes.map((node) => {
    const pair = pairAt(node, "public_key", late);
    const missing = missingIn(pair, "public_key");
    const what = missing === "public_key" ? "public" : "private";
    if (missing !== undefined) report(messages.say("tls/half-pair", node.span, { missing, what }));
    return pair;
  });
}

type Pair = OrLate<KeyPairFiles>;

function pairAt(node: Located, certificate: "public_key" | "certificate", late: LateValues): Pair {
  const file = (key: string): string | Late => late.at(at(node, key), "file") ?? textAt(node, key) ?? "";
  return { certificateFile: file(certificate), privateKeyFile: file("private_key") };
}

function missingIn(pair: Pair, certificate: string): string | undefined {
  if (pair.certificateFile === "") return certificate;
  return pair.privateKeyFile === "" ? "private_key" : undefined;
}

type Owner = "tls" | "client_tls";

function settingsOf(tls: Located, owner: Owner, report: Report, late: LateValues): OrLate<TlsSettings> {
  const versions = versionsOf(tls, owner, report);
  return {
    ...versions,
    ciphers: ciphersOf(tls, versions, report),
    ecdhCurve: curvesOf(tls, report),
    caFiles: itemsAt(tls, "ca_certs").flatMap(
      (item) => late.at(item, "file") ?? (item.kind === "string" ? item.value : []),
    ),
    systemCas: !booleanAt(tls, "disable_system_ca_pool"),
  };
}

/** Oldest first. Go never speaks SSL 3.0, so as the least version it is the same as TLS 1.0. */
const VERSIONS: readonly (readonly [name: string, version: TlsVersion | undefined])[] = [
  ["SSL3.0", undefined],
  ["TLS10", "TLSv1"],
  ["TLS11", "TLSv1.1"],
  ["TLS12", "TLSv1.2"],
  ["TLS13", "TLSv1.3"],
];
const NEWEST = VERSIONS.length - 1;
const OLDEST_SOUND = 3;

type Versions = Pick<TlsSettings, "minVersion" | "maxVersion">;

function versionsOf(tls: Located, owner: Owner, report: Report): Versions {
  const min = Math.max(1, versionAt(tls, "min_version", report));
  const max = versionAt(tls, "max_version", report);
  const name = (index: number): string => VERSIONS[index]?.[0] ?? "";
  if (min > max) {
    const key = textAt(tls, "max_version") === undefined ? "min_version" : "max_version";
    report(messages.say("tls/no-version", spanAt(tls, key), { owner, min: name(min), max: name(max) }));
    return { minVersion: "TLSv1.3", maxVersion: "TLSv1.2" };
  }
  if (min < OLDEST_SOUND) report(messages.say("tls/old-version", spanAt(tls, "min_version"), { owner }));
  return { minVersion: VERSIONS[min]![1]!, maxVersion: VERSIONS[max]![1]! };
}

/** Quirk: a name that is not known is TLS13, as an absent one is. */
function versionAt(tls: Located, key: string, report: Report): number {
  const value = textAt(tls, key) ?? "";
  const index = VERSIONS.findIndex(([name]) => name === value);
  if (index < 0 && value !== "") report(messages.say("tls/version", spanAt(tls, key), { value }));
  return index < 0 ? NEWEST : index;
}

/** In the order of Go's preference, which the order of the list does not change [Go crypto/tls]. */
const CIPHERS: ReadonlyMap<number, string> = new Map([
  [0xc02b, "ECDHE-ECDSA-AES128-GCM-SHA256"],
  [0xc02f, "ECDHE-RSA-AES128-GCM-SHA256"],
  [0xc02c, "ECDHE-ECDSA-AES256-GCM-SHA384"],
  [0xc030, "ECDHE-RSA-AES256-GCM-SHA384"],
  [0xcca9, "ECDHE-ECDSA-CHACHA20-POLY1305"],
  [0xcca8, "ECDHE-RSA-CHACHA20-POLY1305"],
  [0xc009, "ECDHE-ECDSA-AES128-SHA"],
  [0xc013, "ECDHE-RSA-AES128-SHA"],
  [0xc00a, "ECDHE-ECDSA-AES256-SHA"],
  [0xc014, "ECDHE-RSA-AES256-SHA"],
  [0x009c, "AES128-GCM-SHA256"],
  [0x009d, "AES256-GCM-SHA384"],
  [0x002f, "AES128-SHA"],
  [0x0035, "AES256-SHA"],
  [0xc023, "ECDHE-ECDSA-AES128-SHA256"],
  [0xc027, "ECDHE-RSA-AES128-SHA256"],
  [0x003c, "AES128-SHA256"],
]);
const DEFAULT_CIPHERS = new Set([0xc02f, 0xc02b, 0xc030, 0xc02c, 0xcca8, 0xcca9]);
/** Always there in TLS 1.3, whether listed or not. */
const UNCHOSEN = new Set([0x1301, 0x1302, 0x1303]);

function ciphersOf(tls: Located, versions: Versions, report: Report): string {
  const items = itemsAt(tls, "cipher_suites");
  const listed = items.map((item) => (item.kind === "number" ? item.value : -1));
  listed.forEach((id, index) => {
    if (CIPHERS.has(id) || UNCHOSEN.has(id)) return;
    report(messages.say("tls/cipher-suite", items[index]!.span, { id }));
  });
  const chosen = items.length === 0 ? DEFAULT_CIPHERS : new Set(listed);
  const names = [...CIPHERS].filter(([id]) => chosen.has(id)).map(([, name]) => name);
  const old = versions.minVersion !== "TLSv1.3" && versions.minVersion !== "TLSv1.2";
  if (names.length === 0 && versions.minVersion !== "TLSv1.3")
    report(messages.say("tls/no-cipher-suite", spanAt(tls, "cipher_suites")));
  // OpenSSL speaks the old versions at its lowest level only.
  return [...names, ...(old && names.length > 0 ? ["@SECLEVEL=0"] : [])].join(":");
}

/** In Go's order; the order of the list does not matter [Go crypto/tls Config.CurvePreferences]. */
const CURVES: ReadonlyMap<number, string> = new Map([
  [29, "X25519"],
  [23, "P-256"],
  [24, "P-384"],
  [25, "P-521"],
]);
const DEFAULT_CURVES = new Set([23, 24, 25]);

function curvesOf(tls: Located, report: Report): string {
  const items = itemsAt(tls, "curve_preferences");
  const listed = items.map((item) => (item.kind === "number" ? item.value : -1));
  listed.forEach((id, index) => {
    if (!CURVES.has(id)) report(messages.say("tls/curve", items[index]!.span, { id }));
  });
  const chosen = items.length === 0 ? DEFAULT_CURVES : new Set(listed);
  const names = [...CURVES].filter(([id]) => chosen.has(id)).map(([, name]) => name);
  if (names.length === 0) report(messages.say("tls/no-curve", spanAt(tls, "curve_preferences")));
  return names.join(":");
}
