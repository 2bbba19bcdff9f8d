// nginx with a configuration, a prefix and a process of its own: never the one of the system. It serves the
// documents of the bench, and as `proxy_pass` it is the contender that knows nothing of JSON.
import fs from "node:fs";
import path from "node:path";
import { PROXIED } from "./configs.mjs";
import { DOCUMENTS } from "./documents.mjs";
import { has, mostOpenFiles } from "./machine.mjs";

export const hasNginx = has("nginx");

const MOST_CONNECTIONS = Math.min(24_000, mostOpenFiles());

/** The command that serves the documents on a port. */
export function documentServer(folder, port) {
  const prefix = prefixIn(folder, "documents");
  for (const [name, body] of Object.entries(DOCUMENTS))
    fs.writeFileSync(path.join(prefix, "html", name), body);
  return command(
    prefix,
    `open_file_cache max=16;
    open_file_cache_valid 1h;
    server {
      listen 127.0.0.1:${port} backlog=4096;
      root html;
      default_type application/json;
    }`,
  );
}

/** The command of a proxy over backends that are kept alive. */
export function proxyServer(folder, port, { documents, special }) {
  const location = ({ path: from, target, special: isSpecial }) =>
    `location = ${from} { proxy_pass http://${isSpecial ? "special" : "documents"}${target}; }`;
  const upstream = (name, at) =>
    `upstream ${name} { server 127.0.0.1:${at}; keepalive 256; keepalive_requests 1000000000; }`;
  return command(
    prefixIn(folder, "proxy"),
    `${upstream("documents", documents)}
    ${upstream("special", special)}
    server {
      listen 127.0.0.1:${port} backlog=4096;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_max_temp_file_size 0;
      ${PROXIED.map(location).join("\n      ")}
    }`,
  );
}

/** A prefix that the worker may read too, which is no longer root where nginx was started by root. */
function prefixIn(folder, name) {
  const prefix = path.join(folder, `nginx-${name}`);
  fs.chmodSync(folder, 0o755);
  for (const each of ["html", "temp"]) fs.mkdirSync(path.join(prefix, each), { recursive: true });
  return prefix;
}

function command(prefix, http) {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  const text = `worker_processes 1;
daemon off;
pid nginx.pid;
error_log stderr error;
events { worker_connections ${MOST_CONNECTIONS}; }
http {
  access_log off;
  sendfile on;
  tcp_nodelay on;
  keepalive_timeout 600s;
  keepalive_requests 1000000000;
  ${temporary.map((each) => `${each}_temp_path temp/${each};`).join(" ")}
  ${http}
}
`;
  fs.writeFileSync(path.join(prefix, "nginx.conf"), text);
  return ["nginx", "-p", `${prefix}/`, "-c", "nginx.conf", "-e", "stderr"];
}
