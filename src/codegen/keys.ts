// Keys of JSON objects as the generated readers meet them: Go-escaped, without quotes, as bytes.

/** `a"b` -> `a\"b`, `<` -> `\u003c`, `ü` -> its two bytes [Go encoding/json]. */
export function canonicalKey(key: string): string {
  const inner = JSON.stringify(key)
    .slice(1, -1)
    .replace(/[<>&\u2028\u2029]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .replace(/\\ud[89a-f][0-9a-f]{2}/g, "\\ufffd");
  return Buffer.from(inner, "utf8").toString("latin1");
}

/** The bytes of the key that a text of JSON stands for. */
export function plainKey(canonical: string): string {
  const key = JSON.parse(`"${Buffer.from(canonical, "latin1").toString("utf8")}"`) as string;
  return Buffer.from(key, "utf8").toString("latin1");
}
