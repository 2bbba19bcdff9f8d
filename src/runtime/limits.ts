// How much is held of what others send and open. `gwc/limits` sets these before the server starts.

export const limits = {
  /** An answer that is held whole, in bytes, before and after gzip. */
  answerBytes: 64 * 1024 * 1024,
  /** The head of an answer, in bytes. */
  answerHeadBytes: 1024 * 1024,
  /** A request body that is held whole, in bytes. */
  bodyBytes: 64 * 1024 * 1024,
  /** Connections of clients at a time; one more is closed at once. 0: as many as the system allows. */
  connections: 0,
};
