// Addresses and queries by Go's rules, the slow way. Texts are bytes, one to a unit. [Go net/url]

/** Percent-decoded; undefined where an escape is none. */
export function percentDecoded(text: string): string | undefined {
  if (/%(?![0-9A-Fa-f]{2})/.test(text)) return undefined;
  return text.replace(/%([0-9A-Fa-f]{2})/g, (_whole, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
}

/** The first escape that is none, as Go quotes it. */
function badEscape(text: string): string {
  return JSON.stringify(/%(?![0-9A-Fa-f]{2}).{0,2}/s.exec(text)?.[0] ?? "");
}

/** Why text is no escaped value; undefined if it is one [Go url.QueryUnescape]. */
export function escapeFault(text: string): string | undefined {
  return percentDecoded(text) === undefined ? `invalid URL escape ${badEscape(text)}` : undefined;
}

const percent = (char: string): string =>
  `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;

/** Names and values of a query, decoded; pairs with `;` or a bad escape are left out. */
export function parseQuery(query: string): readonly (readonly [string, string])[] {
  return query.split("&").flatMap((pair): [string, string][] => {
    if (pair === "" || pair.includes(";")) return [];
    const [name = "", ...rest] = pair.split("=");
    const decoded = [name, rest.join("=")].map((part) => percentDecoded(part.replaceAll("+", " ")));
    return decoded[0] === undefined || decoded[1] === undefined ? [] : [[decoded[0], decoded[1]]];
  });
}

/** Pairs as a query, sorted by name [Go url.Values.Encode]. */
export function encodeQuery(pairs: readonly (readonly [string, string])[]): string {
  const part = (text: string): string =>
    text.replace(/[^A-Za-z0-9_.~-]/g, (char) => (char === " " ? "+" : percent(char)));
  return [...pairs]
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([name, value]) => `${part(name)}=${part(value)}`)
    .join("&");
}

/** A URL that was parsed: how it is sent, and how errors show it. */
export interface ParsedUrl {
  readonly target: string;
  readonly text: string;
}

/** Parses host and path with a query of its own, and adds the client's; a text says what is wrong. */
export function parseUrl(host: string, path: string, query: string): ParsedUrl | string {
  const whole = host + path;
  const shown = JSON.stringify(whole);
  if (/[\x00-\x1f\x7f]/.test(whole)) return `parse ${shown}: net/url: invalid control character in URL`;
  const [beforeHash = ""] = path.split("#", 1);
  const mark = beforeHash.indexOf("?");
  const rawPath = mark < 0 ? beforeHash : beforeHash.slice(0, mark);
  const rawQuery = mark < 0 ? "" : beforeHash.slice(mark + 1);
  const decoded = percentDecoded(rawPath);
  if (decoded === undefined) return `parse ${shown}: invalid URL escape ${badEscape(rawPath)}`;
  const joined = rawQuery !== "" && query !== "" ? `${rawQuery}&${query}` : rawQuery + query;
  const asked = joined !== "" || mark >= 0 ? `?${joined}` : "";
  const target = pathText(rawPath, decoded) + asked;
  return { target, text: host + target };
}

/** A path is sent as written if every character of it may stand in one; else it is encoded anew. */
function pathText(rawPath: string, decoded: string): string {
  if (/^(?:[A-Za-z0-9_.~!$&'()*+,;=:@/[\]-]|%[0-9A-Fa-f]{2})*$/.test(rawPath)) return rawPath;
  return percentEncoded(decoded);
}

/** A path with everything escaped that need not stand in one [Go url.URL EscapedPath]. */
export function percentEncoded(path: string): string {
  return path.replace(/[^A-Za-z0-9_.~$&+,/:;=@-]/g, percent);
}
