// The names of source files in a bundle, so that they do not tell where gwc and its packages are installed.

/** From its place on this machine: a package by its name, whatever folder holds it. */
export function portablePath(path: string): string {
  const last = path.lastIndexOf("node_modules/");
  return last < 0 ? path : path.slice(last);
}

/** How the key of a CommonJS module begins. */
export function keyOf(path: string): string {
  return `${JSON.stringify(path)}(`;
}

/**
 * The bundle with portable names: esbuild writes those of its inputs, seen from its working directory,
 * into comments on lines of their own and as keys of CommonJS modules. Lines keep their numbers.
 */
export function portableCode(code: string, paths: readonly string[]): string {
  const moved = paths.filter((path) => portablePath(path) !== path);
  if (moved.length === 0) return code;
  const lines = new Map(
    moved.flatMap((path) => [
      [`// ${path}`, `// ${portablePath(path)}`],
      [keyOf(path), keyOf(portablePath(path))],
    ]),
  );
  return code
    .split("\n")
    .map((line) => {
      const start = line.length - line.trimStart().length;
      const text = line.slice(start);
      const key = text.startsWith('"') ? text.slice(0, text.indexOf("(") + 1) : text;
      const other = lines.get(key);
      return other === undefined ? line : line.slice(0, start) + other + text.slice(key.length);
    })
    .join("\n");
}

/**
 * A source map with portable names. Packages with source maps of their own name files that were never
 * installed, which esbuild takes to lie somewhere beside them: what is left is the end of their names.
 */
export function portableMap(map: string, paths: readonly string[]): string {
  const known = new Set(paths);
  const parsed = JSON.parse(map) as { sources: readonly string[] };
  const sources = parsed.sources.map((source) =>
    known.has(source) ? portablePath(source) : source.replace(/^.*(?=src\/)|^(?:\.\.\/)+/, "package/"),
  );
  return `${JSON.stringify({ ...parsed, sources }, undefined, 2)}\n`;
}
