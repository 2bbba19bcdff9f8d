// Finding the route of a request in the emitted router. The slow twin is the plain way: routes in a list, one
// regular expression for each.
import { manyEndpoints } from "../configs.mjs";
import { emit, load } from "../emitted.mjs";

const EVERY_ROUTE = `import { route } from "./router.js"; export { route };`;

function requestsOf(config) {
  return config.endpoints.map(({ endpoint, method = "GET" }) => ({
    method,
    path: endpoint.replace("{id}", "4711"),
  }));
}

function listOf(config) {
  return config.endpoints.map(({ endpoint, method = "GET" }) => ({
    method,
    pattern: new RegExp(`^${endpoint.replace("{id}", "([^/]+)")}$`),
  }));
}

const inList = (list, request) =>
  list.find(({ method, pattern }) => method === request.method && pattern.test(request.path)) && request;

/** All routes in turn: no branch predictor may learn one of them. */
async function pairOf(count) {
  const config = manyEndpoints(count);
  const { route } = await load(emit(config), EVERY_ROUTE, /\/routes\//);
  const requests = requestsOf(config);
  const list = listOf(config);
  const turns = (find) => {
    let next = 0;
    return () => find(requests[next++ % count]);
  };
  const slow = `${count} routes: list of expressions`;
  return [
    { name: `${count} routes: emitted switch`, twin: slow, work: turns(route) },
    { name: slow, work: turns((request) => inList(list, request)) },
  ];
}

export default {
  about: "finding the route of a request",
  prepare: async ({ smallest }) => (await Promise.all((smallest ? [10] : [10, 200]).map(pairOf))).flat(),
};
