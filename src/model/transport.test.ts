import { describe, expect, it } from "vitest";
import { LateValues } from "../config/late.js";
import { parse } from "../config/load.js";
import { decode } from "../config/weak.js";
import type { Report } from "../diagnostics/diagnostic.js";
import { DEFAULT_TRANSPORT } from "../runtime/transport.js";
import type { LocatedObject } from "../source/located.js";
import { SourceText } from "../source/text.js";
import { serverLimits } from "./service.js";
import { clientTls, serverTls } from "./tls.js";
import { transportOptions } from "./transport.js";

function rootOf(config: object): LocatedObject {
  const { tree } = parse(new SourceText("krakend.json", JSON.stringify(config)), {}).value!;
  return decode(tree, new LateValues(() => {})).value;
}

/** What is resolved, and the codes and texts of what is said. */
function read<T>(
  config: object,
  resolve: (root: LocatedObject, report: Report, late: LateValues) => T,
): { readonly value: T; readonly said: readonly string[] } {
  const said: string[] = [];
  const report: Report = ({ code, message }) => void said.push(`${code}: ${message}`);
  const value = resolve(rootOf(config), report, new LateValues(report));
  return { value, said };
}

const keys = [{ public_key: "server.crt", private_key: "server.key" }];
const pairs = [{ certificateFile: "server.crt", privateKeyFile: "server.key" }];
const SIX =
  "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:" +
  "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";

describe("the TLS of the server", () => {
  const server = (tls: object) => read({ tls }, serverTls);

  it("is TLS 1.3 alone unless versions are given", () => {
    expect(server({ keys })).toEqual({
      value: {
        minVersion: "TLSv1.3",
        maxVersion: "TLSv1.3",
        ciphers: SIX,
        ecdhCurve: "P-256:P-384:P-521",
        caFiles: [],
        systemCas: true,
        keys: pairs,
        requireClientCertificate: false,
      },
      said: [],
    });
  });

  it("is absent without the block and where it is disabled", () => {
    expect(read({}, serverTls)).toEqual({ value: undefined, said: [] });
    expect(server({ disabled: true })).toEqual({ value: undefined, said: [] });
    expect(server({ disabled: "true" })).toEqual({ value: undefined, said: [] });
  });

  it("puts the pair of the older keys behind the others", () => {
    const { value, said } = server({ keys, public_key: "old.crt", private_key: "old.key" });
    expect(value?.keys).toEqual([...pairs, { certificateFile: "old.crt", privateKeyFile: "old.key" }]);
    expect(said).toEqual([]);
  });

  it.each([
    [{}, "tls/no-keys: `tls` names no key pair"],
    [{ keys: [{ public_key: "a" }] }, "tls/half-pair: this key pair has no `private_key`"],
    [{ keys: [{ private_key: "a" }] }, "tls/half-pair: this key pair has no `public_key`"],
    [{ private_key: "a" }, "tls/half-pair: this key pair has no `public_key`"],
  ])("wants both files of every pair: %j", (tls, message) => {
    expect(server(tls).said).toEqual([message]);
  });

  it.each([
    [{ min_version: "TLS12" }, "TLSv1.2", "TLSv1.3"],
    [{ min_version: "TLS12", max_version: "TLS12" }, "TLSv1.2", "TLSv1.2"],
    [{ min_version: "" }, "TLSv1.3", "TLSv1.3"],
  ])("reads the versions of %j", (versions, minVersion, maxVersion) => {
    const { value, said } = server({ keys, ...versions });
    expect(value).toMatchObject({ minVersion, maxVersion });
    expect(said).toEqual([]);
  });

  it("takes an unknown version for TLS13, and says so", () => {
    const { value, said } = server({ keys, min_version: "TLSv1.2" });
    expect(value).toMatchObject({ minVersion: "TLSv1.3" });
    expect(said).toEqual(["tls/version: `TLSv1.2` is not a version of TLS"]);
  });

  it.each([
    { max_version: "TLS12" },
    { min_version: "SSL3.0", max_version: "SSL3.0" },
    { min_version: "TLS13", max_version: "TLS10" },
  ])("finds that no version is left: %j", (versions) => {
    const { value, said } = server({ keys, ...versions });
    expect(value).toMatchObject({ minVersion: "TLSv1.3", maxVersion: "TLSv1.2" });
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(/^tls\/no-version: .* so no version of TLS is left$/);
  });

  it.each([
    ["SSL3.0", "TLSv1"],
    ["TLS10", "TLSv1"],
    ["TLS11", "TLSv1.1"],
  ])("speaks %s with a warning, and lowers OpenSSL's level for it", (version, minVersion) => {
    const { value, said } = server({ keys, min_version: version });
    expect(value).toMatchObject({ minVersion, ciphers: `${SIX}:@SECLEVEL=0` });
    expect(said).toEqual(["tls/old-version: `tls` allows versions of TLS below 1.2, which are broken"]);
  });

  it("brings cipher suites and curves into Go's order, whatever numbers look like", () => {
    const { value, said } = server({
      keys,
      min_version: "TLS12",
      cipher_suites: ["0xc030", 49195, 4865],
      curve_preferences: 29,
    });
    expect(value).toMatchObject({
      ciphers: "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384",
      ecdhCurve: "X25519",
    });
    expect(said).toEqual([]);
  });

  it("leaves out what it cannot offer, and says so", () => {
    const { value, said } = server({ keys, cipher_suites: [5, 49195], curve_preferences: [1, 23] });
    expect(value).toMatchObject({ ciphers: "ECDHE-ECDSA-AES128-GCM-SHA256", ecdhCurve: "P-256" });
    expect(said).toEqual([
      "tls/cipher-suite: 5 is not a cipher suite that gwc can offer",
      "tls/curve: 1 is not a curve that gwc can offer",
    ]);
  });

  it("finds that nothing is left to agree on", () => {
    expect(server({ keys, min_version: "TLS12", cipher_suites: [4865] }).said).toEqual([
      "tls/no-cipher-suite: no listed cipher suite is of TLS 1.2 or below, so TLS 1.3 alone works",
    ]);
    expect(server({ keys, cipher_suites: [4865] }).said).toEqual([]);
    expect(server({ keys, curve_preferences: [4] }).said).toContain(
      "tls/no-curve: `curve_preferences` leaves no curve",
    );
  });

  it("reads whose clients are let in", () => {
    const own = { keys, enable_mtls: true, disable_system_ca_pool: true, ca_certs: ["clients.pem"] };
    const { value, said } = server(own);
    expect(value).toMatchObject({
      requireClientCertificate: true,
      systemCas: false,
      caFiles: ["clients.pem"],
    });
    expect(said).toEqual([]);
    expect(server({ keys, enable_mtls: true }).said).toEqual([
      "tls/public-clients: clients with a certificate of any public authority are let in",
    ]);
    expect(server({ keys, ca_certs: ["clients.pem"] }).said).toEqual([
      "tls/unused-authorities: `ca_certs` does nothing here without `enable_mtls`",
    ]);
  });
});

describe("TLS towards backends", () => {
  const towardsBackends = (root: LocatedObject, report: Report, late: LateValues) =>
    clientTls(root, { report, compat: false, late });

  it("is the platform's without a block, and TLS 1.3 alone with one", () => {
    expect(read({}, towardsBackends).value).toBeUndefined();
    expect(read({ client_tls: {} }, towardsBackends).value).toMatchObject({
      minVersion: "TLSv1.3",
      verify: true,
      certificates: [],
    });
  });

  it("does not verify where either key says so", () => {
    expect(read({ allow_insecure_connections: true }, towardsBackends).value).toMatchObject({
      minVersion: "TLSv1.3",
      verify: false,
    });
    expect(
      read({ client_tls: { allow_insecure_connections: true, min_version: "TLS12" } }, towardsBackends).value,
    ).toMatchObject({ minVersion: "TLSv1.2", verify: false });
  });

  it("leaves half a certificate out, and says so", () => {
    const whole = { certificate: "a.crt", private_key: "a.key" };
    const { value, said } = read(
      { client_tls: { client_certs: [whole, { certificate: "b" }] } },
      towardsBackends,
    );
    expect(value?.certificates).toEqual([{ certificateFile: "a.crt", privateKeyFile: "a.key" }]);
    expect(said).toEqual(["tls/half-certificate: this client certificate has no `private_key`"]);
  });
});

describe("connections to backends", () => {
  it("have the runtime's defaults unless something is said", () => {
    expect(read({}, transportOptions)).toEqual({ value: {}, said: [] });
    const zeros = Object.fromEntries(
      [
        "max_idle_connections",
        "max_idle_connections_per_host",
        "idle_connection_timeout",
        "response_header_timeout",
        "expect_continue_timeout",
        "dialer_timeout",
        "dialer_keep_alive",
        "dialer_fallback_delay",
        "dns_cache_ttl",
      ].map((key) => [key, 0]),
    );
    expect(read(zeros, transportOptions)).toEqual({ value: {}, said: [] });
  });

  it("leave out exactly what the runtime takes for granted", () => {
    const other = {
      disable_keep_alives: true,
      disable_compression: true,
      max_idle_connections: 10,
      max_idle_connections_per_host: 5,
      idle_connection_timeout: "1m",
      response_header_timeout: "1500us",
      expect_continue_timeout: "1s",
      dialer_timeout: "2s",
      dialer_keep_alive: "-1s",
      dialer_fallback_delay: "10ms",
      dns_cache_ttl: "1h",
    };
    const given = {
      keepAlive: false,
      compression: false,
      maxIdleConnections: 10,
      maxIdleConnectionsPerHost: 5,
      idleTimeoutMs: 60_000,
      responseHeaderTimeoutMs: 2,
      expectContinueTimeoutMs: 1000,
      dialTimeoutMs: 2000,
      keepAliveProbeMs: 0,
      fallbackDelayMs: 10,
      dnsRefreshMs: 3_600_000,
    };
    expect(read(other, transportOptions)).toEqual({ value: given, said: [] });
    expect(Object.keys(given).sort()).toEqual(Object.keys(DEFAULT_TRANSPORT).sort());
    // The values of the defaults, asked for one by one, are no difference either.
    const same = {
      max_idle_connections_per_host: DEFAULT_TRANSPORT.maxIdleConnectionsPerHost,
      dialer_keep_alive: `${DEFAULT_TRANSPORT.keepAliveProbeMs}ms`,
      dialer_fallback_delay: `${DEFAULT_TRANSPORT.fallbackDelayMs}ms`,
      dns_cache_ttl: `${DEFAULT_TRANSPORT.dnsRefreshMs}ms`,
      disable_keep_alives: !DEFAULT_TRANSPORT.keepAlive,
      disable_compression: !DEFAULT_TRANSPORT.compression,
    };
    expect(read(same, transportOptions).value).toEqual({});
  });

  it.each([
    ["dialer_timeout", { dialTimeoutMs: 1 }, "no connection to a backend can be made"],
    ["max_idle_connections_per_host", { keepAlive: false }, "no connection to a backend is kept"],
    ["response_header_timeout", {}, "there is no limit"],
    ["write_timeout", {}, "there is no limit"],
    ["max_header_bytes", {}, "the default of 1 MiB holds"],
  ])("say what a negative %s does", (key, value, effect) => {
    const config = { [key]: -1_000_000 };
    expect(read(config, transportOptions)).toEqual({
      value,
      said: [`transport/negative: \`${key}\` is negative, so ${effect}`],
    });
  });

  it("are looked up again after a second at the least", () => {
    expect(read({ dns_cache_ttl: "500ms" }, transportOptions)).toEqual({
      value: {},
      said: [
        "transport/short-refresh: `dns_cache_ttl` is below a second, so the default of 30 seconds holds",
      ],
    });
  });
});

it("a write timeout is one of the server's limits", () => {
  expect(serverLimits(rootOf({ write_timeout: "3s" })).writeTimeoutMs).toBe(3000);
  expect(serverLimits(rootOf({})).writeTimeoutMs).toBe(0);
});
