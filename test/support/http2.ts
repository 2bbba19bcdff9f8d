// A client of HTTP/2 that shows all that came back.
import http2 from "node:http2";

export interface Http2Response {
  readonly status: number;
  readonly headers: http2.IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Sends one request over a session; rejects when its stream is reset. */
export function ask(
  session: http2.ClientHttp2Session,
  headers: http2.OutgoingHttpHeaders,
  body?: string | Buffer,
): Promise<Http2Response> {
  return new Promise((resolve, reject) => {
    const stream = session.request(headers, { endStream: body === undefined });
    const chunks: Buffer[] = [];
    let head: http2.IncomingHttpHeaders | undefined;
    stream.on("response", (fields) => {
      head = fields;
    });
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    stream.on("error", reject);
    stream.on("close", () => {
      const complete = stream.rstCode === http2.constants.NGHTTP2_NO_ERROR && head !== undefined;
      if (complete)
        resolve({ status: Number(head?.[":status"]), headers: head!, body: Buffer.concat(chunks) });
      else reject(new Error(`reset with ${stream.rstCode}`));
    });
    if (body !== undefined) stream.end(body);
  });
}
