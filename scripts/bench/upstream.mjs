// The backend of the bench: fixed documents over keep-alive connections, as light as node:net allows.
// Prints its port; ends when its standard input does, so that it cannot outlive the bench.
import net from "node:net";
import { DOCUMENTS } from "./configs.mjs";

const head = (body) =>
  `HTTP/1.1 200 OK\r\nServer: bench\r\nDate: Mon, 02 Jan 2006 15:04:05 GMT\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: keep-alive\r\n\r\n`;
const answers = new Map(
  Object.entries(DOCUMENTS).map(([path, body]) => [path, Buffer.from(head(body) + body, "latin1")]),
);
const missing = Buffer.from("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");

const server = net.createServer((socket) => {
  let rest = "";
  socket.setNoDelay(true);
  socket.on("error", () => socket.destroy());
  socket.on("data", (chunk) => {
    rest += chunk.latin1Slice();
    for (let end = rest.indexOf("\r\n\r\n"); end >= 0; end = rest.indexOf("\r\n\r\n")) {
      const path = rest.slice(4, rest.indexOf(" ", 4));
      rest = rest.slice(end + 4);
      socket.write(answers.get(path) ?? missing);
    }
  });
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
process.stdin.resume().on("end", () => process.exit(0));
