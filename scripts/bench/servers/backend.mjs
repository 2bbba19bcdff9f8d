// The backend of the bench: fixed documents over keep-alive connections, as light as node:net allows; the
// first of them once more after a delay (/slow) and for caches (/cacheable), and a failure (/fail). Takes spans
// too, as a collector. Prints its port; ends when its standard input does, so that it cannot outlive the bench.
import net from "node:net";
import { DELAY_MS, DOCUMENTS } from "../documents.mjs";

const MOST_CONNECTIONS = 4096;

const answer = (status, body, more = "") =>
  Buffer.from(
    `HTTP/1.1 ${status}\r\nServer: bench\r\n${more}Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: keep-alive\r\n\r\n${body}`,
    "latin1",
  );

const OLD = "Date: Mon, 02 Jan 2006 15:04:05 GMT\r\n";
const FRESH = `Date: ${new Date().toUTCString()}\r\nCache-Control: max-age=86400\r\n`;

const answers = new Map(Object.entries(DOCUMENTS).map(([path, body]) => [path, answer("200 OK", body, OLD)]));
answers.set("/cacheable", answer("200 OK", DOCUMENTS["/user"], FRESH));
answers.set("/v1/traces", answer("200 OK", "{}", OLD));
answers.set("/slow", answers.get("/user"));
answers.set("/fail", answer("503 Service Unavailable", '{"message":"closed for today"}', OLD));
const missing = answer("404 Not Found", "{}", OLD);

function serve(socket, path) {
  const bytes = answers.get(path) ?? missing;
  if (path !== "/slow") return socket.write(bytes);
  setTimeout(() => socket.write(bytes), DELAY_MS);
}

const bodyBytes = (head) => Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);

const server = net.createServer({ noDelay: true }, (socket) => {
  let rest = "";
  socket.on("error", () => socket.destroy());
  socket.on("data", (chunk) => {
    rest += chunk.latin1Slice();
    for (let end = rest.indexOf("\r\n\r\n"); end >= 0; end = rest.indexOf("\r\n\r\n")) {
      const isPost = rest.startsWith("POST ");
      const whole = end + 4 + (isPost ? bodyBytes(rest.slice(0, end)) : 0);
      if (rest.length < whole) break;
      const start = isPost ? 5 : 4;
      const path = rest.slice(start, rest.indexOf(" ", start));
      rest = rest.slice(whole);
      serve(socket, path);
    }
  });
});
server.maxConnections = MOST_CONNECTIONS;
server.listen({ port: 0, host: "127.0.0.1", backlog: 1024 }, () => console.log(server.address().port));
process.stdin.resume().on("end", () => process.exit(0));
