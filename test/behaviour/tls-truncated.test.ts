// Answers over TLS that end with their connection. Node does not tell whether TLS announced the end, so anybody on the
// way can set one: what is left then is that JSON tells by itself whether it is whole.
import net from "node:net";
import tls from "node:tls";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createAuthority } from "../support/certificates.js";
import { startGateway, type TestGateway } from "../support/gateway.js";
import { send } from "../support/http.js";

let server: net.Server;
let gateway: TestGateway;

/** How the connection below TLS ends when the answer, or half of it, has been sent. */
type Ending = "announced" | "cut" | "reset";

beforeAll(async () => {
  const authority = await createAuthority("Test Authority");
  const identity = await authority.issue("backend", {});
  const context = tls.createSecureContext({ cert: identity.certificate, key: identity.key });
  server = net.createServer((below) => {
    below.on("error", () => {});
    const socket = new tls.TLSSocket(below, { isServer: true, secureContext: context });
    socket.on("error", () => {});
    socket.once("data", (head: Buffer) => {
      const ending = /GET \/(\w+)/.exec(head.toString())?.[1] as Ending;
      const body = ending === "cut" ? '{"a":' : '{"a":1}';
      socket.write(`HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n${body}`, () => {
        // The bytes are on their way before the end is.
        setTimeout(() => end(socket, below, ending), 50);
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as net.AddressInfo;
  const endings: readonly Ending[] = ["announced", "cut", "reset"];
  gateway = await startGateway({
    host: [`https://127.0.0.1:${port}`],
    client_tls: { allow_insecure_connections: true },
    endpoints: endings.map((ending) => ({
      endpoint: `/${ending}`,
      backend: [{ url_pattern: `/${ending}` }],
    })),
  });
});

function end(socket: tls.TLSSocket, below: net.Socket, ending: Ending): void {
  if (ending === "announced") socket.end();
  else if (ending === "cut") below.end();
  else below.resetAndDestroy();
}

afterAll(async () => {
  await gateway.stop();
  server.close();
});

it("are whole where TLS says that they end", async () => {
  expect((await send(gateway.port, { path: "/announced" })).status).toBe(200);
});

it.each(["/cut", "/reset"])("are broken where the connection ends without a word: %s", async (path) => {
  expect((await send(gateway.port, { path })).status).toBe(500);
});
