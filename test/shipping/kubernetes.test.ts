// The manifests of `gwc build --k8s`, against the schemas of Kubernetes and against the gateway that they are for.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { understand } from "../../src/compile.js";
import { parse } from "../../src/config/load.js";
import type { Gateway } from "../../src/model/model.js";
import { manifestsOf } from "../../src/shipping/kubernetes.js";
import { healthScript } from "../../src/shipping/place.js";
import { SourceText } from "../../src/source/text.js";
import { type Manifest, manifestsBelow, manifestsIn, validate } from "../support/kubernetes.js";

const gwc = resolve(import.meta.dirname, "../../bin/gwc.js");
const folder = mkdtempSync(join(tmpdir(), "gwc-kubernetes-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const config = {
  version: 3,
  name: "Shop API!",
  port: "${env:PORT:-8081}",
  timeout: "4s",
  extra_config: {
    "telemetry/metrics": { listen_address: "127.0.0.1:8090" },
    "telemetry/opencensus": { exporters: { prometheus: { port: 9091, namespace: "krakend" } } },
    router: { health_path: "/well" },
  },
  endpoints: [
    {
      endpoint: "/users",
      backend: [
        {
          url_pattern: "/users?key=${env:USERS_API_KEY}",
          host: ["${env:USERS_URL}", "http://${env:SPARE:-spare.example.com}"],
        },
      ],
    },
  ],
};

function build(...args: readonly string[]): string {
  writeFileSync(join(folder, "krakend.json"), JSON.stringify(config, null, 2));
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [gwc, "build", "krakend.json", "-q", ...args],
    {
      cwd: folder,
      encoding: "utf8",
    },
  );
  expect([status, stderr]).toEqual([0, expect.not.stringContaining("error")]);
  return stdout;
}

function gatewayOf(more: object): Gateway {
  const loaded = parse(new SourceText("krakend.json", JSON.stringify({ ...config, ...more })), {});
  return understand(loaded.value!, loaded.diagnostics, { compat: false, environment: {} }).value!;
}

const shipped = (gateway: Gateway): readonly Manifest[] =>
  manifestsOf(gateway, { image: "gateway:1", configuration: undefined, gwc: "1", filledIn: {} }).flatMap(
    ({ text }) => manifestsIn(text),
  );
const podOf = (manifests: Iterable<Manifest>): Manifest["spec"] =>
  [...manifests].find(({ kind }) => kind === "Deployment")?.spec.template.spec;

describe("gwc build --k8s", () => {
  let manifests: ReadonlyMap<string, Manifest>;
  let said: string;
  beforeAll(() => {
    said = build("-o", "gateway.cjs", "--k8s", "manifests");
    manifests = manifestsBelow(join(folder, "manifests"));
  });

  it("writes the objects of a deployment, and they are what Kubernetes accepts", () => {
    expect([...manifests.keys()].sort()).toEqual([
      "ConfigMap shop-api-environment",
      "Deployment shop-api",
      "HorizontalPodAutoscaler shop-api",
      "PodDisruptionBudget shop-api",
      "Service shop-api",
    ]);
    expect(() =>
      validate({ ...manifests.get("Service shop-api")!, spec: { ports: [{ port: "http" }] } }),
    ).toThrow();
  });

  it("runs the pods with no more rights than they need", () => {
    const pod = podOf(manifests.values());
    expect(pod).toMatchObject({
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: "RuntimeDefault" } },
      containers: [
        {
          image: expect.stringMatching(/^shop-api:[0-9a-f]{12}$/) as string,
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ["ALL"] },
          },
          resources: { requests: { cpu: "200m", memory: "256Mi" }, limits: { cpu: "500m", memory: "512Mi" } },
        },
      ],
    });
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(5 + 4 + 5);
  });

  it("asks the gateway's own port and path, and shows what can be reached", () => {
    const [container] = podOf(manifests.values()).containers;
    for (const probe of [container.startupProbe, container.readinessProbe, container.livenessProbe])
      expect(probe.httpGet).toEqual({ path: "/well", port: "http", scheme: "HTTP" });
    expect(container.ports).toEqual([
      { name: "http", containerPort: 8081 },
      { name: "opencensus", containerPort: 9091 },
    ]);
    expect(manifests.get("Service shop-api")?.spec.ports).toEqual([
      { name: "http", port: 8081, targetPort: "http" },
    ]);
    expect(manifests.get("Deployment shop-api")?.spec.template.metadata.annotations).toMatchObject({
      "prometheus.io/port": "9091",
      "prometheus.io/path": "/metrics",
    });
  });

  it("selects the pods that it makes", () => {
    const { spec } = manifests.get("Deployment shop-api")!;
    const { labels } = spec.template.metadata;
    expect(spec.selector.matchLabels).toEqual(labels);
    expect(manifests.get("Service shop-api")?.spec.selector).toEqual(labels);
    expect(manifests.get("PodDisruptionBudget shop-api")?.spec.selector.matchLabels).toEqual(labels);
    expect(manifests.get("HorizontalPodAutoscaler shop-api")?.spec).toMatchObject({
      scaleTargetRef: { kind: "Deployment", name: "shop-api" },
      minReplicas: 3,
    });
  });

  it("keeps variables in a ConfigMap, and what looks secret in a secret that is not written", () => {
    expect(manifests.get("ConfigMap shop-api-environment")?.data).toEqual({
      PORT: "8081",
      SPARE: "spare.example.com",
      USERS_URL: "",
    });
    expect(podOf(manifests.values()).containers[0].env).toEqual([
      { name: "GWC_SHUTDOWN_DELAY", value: "5s" },
      {
        name: "USERS_API_KEY",
        valueFrom: { secretKeyRef: { name: "shop-api-secrets", key: "USERS_API_KEY", optional: false } },
      },
    ]);
    expect(said).toContain("fill in USERS_URL in manifests/environment.yaml first");
    expect(readFileSync(join(folder, "manifests/deployment.yaml"), "utf8")).toContain(
      "kubectl create secret generic shop-api-secrets --from-literal=USERS_API_KEY=...",
    );
  });

  it("keeps what somebody filled in, and starts the pods anew for it", () => {
    const file = join(folder, "manifests/environment.yaml");
    const checksum = (all: ReadonlyMap<string, Manifest>): string =>
      all.get("Deployment shop-api")?.spec.template.metadata.annotations["checksum/environment"];
    writeFileSync(
      file,
      readFileSync(file, "utf8").replace('USERS_URL: ""', "USERS_URL: http://users.example.com"),
    );
    expect(build("-o", "gateway.cjs", "--k8s", "manifests")).not.toContain("fill in");
    const again = manifestsBelow(join(folder, "manifests"));
    expect(again.get("ConfigMap shop-api-environment")?.data?.USERS_URL).toBe("http://users.example.com");
    expect(checksum(again)).not.toBe(checksum(manifests));
  });
});

describe("gwc build --k8s --configmap", () => {
  it("keeps the configuration itself in a ConfigMap and compiles it in the pod", () => {
    build("-o", "gateway.cjs", "--k8s", "compiling", "--configmap", "--image", "example.com/gwc:1");
    const manifests = manifestsBelow(join(folder, "compiling"));
    expect(manifests.get("ConfigMap shop-api-config")?.data).toEqual({
      "krakend.json": readFileSync(join(folder, "krakend.json"), "utf8"),
    });
    const pod = podOf(manifests.values());
    expect(pod.containers[0]).toMatchObject({
      image: "example.com/gwc:1",
      volumeMounts: [
        { name: "configuration", mountPath: "/etc/krakend", readOnly: true },
        { name: "temporary", mountPath: "/tmp" },
      ],
    });
    expect(pod.volumes[0]).toEqual({ name: "configuration", configMap: { name: "shop-api-config" } });
    expect(manifests.get("Deployment shop-api")?.spec.template.metadata.annotations).toHaveProperty([
      "checksum/configuration",
    ]);
  });
});

describe("manifests of other gateways", () => {
  it("ask over TLS, mount the files that it names, and only connect where a certificate is asked for", () => {
    const tls = {
      minVersion: "TLSv1.3",
      maxVersion: "TLSv1.3",
      ciphers: "",
      ecdhCurve: "",
      caFiles: [],
      systemCas: false,
      keys: [{ certificateFile: "./tls/cert.pem", privateKeyFile: "/keys/key.pem" }],
      requireClientCertificate: false,
    } as const;
    const pod = podOf(shipped({ ...gatewayOf({}), tls }));
    const [container] = pod.containers;
    expect(container.readinessProbe.httpGet).toEqual({ path: "/well", port: "https", scheme: "HTTPS" });
    expect(container.volumeMounts).toEqual([
      { name: "files", mountPath: "/gateway/tls/cert.pem", subPath: "tls-cert.pem", readOnly: true },
      { name: "files", mountPath: "/keys/key.pem", subPath: "keys-key.pem", readOnly: true },
    ]);
    expect(pod.volumes).toEqual([
      { name: "files", secret: { secretName: "shop-api-files", defaultMode: 0o440 } },
    ]);
    const strict = { ...gatewayOf({}), tls: { ...tls, requireClientCertificate: true } };
    expect(podOf(shipped(strict)).containers[0].readinessProbe.tcpSocket).toEqual({ port: "https" });
    expect(healthScript(strict)).toContain("connect(");
  });

  it("let a pod without capabilities listen below 1024", () => {
    expect(podOf(shipped(gatewayOf({ port: 80 }))).securityContext.sysctls).toEqual([
      { name: "net.ipv4.ip_unprivileged_port_start", value: "0" },
    ]);
  });

  it("have a name whatever the configuration is called", () => {
    for (const [name, wanted] of [
      ["", "gateway"],
      ["42 Größe", "gr-e"],
      ["x".repeat(90), "x".repeat(40)],
    ])
      expect(shipped(gatewayOf({ name }))[0]?.metadata.name).toBe(wanted);
  });
});
