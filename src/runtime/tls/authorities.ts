// The authorities that the system trusts, as Go finds them. [Go crypto/x509 root_linux.go]
import { existsSync, readFileSync } from "node:fs";
import { tls } from "../node-parts.js";

/** Where systems keep them in one file; the first that is there counts. */
const FILES = [
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/tls/certs/ca-bundle.crt",
  "/etc/ssl/ca-bundle.pem",
  "/etc/pki/tls/cacert.pem",
  "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
  "/etc/ssl/cert.pem",
];

/**
 * Those of the file that SSL_CERT_FILE names, else of the system; where it has none, those that Node
 * brings along. NODE_EXTRA_CA_CERTS adds to them.
 */
export function systemAuthorities(environment: NodeJS.ProcessEnv = process.env): readonly string[] {
  const { SSL_CERT_FILE: named, NODE_EXTRA_CA_CERTS: extra } = environment;
  const file = named || FILES.find((each) => existsSync(each));
  const own = file === undefined ? tls().rootCertificates : certificatesIn(file);
  return extra ? [...own, ...certificatesIn(extra)] : own;
}

const CERTIFICATE =
  /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[^-]+-----END (?:TRUSTED |X509 )?CERTIFICATE-----/g;

/** The certificates of a PEM text, each for itself: OpenSSL stops at what it cannot read. */
export function certificatesOf(text: string): readonly string[] {
  return text.match(CERTIFICATE) ?? [];
}

function certificatesIn(file: string): readonly string[] {
  try {
    return certificatesOf(readFileSync(file, "latin1"));
  } catch {
    return [];
  }
}
