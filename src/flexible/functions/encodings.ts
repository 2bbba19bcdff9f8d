// Encodings, paths, URLs and the environment [sprig functions.go, url.go].
import { posix } from "node:path";
import { GoError, Unsupported } from "../values.js";
import { type FunctionTable, go, named } from "./kit.js";
import { joinUrl, parseUrl } from "./url.js";

type Environment = Readonly<Record<string, string | undefined>>;

export const encodings: FunctionTable = {
  b64enc: go(["string"], (text) => Buffer.from(text).toString("base64")),
  b64dec: go(["string"], (text) => decoded(text, fromBase64)),
  b32enc: go(["string"], (text) => toBase32(Buffer.from(text))),
  b32dec: go(["string"], (text) => decoded(text, fromBase32)),
  ...named("base osBase", go(["string"], base)),
  ...named(
    "dir osDir",
    go(["string"], (path) => clean(path.slice(0, path.lastIndexOf("/") + 1))),
  ),
  ...named("clean osClean", go(["string"], clean)),
  ...named("ext osExt", go(["string"], extension)),
  ...named(
    "isAbs osIsAbs",
    go(["string"], (path) => path.startsWith("/")),
  ),
  urlParse: go(["string"], parseUrl),
  urlJoin: go(["map"], joinUrl),
  getHostByName: go(["string"], () => {
    throw new Unsupported("what the network says at build may be wrong when the gateway runs");
  }),
};

/** `env` and `expandenv` read the variables that gwc was started with. */
export function environmentFunctions(environment: Environment): FunctionTable {
  const get = (name: string): string => environment[name] ?? "";
  return {
    env: go(["string"], get),
    expandenv: go(["string"], (text) => expand(text, get)),
  };
}

/** `$name` and `${name}` [Go os.Expand]. */
function expand(text: string, get: (name: string) => string): string {
  return text.replace(
    /\$(?:\{([^}]*)\}|([*#$@!?\-0-9])|(\w+))/g,
    (_, braced?: string, special?: string, plain?: string) => get(braced ?? special ?? plain ?? ""),
  );
}

function decoded(text: string, decode: (text: string) => Buffer | string): string {
  const bytes = decode(text);
  // Quirk: what cannot be decoded gives the fault's text [sprig strings.go base64decode].
  if (typeof bytes === "string") return bytes;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new GoError("the result is not text in UTF-8, which a configuration cannot hold");
  }
}

function fromBase64(text: string): Buffer | string {
  const plain = text.replace(/[\r\n]/g, "");
  const wrong = /[^A-Za-z0-9+/]/.exec(plain.replace(/={0,2}$/, ""));
  if (wrong !== null) return `illegal base64 data at input byte ${wrong.index}`;
  if (plain.length % 4 !== 0 || /^=|=[^=]/.test(plain))
    return `illegal base64 data at input byte ${plain.length - (plain.length % 4)}`;
  return Buffer.from(plain, "base64");
}

const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

function toBase32(bytes: Buffer): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 5) {
    const group = bytes.subarray(at, at + 5);
    const bits = [...group].map((each) => each.toString(2).padStart(8, "0")).join("");
    const letters = (bits.match(/.{1,5}/g) ?? []).map(
      (each) => BASE32[Number.parseInt(each.padEnd(5, "0"), 2)],
    );
    text += letters.join("").padEnd(8, "=");
  }
  return text;
}

function fromBase32(text: string): Buffer | string {
  const plain = text.replace(/[\r\n]/g, "");
  const letters = plain.replace(/=+$/, "");
  const wrong = [...letters].findIndex((each) => !BASE32.includes(each));
  if (wrong >= 0) return `illegal base32 data at input byte ${wrong}`;
  if (plain.length % 8 !== 0) return `illegal base32 data at input byte ${letters.length}`;
  const bits = [...letters].map((each) => BASE32.indexOf(each).toString(2).padStart(5, "0")).join("");
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((each) => Number.parseInt(each, 2)));
}

/** Go's path.Clean: without `.`, inner `..` and slashes at the end. */
function clean(path: string): string {
  const tidy = posix.normalize(path);
  return tidy.length > 1 ? tidy.replace(/\/$/, "") : tidy;
}

function base(path: string): string {
  if (path === "") return ".";
  const plain = path.replace(/\/+$/, "");
  return plain === "" ? "/" : plain.slice(plain.lastIndexOf("/") + 1);
}

function extension(path: string): string {
  const name = path.slice(path.lastIndexOf("/") + 1);
  return name.includes(".") ? name.slice(name.lastIndexOf(".")) : "";
}
