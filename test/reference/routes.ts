// Which routes gin refuses to hold beside each other: every pair compared, letter by letter.
// [gin tree.go addRoute, findWildcard]

interface Route {
  readonly method: string;
  readonly path: string;
}

interface Options {
  readonly health: string | undefined;
  readonly autoOptions: boolean;
}

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/** Why the router panics; undefined where it does not. */
export function routesClash(
  endpoints: readonly Route[],
  { health, autoOptions }: Options,
): string | undefined {
  const routes = endpoints
    .filter(({ method }) => METHODS.includes(method))
    .map(({ method, path }) => ({ method, path: clean(path) }));
  if (health !== undefined) routes.unshift({ method: "GET", path: clean(`/${health.replace(/^\//, "")}`) });
  const own = health === undefined ? routes : routes.slice(1);
  const optionPaths = autoOptions ? [...new Set(own.map(({ path }) => path))] : [];
  const all = [...routes, ...optionPaths.map((path) => ({ method: "OPTIONS", path }))];
  const faulty = all.find(({ path }) => wildcardsAreFaulty(path));
  if (faulty !== undefined) return `wildcards in ${faulty.path}`;
  for (const [index, { method, path }] of all.entries()) {
    const rival = all.slice(0, index).find((each) => each.method === method && clash(each.path, path));
    if (rival !== undefined) return `${method} ${path} beside ${rival.path}`;
  }
  return undefined;
}

/** Go's path.Clean, with the slash at the end kept. */
function clean(path: string): string {
  const kept: string[] = [];
  for (const part of path.split("/")) {
    if (part === "..") kept.pop();
    else if (part !== "" && part !== ".") kept.push(part);
  }
  const joined = `/${kept.join("/")}`;
  return path.endsWith("/") && joined !== "/" ? `${joined}/` : joined;
}

/** A wildcard has a name, is the only one of its segment, and `*` stands for the rest. */
function wildcardsAreFaulty(path: string): boolean {
  return path.split("/").some((segment) => {
    const at = segment.search(/[:*]/);
    if (at < 0) return false;
    const name = segment.slice(at + 1);
    return name === "" || /[:*]/.test(name);
  });
}

function clash(first: string, second: string): boolean {
  if (first === second) return true;
  let at = 0;
  while (at < first.length && at < second.length && first[at] === second[at]) at += 1;
  // Where they part inside the name of a wildcard that both have, the names differ.
  const start = first.lastIndexOf("/", at - 1);
  const colon = first.slice(start, at).indexOf(":");
  if (colon < 0) return false;
  const nameOf = (path: string): string => path.slice(start + colon).split("/")[0] ?? "";
  return nameOf(first) !== nameOf(second);
}
