// The pods of a gateway: what they run, what they may, and how Kubernetes asks them.
import type { IIoK8sApiCoreV1Container as Container } from "kubernetes-models/v1/Container";
import type { IIoK8sApiCoreV1PodTemplateSpec as PodTemplate } from "kubernetes-models/v1/PodTemplateSpec";
import type { IIoK8sApiCoreV1Probe as Probe } from "kubernetes-models/v1/Probe";
import type { Gateway } from "../model/model.js";
import { filesOf } from "../model/surroundings.js";
import { CONFIG_FOLDER } from "./docker.js";
import { healthPath, placePorts, placeVariables } from "./place.js";

export interface PodOptions {
  readonly name: string;
  readonly image: string;
  /** The configuration comes from a ConfigMap and is compiled in the pod. */
  readonly compiles: boolean;
  /** Grow with what the pods must be started anew for. */
  readonly checksums: Readonly<Record<string, string>>;
}

/** The user `node` of Node's images. */
const USER = 1000;
/** For so long requests still come after Kubernetes has begun to stop a pod, in seconds. */
const LEAVING_S = 5;
/** What runtime/serve.ts gives connections without a request, and some more, in seconds. */
const LAST_S = 10;
/** Where the environment says how long a request may take, in seconds. */
const UNKNOWN_S = 30;

export function podTemplate(gateway: Gateway, options: PodOptions): PodTemplate {
  const scraped = placePorts(gateway).findLast(({ metrics }) => metrics !== undefined);
  const scrape =
    scraped === undefined
      ? {}
      : {
          "prometheus.io/scrape": "true",
          "prometheus.io/port": `${scraped.port}`,
          "prometheus.io/path": scraped.metrics ?? "/metrics",
        };
  return {
    metadata: {
      labels: { "app.kubernetes.io/name": options.name },
      annotations: { ...options.checksums, ...scrape },
    },
    spec: {
      automountServiceAccountToken: false,
      // A service called krakend would set KRAKEND_PORT=tcp://... in here.
      enableServiceLinks: false,
      terminationGracePeriodSeconds: LEAVING_S + longestRequestS(gateway) + LAST_S,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: USER,
        runAsGroup: USER,
        fsGroup: USER,
        seccompProfile: { type: "RuntimeDefault" },
        ...lowPorts(gateway),
      },
      topologySpreadConstraints: [
        {
          maxSkew: 1,
          topologyKey: "kubernetes.io/hostname",
          whenUnsatisfiable: "ScheduleAnyway",
          labelSelector: { matchLabels: { "app.kubernetes.io/name": options.name } },
        },
      ],
      containers: [container(gateway, options)],
      ...volumes(gateway, options),
    },
  };
}

function container(gateway: Gateway, { name, image, compiles }: PodOptions): Container {
  const secrets = placeVariables(gateway).filter(({ secret }) => secret);
  const mounts = volumeMounts(gateway, compiles);
  return {
    name: "gateway",
    image,
    ports: placePorts(gateway).map(({ name, port }) => ({ name, containerPort: port })),
    envFrom: [{ configMapRef: { name: `${name}-environment` } }],
    env: [
      { name: "GWC_SHUTDOWN_DELAY", value: `${LEAVING_S}s` },
      ...secrets.map((each) => ({
        name: each.name,
        valueFrom: {
          secretKeyRef: { name: `${name}-secrets`, key: each.name, optional: each.value !== undefined },
        },
      })),
    ],
    resources: { requests: { cpu: "200m", memory: "256Mi" }, limits: { cpu: "500m", memory: "512Mi" } },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    },
    ...probes(gateway),
    ...(mounts.length === 0 ? {} : { volumeMounts: mounts }),
  };
}

/** Slow to call a pod dead: one that is busy answers late, and its death would make the others busier. */
function probes(gateway: Gateway): Pick<Container, "startupProbe" | "readinessProbe" | "livenessProbe"> {
  const path = healthPath(gateway);
  const [port] = placePorts(gateway);
  const scheme = gateway.tls === undefined ? "HTTP" : "HTTPS";
  const asks: Probe =
    path === undefined
      ? { tcpSocket: { port: port!.name } }
      : { httpGet: { path, port: port!.name, scheme } };
  return {
    startupProbe: { ...asks, periodSeconds: 1, failureThreshold: 30 },
    readinessProbe: { ...asks, periodSeconds: 5, timeoutSeconds: 2, failureThreshold: 2 },
    livenessProbe: { ...asks, periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 6 },
  };
}

function longestRequestS({ endpoints, server }: Gateway): number {
  if (server.maxShutdownMs > 0) return Math.ceil(server.maxShutdownMs / 1000);
  const seconds = endpoints.map(({ lateTimeout, timeoutMs }) =>
    lateTimeout === undefined ? Math.ceil(timeoutMs / 1000) : UNKNOWN_S,
  );
  return Math.max(0, ...seconds);
}

/** Ports below 1024 need a word of the kernel, since the pod has no capabilities. */
function lowPorts(gateway: Gateway): object {
  const low = placePorts(gateway).some(({ port }) => port < 1024);
  return low ? { sysctls: [{ name: "net.ipv4.ip_unprivileged_port_start", value: "0" }] } : {};
}

/** Where files of a secret appear: at the places that the configuration names, seen from the working folder. */
function volumeMounts(gateway: Gateway, compiles: boolean): NonNullable<Container["volumeMounts"]> {
  const folder = compiles ? CONFIG_FOLDER : "/gateway";
  return [
    ...(compiles
      ? [
          { name: "configuration", mountPath: CONFIG_FOLDER, readOnly: true },
          { name: "temporary", mountPath: "/tmp" },
        ]
      : []),
    ...filesOf(gateway).map((file) => ({
      name: "files",
      mountPath: file.startsWith("/") ? file : `${folder}/${file.replace(/^(?:\.\/)+/, "")}`,
      subPath: keyOf(file),
      readOnly: true,
    })),
  ];
}

/** The key of a file in the secret: its path, with what keys may hold. */
export function keyOf(file: string): string {
  return file.replace(/^[./]+/, "").replace(/[^A-Za-z0-9._-]+/g, "-");
}

function volumes(gateway: Gateway, { name, compiles }: PodOptions): object {
  const files = filesOf(gateway);
  const all = [
    ...(compiles
      ? [
          { name: "configuration", configMap: { name: `${name}-config` } },
          { name: "temporary", emptyDir: { sizeLimit: "64Mi" } },
        ]
      : []),
    ...(files.length === 0
      ? []
      : [{ name: "files", secret: { secretName: `${name}-files`, defaultMode: 0o440 } }]),
  ];
  return all.length === 0 ? {} : { volumes: all };
}
