// Certificates for tests, made when they are needed and never kept.
import { webcrypto } from "node:crypto";
import { mkdtempSync, writeFileSync } from "node:fs";
import { isIP } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import "reflect-metadata";
import {
  BasicConstraintsExtension,
  cryptoProvider,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from "@peculiar/x509";

cryptoProvider.set(webcrypto as unknown as Parameters<typeof cryptoProvider.set>[0]);

const CURVE = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const RSA = {
  name: "RSASSA-PKCS1-v1_5",
  hash: "SHA-256",
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
};
const DAY_MS = 24 * 3600 * 1000;

/** A certificate and its key, as PEM texts and as files. */
export interface Identity {
  readonly certificate: string;
  readonly key: string;
  readonly certificateFile: string;
  readonly keyFile: string;
}

export interface IdentityOptions {
  /** Names and addresses that it is for. */
  readonly names?: readonly string[];
  /** Days from now until it ends. */
  readonly days?: number;
  readonly rsa?: boolean;
}

/** A certificate authority that lives as long as the test. */
export interface Authority extends Identity {
  issue(subject: string, options?: IdentityOptions): Promise<Identity>;
}

let serial = 0;

async function keysOf(rsa: boolean): Promise<webcrypto.CryptoKeyPair> {
  const made = await webcrypto.subtle.generateKey(rsa ? RSA : CURVE, true, ["sign", "verify"]);
  return made as webcrypto.CryptoKeyPair;
}

async function identityOf(
  folder: string,
  name: string,
  certificate: string,
  keys: webcrypto.CryptoKeyPair,
): Promise<Identity> {
  const pkcs8 = await webcrypto.subtle.exportKey("pkcs8", keys.privateKey);
  const key = PemConverter.encode(pkcs8, "PRIVATE KEY");
  const certificateFile = join(folder, `${name}.crt`);
  const keyFile = join(folder, `${name}.key`);
  writeFileSync(certificateFile, certificate);
  writeFileSync(keyFile, key);
  return { certificate, key, certificateFile, keyFile };
}

function period(days: number): { notBefore: Date; notAfter: Date } {
  const end = Date.now() + days * DAY_MS;
  return { notBefore: new Date(Math.min(Date.now(), end) - DAY_MS), notAfter: new Date(end) };
}

function alternatives(names: readonly string[]): readonly Extension[] {
  if (names.length === 0) return [];
  const entries = names.map((value) => ({
    type: isIP(value) === 0 ? ("dns" as const) : ("ip" as const),
    value,
  }));
  return [new SubjectAlternativeNameExtension(entries)];
}

/** Makes an authority; its files and those of whom it vouches for stand in one folder of their own. */
export async function createAuthority(subject: string): Promise<Authority> {
  const folder = mkdtempSync(join(tmpdir(), "gwc-certificates-"));
  const keys = await keysOf(false);
  const root = await X509CertificateGenerator.createSelfSigned({
    serialNumber: String(++serial).padStart(2, "0"),
    name: `CN=${subject}`,
    ...period(10),
    signingAlgorithm: CURVE,
    keys,
    extensions: [
      new BasicConstraintsExtension(true, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    ],
  });
  const issue = async (name: string, options: IdentityOptions = {}): Promise<Identity> => {
    const own = await keysOf(options.rsa === true);
    const leaf = await X509CertificateGenerator.create({
      serialNumber: String(++serial).padStart(2, "0"),
      subject: `CN=${name}`,
      issuer: root.subject,
      ...period(options.days ?? 5),
      signingAlgorithm: CURVE,
      publicKey: own.publicKey,
      signingKey: keys.privateKey,
      extensions: [...alternatives(options.names ?? [])],
    });
    return identityOf(folder, name, leaf.toString("pem"), own);
  };
  return { ...(await identityOf(folder, "authority", root.toString("pem"), keys)), issue };
}
