// What a configuration fixes about TLS and about connections, as plain data. Files are named here
// and read at start.

import type { Secure } from "./http1/dial.js";

export type TlsVersion = "TLSv1" | "TLSv1.1" | "TLSv1.2" | "TLSv1.3";

/** Paths of PEM files, seen from the working directory of the server. */
export interface KeyPairFiles {
  readonly certificateFile: string;
  readonly privateKeyFile: string;
}

/** What both sides of TLS decide, in the words of node:tls. */
export interface TlsSettings {
  /** Above `maxVersion` where no version is left: every handshake fails. */
  readonly minVersion: TlsVersion;
  readonly maxVersion: TlsVersion;
  /**
   * OpenSSL's list for versions up to 1.2, preferred ones first; empty: 1.3 alone works. The suites
   * of 1.3 cannot be chosen.
   */
  readonly ciphers: string;
  /** OpenSSL's list of groups, preferred ones first. */
  readonly ecdhCurve: string;
  /** PEM files of authorities to trust. */
  readonly caFiles: readonly string[];
  /** Trust the authorities of the system too. */
  readonly systemCas: boolean;
}

/** The TLS of the server. The order of cipher suites is the server's. */
export interface TlsOptions extends TlsSettings {
  /**
   * At least one. A client gets the first whose certificate names the host that it asks for and whose
   * kind of key it knows; where none does, the first.
   */
  readonly keys: readonly KeyPairFiles[];
  /**
   * Refuse clients without a certificate of a trusted authority. The certificates of `keys` count as
   * authorities too. Without it the authorities are not asked for anything.
   */
  readonly requireClientCertificate: boolean;
}

/** TLS towards backends. */
export interface ClientTlsOptions extends TlsSettings {
  /** False: any certificate of a backend will do. */
  readonly verify: boolean;
  /** What a backend that asks for a certificate may be shown: the first of each kind of key. */
  readonly certificates: readonly KeyPairFiles[];
  /** Files that cannot be read are left out, with a line in the log; else nothing starts without them. */
  readonly lenient: boolean;
}

/** Connections to backends. A timeout of 0 is none. [lura transport/http/server/server.go] */
export interface TransportOptions {
  /** Opens connections with TLS; absent: TLS 1.2 and 1.3, with the authorities of the system. */
  readonly secure?: Secure;
  /** False: one request for each connection, and `Connection: close` says so. */
  readonly keepAlive: boolean;
  /** Ask for gzip where the client did not choose an encoding. */
  readonly compression: boolean;
  /** Idle connections to all hosts together; 0: no limit. */
  readonly maxIdleConnections: number;
  readonly maxIdleConnectionsPerHost: number;
  readonly idleTimeoutMs: number;
  /** From the sent request to the head of the answer. */
  readonly responseHeaderTimeoutMs: number;
  /** How long a request with `Expect: 100-continue` holds its body back; 0: not at all. */
  readonly expectContinueTimeoutMs: number;
  /** Name lookup and connection together. */
  readonly dialTimeoutMs: number;
  /** Between TCP keep-alive probes; 0: no probes. */
  readonly keepAliveProbeMs: number;
  /** Head start of each address of a name before the next one is tried beside it; 0: one after the other. */
  readonly fallbackDelayMs: number;
  /** Between two lookups of service discovery. */
  readonly dnsRefreshMs: number;
}

/** What holds without any of the options. */
export const DEFAULT_TRANSPORT: TransportOptions = {
  keepAlive: true,
  compression: true,
  maxIdleConnections: 0,
  maxIdleConnectionsPerHost: 250,
  idleTimeoutMs: 0,
  responseHeaderTimeoutMs: 0,
  expectContinueTimeoutMs: 0,
  dialTimeoutMs: 0,
  keepAliveProbeMs: 15_000,
  fallbackDelayMs: 300,
  dnsRefreshMs: 30_000,
};
