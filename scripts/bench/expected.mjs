// What each path must answer, found from the documents alone, and whether a gateway does. A fast wrong answer
// is no answer: nothing is measured before it is right.
import http from "node:http";
import { isDeepStrictEqual } from "node:util";
import { PROXIED } from "./configs.mjs";
import { DOCUMENTS } from "./documents.mjs";

const document = (path) => JSON.parse(DOCUMENTS[path]);
const pick = (value, ...names) => Object.fromEntries(names.map((name) => [name, value[name]]));
const person = () => pick(document("/user"), "id", "name", "email");

const COMPOSED = {
  "/allow": person,
  "/limited": person,
  "/guarded": person,
  "/cached": person,
  "/slow": person,
  "/merge": () => ({ user: document("/user"), orders: document("/orders"), stats: document("/stats") }),
  "/report": () => pick(document("/report"), "id", "state"),
};

const FAILED_BACKEND = { status: 503, json: true, body: { message: "closed for today" } };

/** Status, whether the answer is JSON, X-Krakend-Completed (undefined: any) and the parsed body. */
export function expected(path, composes) {
  if (path === "/fail") return composes ? { status: 500, completed: "false" } : FAILED_BACKEND;
  if (composes && path in COMPOSED)
    return { status: 200, json: true, completed: "true", body: COMPOSED[path]() };
  const { target } = PROXIED.find((each) => each.path === path);
  return { status: 200, json: true, body: document(target === "/slow" ? "/user" : target) };
}

/** Throws with what is wrong when the gateway's answer is not the expected one. */
export async function checkAnswer({ label, port, composes }, path) {
  const want = expected(path, composes);
  const got = await answerOf(port, path);
  const fault = (what, is) => {
    throw new Error(`${label} answers ${path} with ${what} ${String(is).slice(0, 200)}`);
  };
  if (got.status !== want.status) fault("status", got.status);
  if (want.completed !== undefined && got.headers["x-krakend-completed"] !== want.completed)
    fault("X-Krakend-Completed:", got.headers["x-krakend-completed"]);
  if (!want.json) return;
  if (!/^application\/json(;|$)/.test(got.headers["content-type"] ?? ""))
    fault("Content-Type:", got.headers["content-type"]);
  const body = parsed(got.body);
  if (!isDeepStrictEqual(body, want.body)) fault("another body:", got.body);
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** One answer over a connection of its own. */
export function answerOf(port, path) {
  return new Promise((resolve, reject) => {
    const request = http.get({ host: "127.0.0.1", port, path, agent: false, timeout: 10_000 }, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (chunk) => {
        body += chunk;
      });
      response.once("error", reject);
      response.once("end", () => resolve({ status: response.statusCode, headers: response.headers, body }));
    });
    request.once("timeout", () => request.destroy(new Error("no answer within 10 s")));
    request.once("error", reject);
  });
}
