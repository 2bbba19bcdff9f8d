// The one allowed barrel: what emitted code may import from "gwc/runtime".

export { logAccess } from "./access-log.js";
export { aside } from "./aside.js";
export { Attempt } from "./branch.js";
export type { ByteString } from "./bytes.js";
export { ClientIp } from "./client-ip.js";
export { Counters } from "./counters.js";
export { serveDebug, serveEcho } from "./developer.js";
export { DiscoveredUpstream } from "./discovery.js";
export { StartEnvironment } from "./environment.js";
export { ValueEnvironment } from "./environment-values.js";
export type { Exchange, Handler, SharedBody } from "./exchange.js";
export type { Filtered } from "./filtered.js";
export { forward, forwardAll, forwardCacheControl, forwardUserAgent, USER_AGENT } from "./forward.js";
export { type Guard, guarded } from "./guard.js";
export { serveHealth } from "./health.js";
export { PipelinedOrigin } from "./http1/pipelined-origin.js";
export { openAsAgreed, openByPreface } from "./http2/open.js";
export { decodeCollection, decodeObject, decodeSafe } from "./json/decode.js";
export { document, type Keyed, readKeyed, readMembers } from "./json/members.js";
export { JsonReader } from "./json/reader.js";
export { type JsonText, type Members, quote } from "./json/text.js";
export { limits } from "./limits.js";
export { standardOutput } from "./lines.js";
export { logDebug, logInfo, logWarning } from "./log.js";
export { cleanPath, type MethodTrees, type MissOptions, miss, type RouteNode } from "./misses.js";
export {
  failed,
  flatten,
  incomplete,
  merge,
  mergeByArrival,
  Outcome,
  relayed,
  requireAll,
  settle,
  settleValue,
  succeeded,
} from "./outcome.js";
export { refuseParams } from "./params.js";
export { pickQuery, wholeQuery } from "./query.js";
export type { Answer } from "./received-answer.js";
export { RegularExpression } from "./regular.js";
export {
  BANNER,
  type Banner,
  HIDDEN_BANNER,
  relay,
  relayFilled,
  replyCollection,
  replyEmpty,
  replyFailure,
  replyFailureText,
  replyJson,
  replyString,
} from "./reply.js";
export { addHeaders } from "./reply-headers.js";
export { replyGuardedMiss, replyMiss } from "./reply-miss.js";
export { segmentEnd, serveOptions } from "./routing.js";
export { bodyText, combine, cutShort, valueText, within } from "./sequence.js";
export { serve } from "./serve.js";
export { namedMemory, thread } from "./thread.js";
export { dialTls } from "./tls/dial.js";
export { listenTls } from "./tls/listen.js";
export { DEFAULT_TRANSPORT } from "./transport.js";
export { type Call, Upstream } from "./upstream.js";
export type { StreamedAnswer } from "./upstream-answer.js";
export { UpstreamError } from "./upstream-error.js";
export { badStatus, isSuccess, keyedStatusDetails, statusAsIs, statusDetails } from "./upstream-status.js";
export { BadTarget, brokenRequestLine, wirePath, withQuery } from "./wire-path.js";
