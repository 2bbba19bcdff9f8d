// Where the twins judge an attack of the corpus otherwise than what ships does, and why.

/** By name: whether the request is refused; `calls` undefined: that depends on what comes first. */
export const SERVER_DIFFERS: Readonly<
  Record<string, { readonly refused: boolean; readonly calls: number | undefined; readonly why: string }>
> = {
  "chunk: a size of seventeen zeros": {
    refused: false,
    calls: 1,
    why: "Node's parser takes any number of zeros; Go's takes sixteen digits",
  },
  "chunk: extensions without end": {
    refused: false,
    calls: 1,
    why: "Node's parser counts the bytes of one extension, what ships those of a whole body",
  },
  "an empty line before the request": {
    refused: false,
    calls: 1,
    why: "Node's parser skips it [RFC 9112 2.2]; Go's does not",
  },
  "request line: two blanks before the target": {
    refused: false,
    calls: 1,
    why: "Node's parser skips blanks; Go's does not",
  },
  "request line: two blanks before the version": {
    refused: false,
    calls: 1,
    why: "Node's parser skips blanks; Go's does not",
  },
  "request line: an absolute target without a host": {
    refused: false,
    calls: 1,
    why: "Node's parser looks at the host only where there is one",
  },
  "request line: an absolute target with two at signs": {
    refused: false,
    calls: 1,
    why: "Node's parser looks at the last one only",
  },
  "a head that is just too large": {
    refused: false,
    calls: 1,
    why: "Node counts names and values, what ships all bytes, as Go does",
  },
  "a target of bytes above ASCII": {
    refused: true,
    calls: 0,
    why: "Node's parser takes ASCII only; KrakenD takes such targets, and they frame nothing",
  },
  "a request behind HTTP/1.0": {
    refused: true,
    calls: undefined,
    why: "Node's parser cuts the connection before the first answer; what ships answers, and looks at nothing behind it",
  },
  "a request behind close": {
    refused: true,
    calls: undefined,
    why: "Node's parser cuts the connection before the first answer; what ships answers, and looks at nothing behind it",
  },
  "bytes behind a request": {
    refused: true,
    calls: undefined,
    why: "Node's parser cuts the connection before the first answer; what ships answers first, as Go does",
  },
};

const trailers = "undici's parser takes what it skips for nothing";

/** By name: the status for the client. */
export const CLIENT_DIFFERS: Readonly<Record<string, { readonly status: number; readonly why: string }>> = {
  "status line: a version of 2.0": {
    status: 200,
    why: "undici's parser takes versions that it does not speak",
  },
  "status line: a NUL in the reason": { status: 200, why: "undici's parser does not look at reasons" },
  "coding: gzip before": {
    status: 200,
    why: "undici's parser takes any list that ends in chunked, and nobody would take the gzip off",
  },
  "coding: twice": { status: 200, why: "undici's parser takes any list that ends in chunked" },
  "coding: in HTTP/1.0": { status: 200, why: "undici's parser takes codings in any version" },
  "head: an empty line before it": { status: 200, why: "undici's parser skips it" },
  "chunk: seventeen digits": { status: 200, why: "undici's parser takes any number of zeros" },
  "chunk: a coding as trailer": { status: 200, why: trailers },
  "chunk: extensions without end": { status: 200, why: trailers },
  "chunk: trailers without end": { status: 200, why: trailers },
  "body: until a reset": { status: 200, why: "undici takes a reset for the end" },
  "interim: six": { status: 200, why: "undici counts none; Go's client takes five" },
  "interim: 100 that nobody waits for": {
    status: 500,
    why: "undici takes 100 for an error; Go's client reads it over",
  },
  "interim: with a length": { status: 500, why: "undici takes 100 for an error; Go's client reads it over" },
};
