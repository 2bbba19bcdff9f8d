// What can go wrong with TLS towards a backend, in Go's words. [Go crypto/tls, crypto/x509]
import { isIP } from "node:net";
import type { PeerCertificate } from "node:tls";
import { tls } from "../node-parts.js";
import { BrokenAnswer } from "../upstream-fault.js";

interface TlsFault extends Error {
  code?: string | undefined;
  /** OpenSSL's own words, without where it was. */
  readonly reason?: string;
}

const UNVERIFIED = "tls: failed to verify certificate: x509:";
const UNKNOWN_AUTHORITY = `${UNVERIFIED} certificate signed by unknown authority`;
const EXPIRED = `${UNVERIFIED} certificate has expired or is not yet valid`;
// OpenSSL does not tell other bytes from those of HTTP, which are by far the most likely.
const NOT_TLS = "http: server gave HTTP response to HTTPS client";

/** By the code of Node, or by OpenSSL's own words. */
const TEXTS: ReadonlyMap<string, string> = new Map([
  ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", UNKNOWN_AUTHORITY],
  ["UNABLE_TO_GET_ISSUER_CERT", UNKNOWN_AUTHORITY],
  ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY", UNKNOWN_AUTHORITY],
  ["SELF_SIGNED_CERT_IN_CHAIN", UNKNOWN_AUTHORITY],
  ["DEPTH_ZERO_SELF_SIGNED_CERT", UNKNOWN_AUTHORITY],
  ["CERT_HAS_EXPIRED", EXPIRED],
  ["CERT_NOT_YET_VALID", EXPIRED],
  ["INVALID_PURPOSE", `${UNVERIFIED} certificate specifies an incompatible key usage`],
  ["wrong version number", NOT_TLS],
  ["packet length too long", NOT_TLS],
  ["unsupported protocol", "tls: server selected unsupported protocol version"],
  ["no protocols available", "tls: no supported versions satisfy MinVersion and MaxVersion"],
]);

/** Go's names of alerts where they differ from OpenSSL's [Go crypto/tls alert.go]. */
const ALERTS: ReadonlyMap<string, string> = new Map([
  ["protocol version", "protocol version not supported"],
  ["certificate unknown", "unknown certificate"],
  ["certificate expired", "expired certificate"],
  ["certificate revoked", "revoked certificate"],
  ["unknown ca", "unknown certificate authority"],
  ["decode error", "error decoding message"],
]);

/** Gives a fault of a TLS connection the text that KrakenD has for it. */
export function inGoWords(fault: TlsFault): void {
  const text = textOf(fault);
  if (text === undefined) return;
  fault.message = text;
  // What is a fault of the network by its number keeps the text given here.
  fault.code = undefined;
}

/** OpenSSL's own words, where they stand in a fault of writing: `write EPROTO 80..:error:0A..:SSL routines:f:words:file`. */
const WORDS = /:SSL routines:[^:]*:([^:]+):/;

function textOf({ code = "", message, reason }: TlsFault): string | undefined {
  if (code === "ECONNRESET" && message.startsWith("Client network socket")) return "EOF";
  const words = reason ?? WORDS.exec(message)?.[1];
  const known = TEXTS.get(code) ?? TEXTS.get(words ?? "");
  if (known !== undefined) return known;
  if (words === undefined) return undefined;
  const alert = /^(?:sslv3|tlsv1|tlsv13) alert (.*)$/.exec(words)?.[1];
  return alert === undefined ? `tls: ${words}` : `remote error: tls: ${ALERTS.get(alert) ?? alert}`;
}

/**
 * Whether a certificate is for the host that was meant, with Go's words where it is not. Its common
 * name does not count.
 */
export function checkIdentity(host: string, certificate: PeerCertificate): Error | undefined {
  const kind = isIP(host) === 0 ? "DNS:" : "IP Address:";
  const names = (certificate.subjectaltname ?? "")
    .split(", ")
    .filter((each) => each.startsWith(kind))
    .map((each) => each.slice(kind.length));
  if (names.length > 0 && tls().checkServerIdentity(host, certificate) === undefined) return undefined;
  return new BrokenAnswer(`${UNVERIFIED} ${mismatch(host, certificate, names)}`, false);
}

/** [Go crypto/x509 verify.go HostnameError] */
function mismatch(host: string, certificate: PeerCertificate, names: readonly string[]): string {
  const { subject, subjectaltname } = certificate;
  if (names.length > 0) return `certificate is valid for ${names.join(", ")}, not ${host}`;
  if (isIP(host) !== 0)
    return `cannot validate certificate for ${host} because it doesn't contain any IP SANs`;
  return subjectaltname === undefined && subject?.CN === host
    ? "certificate relies on legacy Common Name field, use SANs instead"
    : `certificate is not valid for any names, but wanted to match ${host}`;
}
