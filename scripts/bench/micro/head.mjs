// Reading the heads of requests and answers: one strict pass over the bytes. The slow twin is the plain way, which is
// not strict at all: a text cut into lines, and a map of fields.
import fs from "node:fs";
import { load } from "../emitted.mjs";

const FOLDER = new URL("../../../src/runtime/http1/", import.meta.url);

const BROWSER = [
  "Host: api.example.com",
  "Connection: keep-alive",
  'sec-ch-ua: "Chromium";v="124", "Not-A.Brand";v="99"',
  "sec-ch-ua-mobile: ?0",
  "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36",
  "Accept: application/json, text/plain, */*",
  "Sec-Fetch-Site: same-site",
  "Sec-Fetch-Mode: cors",
  "Referer: https://shop.example.com/catalogue/shoes?page=2",
  "Accept-Encoding: gzip, deflate, br",
  "Accept-Language: en-GB,en;q=0.9,de;q=0.8",
  "Cookie: session=6f1c0b8e5a5d4b6c9e0a; theme=dark",
];

const ANSWER = [
  "Server: nginx/1.22.1",
  "Date: Mon, 02 Jan 2006 15:04:05 GMT",
  "Content-Type: application/json",
  "Content-Length: 697",
  "Last-Modified: Mon, 02 Jan 2006 15:04:05 GMT",
  "Connection: keep-alive",
  'ETag: "43b94a25-2b9"',
  "Accept-Ranges: bytes",
];

const head = (...lines) => Buffer.from(`${lines.join("\r\n")}\r\n\r\n`);

const HEADS = [
  {
    title: "request of 60 bytes",
    kind: "RequestHead",
    bytes: head("GET /v1/users/4711 HTTP/1.1", "Host: api.example.com"),
  },
  {
    title: "request of a browser",
    kind: "RequestHead",
    bytes: head("GET /v1/users/4711?fields=all HTTP/1.1", ...BROWSER),
  },
  { title: "answer of a backend", kind: "ResponseHead", bytes: head("HTTP/1.1 200 OK", ...ANSWER) },
];

/** What both ways must agree on: the place behind the head, and what the body's length is said to be. */
function byLines(bytes) {
  const text = bytes.latin1Slice();
  const end = text.indexOf("\r\n\r\n") + 4;
  const [, ...lines] = text.slice(0, end - 4).split("\r\n");
  const fields = new Map();
  for (const line of lines) {
    const colon = line.indexOf(":");
    fields.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
  }
  return end * 1e6 + Number(fields.get("content-length") ?? -1);
}

function byPass(reader, bytes) {
  const end = reader.parse(bytes, 0, bytes.length);
  return end * 1e6 + reader.contentLength;
}

export default {
  about: "reading the head of a request or an answer",
  absent: () =>
    !fs.existsSync(new URL("request-head.ts", FOLDER)) && "this gwc has no reader of heads of its own",
  async prepare() {
    const source = `export * from "./request-head.js"; export * from "./response-head.js";`;
    const readers = await load(FOLDER.pathname, source);
    return HEADS.flatMap(({ title, kind, bytes }) => {
      const reader = new readers[kind]();
      const slow = `${title}: lines and a map`;
      return [
        { name: `${title}: one pass`, twin: slow, bytes: bytes.length, work: () => byPass(reader, bytes) },
        { name: slow, bytes: bytes.length, work: () => byLines(bytes) },
      ];
    });
  },
};
