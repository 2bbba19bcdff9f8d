// What a reply over HTTP/2 was given may be used again as soon as it says so, whatever still waits on the socket.
import type { ServerHttp2Stream } from "node:http2";
import { expect, it } from "vitest";
import type { Http2Exchange } from "./exchange.js";
import { Http2ReplyStream } from "./reply-stream.js";

it("keeps nothing of a chunk that it calls written", () => {
  const waiting: Uint8Array[] = [];
  const stream = {
    writable: true,
    closed: false,
    write: (chunk: Uint8Array) => waiting.push(chunk) > 0,
  } as unknown as ServerHttp2Stream;
  const reply = new Http2ReplyStream({} as Http2Exchange, stream, 200, false, undefined);
  const area = Buffer.from("of this client");
  reply.write(area, () => area.fill("#"));
  expect(area.toString()).toBe("##############");
  expect(Buffer.from(waiting[0]!).toString()).toBe("of this client");
});
