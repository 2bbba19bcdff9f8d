// Reads a socket into one array that all sockets of the thread share: what it holds is lent for the
// time of the call. Where Node offers no such reading, its ordinary events do.
import { Socket } from "node:net";
import { countReading, readBytes } from "../lent-memory.js";

/** What a client may send in one reading is what the gateway may have to hold of it. */
const clientBytes: Buffer = readBytes.subarray(0, 64 * 1024);

/** Takes bytes that are only lent: whoever keeps some copies them. */
export type ByteTaker = (bytes: Buffer, end: number) => void;

/** The option of node:net that reads into the shared array. */
export function lentReads(
  take: ByteTaker,
  buffer = readBytes,
): { buffer: Buffer; callback: (end: number) => boolean } {
  return {
    buffer,
    callback: (end) => {
      countReading(end);
      take(buffer, end);
      return true;
    },
  };
}

interface WithHandle {
  _handle: { useUserBuffer?: unknown } | null;
  /** Of TLS: its handle belongs to the socket below. */
  readonly encrypted?: boolean;
}

/**
 * The socket of an accepted connection, reading into the shared array. An accepted socket cannot be
 * told to do so later, so its handle moves to a new one; one of TLS stays as it is.
 */
export function readLent(accepted: Socket, take: ByteTaker): Socket {
  const { _handle: handle, encrypted } = accepted as unknown as WithHandle;
  if (encrypted === true || typeof handle?.useUserBuffer !== "function") {
    accepted.on("data", (chunk: Buffer) => take(chunk, chunk.length));
    return accepted;
  }
  (accepted as unknown as WithHandle)._handle = null;
  accepted.destroy();
  const options = { handle, allowHalfOpen: true, onread: lentReads(take, clientBytes) };
  return new Socket(options as ConstructorParameters<typeof Socket>[0]);
}
