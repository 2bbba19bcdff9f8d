import { expect, it } from "vitest";
import { BlockReader } from "../config/blocks.js";
import { LateValues } from "../config/late.js";
import { parse } from "../config/load.js";
import { decode } from "../config/weak.js";
import type { Gateway } from "../model/model.js";
import { resolve } from "../model/resolve.js";
import { SourceText } from "../source/text.js";
import { generate } from "./generate.js";
import { Program } from "./print.js";

const report = (): void => {};
const none = { server: [], service: [], endpoint: [], proxy: [], backend: [], client: [] };

function gatewayOf(config: object): Gateway {
  const source = new SourceText("krakend.json", JSON.stringify(config));
  const late = new LateValues(report);
  const root = decode(parse(source, {}).value!.tree, late).value;
  const blocks = new BlockReader(none, late, report);
  const facts = { sha256: "0".repeat(64), readsKrakendVariables: false };
  return resolve({ root, file: source, compat: false, blocks, late, report }, facts);
}

function moduleOf(config: object, path: string): string {
  const modules = new Program(generate(gatewayOf(config), "0.0.0")).modules();
  return modules.find((each) => each.path === path)?.text ?? "";
}

const base = {
  version: 3,
  host: ["https://api.example.com"],
  endpoints: [{ endpoint: "/a", backend: [{ url_pattern: "/a" }] }],
};

it("a gateway without TLS and connection settings says nothing of them", () => {
  expect(moduleOf(base, "main.ts")).not.toMatch(/tls|h2c|writeTimeout/);
  expect(moduleOf(base, "upstreams.ts")).toBe(`// The hosts of the backends.
import { Upstream } from "gwc/runtime";

export const api = new Upstream(["https://api.example.com"]);
`);
});

it("the server gets TLS as constants", () => {
  const tls = {
    keys: [{ public_key: 'a"${b}.crt', private_key: "a.key" }],
    min_version: "TLS12",
    cipher_suites: [49195],
  };
  expect(
    moduleOf({ ...base, tls, use_h2c: true, write_timeout: "3s" }, "main.ts"),
  ).toContain(`  maxShutdownMs: 0,
  writeTimeoutMs: 3000,
  listener: listenTls({
    minVersion: "TLSv1.2",
    maxVersion: "TLSv1.3",
    ciphers: "ECDHE-ECDSA-AES128-GCM-SHA256",
    ecdhCurve: "P-256:P-384:P-521",
    caFiles: [],
    systemCas: true,
    keys: [
      {
        certificateFile: "a\\"\${b}.crt",
        privateKeyFile: "a.key",
      },
    ],
    requireClientCertificate: false,
  }),
  open: openAsAgreed,
  onStop`);
});

it("HTTP/2 without TLS is offered where it is asked for", () => {
  expect(moduleOf({ ...base, use_h2c: true }, "main.ts")).toContain("  open: openByPreface,\n");
});

it("the upstreams get TLS as it is configured", () => {
  const client_tls = { min_version: "TLS12", ca_certs: ["a.pem"] };
  expect(moduleOf({ ...base, client_tls }, "upstreams.ts")).toContain(`const TRANSPORT = {
  ...DEFAULT_TRANSPORT,
  secure: dialTls({
    minVersion: "TLSv1.2",
    maxVersion: "TLSv1.3",
`);
});

it("the upstreams get what differs from the defaults", () => {
  const config = { ...base, dialer_timeout: "2s", disable_compression: true };
  expect(moduleOf(config, "upstreams.ts")).toBe(`// The hosts of the backends.
import { DEFAULT_TRANSPORT, Upstream } from "gwc/runtime";

const TRANSPORT = {
  ...DEFAULT_TRANSPORT,
  compression: false,
  dialTimeoutMs: 2000,
};
export const api = new Upstream(["https://api.example.com"], TRANSPORT);
`);
});

it("discovered hosts and connections of another kind have constants of their own", () => {
  const discovered = {
    host: ["_http._tcp.users.example.com"],
    disable_host_sanitize: true,
    sd: "dns",
    sd_scheme: "https",
    url_pattern: "/u",
  };
  const endpoints = [{ endpoint: "/a", backend: [discovered, { url_pattern: "/a" }] }];
  expect(moduleOf({ ...base, endpoints }, "upstreams.ts")).toBe(`// The hosts of the backends.
import { DiscoveredUpstream, Upstream } from "gwc/runtime";

export const users = new DiscoveredUpstream("_http._tcp.users.example.com", "https");
export const api = new Upstream(["https://api.example.com"]);
`);
});
