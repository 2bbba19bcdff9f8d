// @fastify/http-proxy with the routes of the bench. Arguments: own port, port of the documents, port of the
// slow and failing backend. Ends when its standard input does.
import proxy from "@fastify/http-proxy";
import fastify from "fastify";
import { PROXIED } from "../configs.mjs";

const [port, documents, special] = process.argv.slice(2).map(Number);
const server = fastify({ keepAliveTimeout: 600_000 });
for (const { path, target, special: isSpecial } of PROXIED)
  await server.register(proxy, {
    upstream: `http://127.0.0.1:${isSpecial ? special : documents}`,
    prefix: path,
    rewritePrefix: target,
    // Nobody else asks a failing backend again.
    retryMethods: [],
  });
await server.listen({ port, host: "127.0.0.1", backlog: 4096 });
process.stdin.resume().on("end", () => process.exit(0));
