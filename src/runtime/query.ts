// Which parts of the client's query reach a backend [lura router/gin/endpoint.go; Go url.Values].
import { type ByteString, percentDecode, percentEncodeByte } from "./bytes.js";

type Pair = readonly [name: ByteString, value: ByteString];

/** The pairs with one of these (decoded) names, encoded with the names sorted. */
export function pickQuery(query: ByteString, ...names: readonly ByteString[]): ByteString {
  return query === "" ? "" : encode(pairs(query).filter(([name]) => names.includes(name)));
}

/** All pairs, encoded with the names sorted. */
export function wholeQuery(query: ByteString): ByteString {
  return query === "" ? "" : encode(pairs(query));
}

/** The values of each decoded name, in the order of the query. */
export function queryValues(query: ByteString): ReadonlyMap<ByteString, readonly ByteString[]> {
  const found = new Map<ByteString, ByteString[]>();
  for (const [name, value] of query === "" ? [] : pairs(query)) {
    const list = found.get(name);
    if (list === undefined) found.set(name, [value]);
    else list.push(value);
  }
  return found;
}

/** Pairs that hold `;` or a bad escape are dropped, empty ones too [Go net/url ParseQuery]. */
function pairs(query: ByteString): Pair[] {
  const found: Pair[] = [];
  for (const piece of query.split("&")) {
    if (piece === "" || piece.includes(";")) continue;
    const equals = piece.indexOf("=");
    const name = decodePart(equals < 0 ? piece : piece.slice(0, equals));
    const value = equals < 0 ? "" : decodePart(piece.slice(equals + 1));
    if (name !== undefined && value !== undefined) found.push([name, value]);
  }
  return found;
}

function decodePart(text: ByteString): ByteString | undefined {
  return percentDecode(text.replaceAll("+", " "));
}

function encode(found: readonly Pair[]): ByteString {
  const sorted = [...found].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return sorted.map(([name, value]) => `${encodePart(name)}=${encodePart(value)}`).join("&");
}

/** Everything but letters, digits and `-_.~` is escaped, space becomes `+` [Go url.QueryEscape]. */
function encodePart(text: ByteString): string {
  return text.replace(/[^\w.~-]/g, (char) => (char === " " ? "+" : percentEncodeByte(char.charCodeAt(0))));
}
