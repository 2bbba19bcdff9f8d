// Identifiers of the generated program: readable, unique in their module, never a reserved word.

const RESERVED = new Set(
  `abstract any arguments as async await boolean break case catch class const constructor continue
  debugger declare default delete do else enum eval export extends false finally for from function get
  if implements import in instanceof interface is let module namespace never new null number object of
  package private protected public readonly require return set static string super switch symbol this
  throw true try type typeof undefined unknown var void while with yield
  Array Buffer Error JSON Map Math Number Object Promise Set String Symbol globalThis process
  hasOwnProperty isPrototypeOf propertyIsEnumerable toLocaleString toString valueOf prototype`.split(/\s+/),
);

/** Locals that every generated function may use; rooms meet on them. */
export const SHARED_LOCALS = [
  "x",
  "headers",
  "deadline",
  "target",
  "answer",
  "outcome",
  "json",
  "key",
  "copy",
  "attempt",
] as const;

/** `user-id` -> `userId`; words of anything that is not a letter or digit; `fallback` if none is left. */
export function camelCase(text: string, fallback: string): string {
  const words = text.match(/[A-Za-z0-9]+/g) ?? [];
  const joined = words.map((word, index) => (index === 0 ? lowerFirst(word) : upperFirst(word))).join("");
  if (joined === "") return fallback;
  return /^\d/.test(joined) ? `${fallback}${upperFirst(joined)}` : joined;
}

export function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

/** `/v1/users/{id}` -> `v1-users-id`; the root is `root`. */
export function slug(path: string): string {
  return (path.match(/[A-Za-z0-9]+/g) ?? []).join("-").toLowerCase() || "root";
}

/** The names taken in one scope; hands out the wished name or the wished name with a number. */
export class Names {
  readonly #taken: Set<string>;

  constructor(taken: Iterable<string> = []) {
    this.#taken = new Set(taken);
  }

  /** Claims a name: `user`, or `user2`, `user3` when taken; reserved words get a `$`. */
  claim(wished: string): string {
    const safe = RESERVED.has(wished) ? `${wished}$` : wished;
    let name = safe;
    for (let number = 2; this.#taken.has(name); number += 1) name = `${safe}${number}`;
    this.#taken.add(name);
    return name;
  }

  /** A scope inside this one. */
  inner(taken: Iterable<string> = []): Names {
    return new Names([...this.#taken, ...taken]);
  }
}
