// Hashes, keys, passwords and random texts [sprig crypto.go, strings.go].
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createPrivateKey,
  generateKeyPairSync,
  randomBytes,
  randomInt,
  randomUUID,
  scryptSync,
  X509Certificate,
} from "node:crypto";
import { createRequire } from "node:module";
import { GoError, GoObject, type GoValue, Unsupported } from "../values.js";
import { type FunctionTable, go, goMany, named } from "./kit.js";

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const DIGITS = "0123456789";
const ASCII = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join("");

const noCertificate = goMany([], "any", () => {
  throw new Unsupported(
    "a certificate that every build makes anew is of no use; make it once and keep it in a file",
  );
});

export const secrets: FunctionTable = {
  sha1sum: go(["string"], (text) => createHash("sha1").update(text).digest("hex")),
  sha256sum: go(["string"], (text) => createHash("sha256").update(text).digest("hex")),
  adler32sum: go(["string"], (text) => String(adler32(Buffer.from(text)))),
  uuidv4: go([], () => randomUUID()),
  randAlphaNum: go(["int"], (count) => randomText(count, LETTERS + DIGITS)),
  randAlpha: go(["int"], (count) => randomText(count, LETTERS)),
  randNumeric: go(["int"], (count) => randomText(count, DIGITS)),
  randAscii: go(["int"], (count) => randomText(count, ASCII)),
  randBytes: go(["int"], (count) => randomBytes(Math.max(0, count)).toString("base64")),
  bcrypt: go(["string"], (password) => bcryptHash(password)),
  htpasswd: go(["string", "string"], (name, password) =>
    name.includes(":") ? `invalid username: ${name}` : `${name}:${bcryptHash(password)}`,
  ),
  encryptAES: go(["string", "string"], encrypt),
  decryptAES: go(["string", "string"], decrypt),
  derivePassword: go(["int64", "string", "string", "string", "string"], derivePassword),
  genPrivateKey: go(["string"], privateKey),
  buildCustomCert: go(["string", "string"], customCertificate),
  ...named(
    "genCA genCAWithKey genSelfSignedCert genSelfSignedCertWithKey genSignedCert genSignedCertWithKey",
    noCertificate,
  ),
};

function adler32(bytes: Buffer): number {
  let low = 1;
  let high = 0;
  for (const byte of bytes) {
    low = (low + byte) % 65521;
    high = (high + low) % 65521;
  }
  return high * 65536 + low;
}

function randomText(count: number, letters: string): string {
  return Array.from({ length: Math.max(0, count) }, () => letters[randomInt(letters.length)]).join("");
}

function bcryptHash(password: string): string {
  if (Buffer.byteLength(password) > 72) throw new GoError("bcrypt: password length exceeds 72 bytes");
  const { hashSync }: typeof import("bcryptjs") = createRequire(import.meta.url)("bcryptjs");
  // The letter behind the version differs, the hash does not [golang.org/x/crypto/bcrypt].
  return hashSync(password, 10).replace(/^\$2b\$/, "$2a$");
}

function keyOf(password: string): Buffer {
  const key = Buffer.alloc(32);
  Buffer.from(password).copy(key);
  return key;
}

function encrypt(password: string, text: string): string {
  const start = randomBytes(16);
  const cipher = createCipheriv("aes-256-cbc", keyOf(password), start);
  return Buffer.concat([start, cipher.update(text), cipher.final()]).toString("base64");
}

function decrypt(password: string, text: string): string {
  const bytes = Buffer.from(text, "base64");
  try {
    const decipher = createDecipheriv("aes-256-cbc", keyOf(password), bytes.subarray(0, 16));
    return Buffer.concat([decipher.update(bytes.subarray(16)), decipher.final()]).toString();
  } catch {
    throw new GoError("the text cannot be decrypted with this password");
  }
}

/** Templates and letters of the Master Password algorithm. */
const TEMPLATES: Readonly<Record<string, readonly string[]>> = {
  maximum: ["anoxxxxxxxxxxxxxxxxx", "axxxxxxxxxxxxxxxxxno"],
  long: "CvcvnoCvcvCvcv CvcvCvcvnoCvcv CvcvCvcvCvcvno CvccnoCvcvCvcv CvccCvcvnoCvcv CvccCvcvCvcvno CvcvnoCvccCvcv CvcvCvccnoCvcv CvcvCvccCvcvno CvcvnoCvcvCvcc CvcvCvcvnoCvcc CvcvCvcvCvccno CvccnoCvccCvcv CvccCvccnoCvcv CvccCvccCvcvno CvcvnoCvccCvcc CvcvCvccnoCvcc CvcvCvccCvccno CvccnoCvcvCvcc CvccCvcvnoCvcc CvccCvcvCvccno".split(
    " ",
  ),
  medium: ["CvcnoCvc", "CvcCvcno"],
  short: ["Cvcn"],
  basic: ["aaanaaan", "aannaaan", "aaannaaa"],
  pin: ["nnnn"],
};

const CLASSES: Readonly<Record<string, string>> = {
  V: "AEIOU",
  C: "BCDFGHJKLMNPQRSTVWXYZ",
  v: "aeiou",
  c: "bcdfghjklmnpqrstvwxyz",
  A: "AEIOUBCDFGHJKLMNPQRSTVWXYZ",
  a: "AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz",
  n: "0123456789",
  o: "@&%?,=[]_:-+*$#!'^~;()/.",
  x: "AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz0123456789!@#$%^&*()",
};

const SEED = "com.lyndir.masterpassword";

function derivePassword(counter: bigint, kind: string, password: string, user: string, site: string): string {
  const templates = TEMPLATES[kind];
  if (templates === undefined) return `cannot find password template ${kind}`;
  const sized = (text: string): Buffer => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(Buffer.byteLength(text));
    return Buffer.concat([length, Buffer.from(text)]);
  };
  const salt = Buffer.concat([Buffer.from(SEED), sized(user)]);
  const key = scryptSync(password, salt, 64, { N: 32768, r: 8, p: 2, maxmem: 128 * 2 ** 20 });
  const count = Buffer.alloc(4);
  count.writeUInt32BE(Number(BigInt.asUintN(32, counter)));
  const seed = createHmac("sha256", key).update(SEED).update(sized(site)).update(count).digest();
  const template = templates[seed[0]! % templates.length]!;
  return [...template]
    .map((each, index) => CLASSES[each]![seed[index + 1]! % CLASSES[each]!.length])
    .join("");
}

function privateKey(kind: string): string {
  const pem = (
    type: "pkcs1" | "sec1" | "pkcs8",
    key: ReturnType<typeof generateKeyPairSync>["privateKey"],
  ): string => (key as unknown as { export(options: object): string }).export({ type, format: "pem" });
  if (kind === "" || kind === "rsa")
    return pem("pkcs1", generateKeyPairSync("rsa", { modulusLength: 4096 }).privateKey);
  if (kind === "ecdsa") return pem("sec1", generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey);
  if (kind === "ed25519") return pem("pkcs8", generateKeyPairSync("ed25519").privateKey);
  if (kind === "dsa") throw new Unsupported("DSA keys are not made any more; take rsa, ecdsa or ed25519");
  return `Unknown type ${kind}`;
}

/** A certificate and its key as PEM. */
class Certificate extends GoObject {
  readonly type: string = "sprig.certificate";
  readonly kind = "struct";
  readonly #cert: string;
  readonly #key: string;

  constructor(cert: string, key: string) {
    super();
    this.#cert = cert;
    this.#key = key;
  }

  field(name: string): GoValue | undefined {
    return name === "Cert" ? this.#cert : name === "Key" ? this.#key : undefined;
  }

  method(): undefined {
    return undefined;
  }

  print(): string {
    return `{${this.#cert} ${this.#key}}`;
  }

  json(): string {
    return JSON.stringify({ Cert: this.#cert, Key: this.#key });
  }
}

function customCertificate(certificate: string, key: string): GoObject {
  const cert = Buffer.from(certificate, "base64").toString();
  const pem = Buffer.from(key, "base64").toString();
  try {
    new X509Certificate(cert);
  } catch {
    throw new GoError("unable to decode certificate");
  }
  try {
    createPrivateKey(pem);
  } catch {
    throw new GoError("unable to decode key");
  }
  return new Certificate(cert, pem);
}
