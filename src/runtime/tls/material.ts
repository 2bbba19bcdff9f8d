// Certificates and keys, read when the gateway starts. What cannot be read is said at once, all of it,
// and nothing is served without it.
import type { KeyObject, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { logWarning } from "../log.js";
import { crypto, tls } from "../node-parts.js";
import type { KeyPairFiles, TlsSettings } from "../transport.js";
import { certificatesOf, systemAuthorities } from "./authorities.js";

/** A certificate with those that vouch for it, and its key. */
export interface Identity {
  /** PEM. */
  readonly chain: string;
  readonly key: string;
  readonly certificate: X509Certificate;
  /** `rsa`, `ec`, `ed25519`. */
  readonly kind: string;
}

export class Material {
  readonly #faults: string[] = [];

  identity(files: KeyPairFiles): Identity | undefined {
    const chain = this.#read(files.certificateFile);
    const key = this.#read(files.privateKeyFile);
    if (chain === undefined || key === undefined) return undefined;
    try {
      return identityOf(chain, key);
    } catch (fault) {
      const { certificateFile, privateKeyFile } = files;
      this.#faults.push(`${certificateFile} with ${privateKeyFile}: ${(fault as Error).message}`);
      return undefined;
    }
  }

  /** The certificates of files of authorities. */
  authorities(files: readonly string[]): readonly string[] {
    return files.flatMap((file) => {
      const text = this.#read(file);
      if (text === undefined) return [];
      const found = certificatesOf(text);
      if (found.length === 0) this.#faults.push(`${file}: no certificate in it`);
      return found;
    });
  }

  #read(file: string): string | undefined {
    try {
      return readFileSync(file, "latin1");
    } catch (fault) {
      this.#faults.push(`${file}: ${(fault as Error).message.replace(/, \w+( '.*)?$/, "")}`);
      return undefined;
    }
  }

  /** Ends the process where anything could not be read. */
  refuseFaults(): void {
    if (this.#faults.length === 0) return;
    process.stderr.write(`cannot start:\n${this.#faults.map((fault) => `  ${fault}\n`).join("")}`);
    process.exit(1);
  }

  /** Goes on without what could not be read, as KrakenD does. */
  warnOfFaults(): void {
    for (const fault of this.#faults) logWarning(`[SERVICE: gwc] left out: ${fault}`);
  }
}

function identityOf(chain: string, key: string): Identity {
  const certificate = new (crypto().X509Certificate)(chain);
  const secret: KeyObject = crypto().createPrivateKey(key);
  if (!certificate.checkPrivateKey(secret)) throw new Error("the key does not belong to the certificate");
  // What OpenSSL does not take fails now, not in the first handshake.
  tls().createSecureContext({ cert: chain, key });
  return { chain, key, certificate, kind: secret.asymmetricKeyType ?? "" };
}

/** The suites of TLS 1.3, which cannot be chosen, in Go's order [Go crypto/tls defaults.go]. */
const SUITES_13 = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";

/** What both sides of TLS decide, as node:tls takes it. */
export function contextOptions(settings: TlsSettings): {
  readonly minVersion: TlsSettings["minVersion"];
  readonly maxVersion: TlsSettings["maxVersion"];
  readonly ciphers: string;
  readonly ecdhCurve: string;
} {
  const { minVersion, maxVersion, ciphers, ecdhCurve } = settings;
  const listed = maxVersion === "TLSv1.3" ? [SUITES_13] : [];
  if (ciphers !== "") listed.push(ciphers);
  return { minVersion, maxVersion, ciphers: listed.join(":"), ecdhCurve };
}

/** Of several with keys of one kind the first. OpenSSL holds one of each, and shows what the other side takes. */
export function firstOfEachKind(identities: readonly Identity[]): readonly Identity[] {
  return identities.filter((each, index) => identities.findIndex(({ kind }) => kind === each.kind) === index);
}

/** The authorities of the settings. */
export function trusted(settings: TlsSettings, material: Material): string[] {
  return [...(settings.systemCas ? systemAuthorities() : []), ...material.authorities(settings.caFiles)];
}
