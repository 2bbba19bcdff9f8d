// The manifests of a gateway, each in a file of its own. Types say what Kubernetes knows; nothing of them ships.
import type { IIoK8sApiAppsV1Deployment as Deployment } from "kubernetes-models/apps/v1/Deployment";
import type { IIoK8sApiAutoscalingV2HorizontalPodAutoscaler as Autoscaler } from "kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler";
import type { IIoK8sApiPolicyV1PodDisruptionBudget as DisruptionBudget } from "kubernetes-models/policy/v1/PodDisruptionBudget";
import type { IIoK8sApiCoreV1ConfigMap as ConfigMap } from "kubernetes-models/v1/ConfigMap";
import type { IIoK8sApiCoreV1Service as Service } from "kubernetes-models/v1/Service";
import { Document, isPair, isScalar, parse, visit } from "yaml";
import type { Gateway } from "../model/model.js";
import { filesOf } from "../model/surroundings.js";
import type { ShippedFile } from "./docker.js";
import { placeName, placePorts, placeVariables } from "./place.js";
import { keyOf, podTemplate } from "./pod.js";
import { sha256 } from "./report.js";

export interface ManifestOptions {
  readonly image: string;
  /** The text of the configuration, where a ConfigMap keeps it and the pods compile it. */
  readonly configuration: string | undefined;
  /** Version of gwc. */
  readonly gwc: string;
  /** Values of variables that somebody filled in before. */
  readonly filledIn: Readonly<Record<string, string>>;
}

const REPLICAS = 3;

/** One file for each object; the same five for every gateway, and one more where a ConfigMap keeps the configuration. */
export function manifestsOf(gateway: Gateway, options: ManifestOptions): readonly ShippedFile[] {
  const name = placeName(gateway);
  const labels = { "app.kubernetes.io/name": name };
  const head = `Written by gwc ${options.gwc} from ${gateway.file} (sha256 ${gateway.sha256.slice(0, 16)}).`;
  const file = (path: string, object: object, about = "", comments: Comments = new Map()): ShippedFile => ({
    path,
    text: yamlOf(object, `${head}${about === "" ? "" : `\n${about}`}`, comments),
  });
  const environment = environmentMap(gateway, name, options.filledIn);
  const { configuration } = options;
  return [
    file("deployment.yaml", deployment(gateway, name, environment, options), secretsOf(gateway, name)),
    file("service.yaml", service(gateway, name)),
    file(
      "environment.yaml",
      environment,
      "Variables that the gateway reads when it starts. It does not start while one that is needed is empty.",
      new Map(placeVariables(gateway).map((each) => [each.name, each.about])),
    ),
    file("autoscaler.yaml", autoscaler(name)),
    file("disruption-budget.yaml", disruptionBudget(name)),
    ...(configuration === undefined
      ? []
      : [
          file("configuration.yaml", {
            apiVersion: "v1",
            kind: "ConfigMap",
            metadata: { name: `${name}-config`, labels },
            data: { [gateway.file]: configuration },
          } satisfies ConfigMap),
        ]),
  ];
}

function deployment(
  gateway: Gateway,
  name: string,
  environment: ConfigMap,
  { image, configuration }: ManifestOptions,
): Deployment {
  const labels = { "app.kubernetes.io/name": name };
  const checksums = {
    "checksum/environment": sha256(JSON.stringify(environment.data)),
    ...(configuration === undefined ? {} : { "checksum/configuration": sha256(configuration) }),
  };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, labels },
    // How many there are is for the autoscaler to say: a number here would undo its work with each change.
    spec: {
      selector: { matchLabels: labels },
      strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      template: podTemplate(gateway, { name, image, compiles: configuration !== undefined, checksums }),
    },
  };
}

function service(gateway: Gateway, name: string): Service {
  const labels = { "app.kubernetes.io/name": name };
  const [own] = placePorts(gateway);
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, labels },
    spec: {
      type: "ClusterIP",
      selector: labels,
      ports: [{ name: own!.name, port: own!.port, targetPort: own!.name }],
    },
  };
}

function environmentMap(
  gateway: Gateway,
  name: string,
  filledIn: Readonly<Record<string, string>>,
): ConfigMap {
  const variables = placeVariables(gateway).filter(({ secret }) => !secret);
  const [own] = placePorts(gateway);
  const isPort = (about: string): boolean => /^port\b/.test(about);
  const data = variables.map((each) => [
    each.name,
    filledIn[each.name] || each.value || (isPort(each.about) ? `${own!.port}` : ""),
  ]);
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: `${name}-environment`, labels: { "app.kubernetes.io/name": name } },
    data: Object.fromEntries(data) as Record<string, string>,
  };
}

/** The values in a manifest of variables that was written before; none where it is not one. */
export function filledInOf(manifest: string): Readonly<Record<string, string>> {
  try {
    const data: unknown = (parse(manifest) as { readonly data?: unknown } | null)?.data;
    const entries = Object.entries(data ?? {}).filter(([, value]) => typeof value === "string");
    return Object.fromEntries(entries) as Record<string, string>;
  } catch {
    return {};
  }
}

function autoscaler(name: string): Autoscaler {
  return {
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    metadata: { name, labels: { "app.kubernetes.io/name": name } },
    spec: {
      scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name },
      minReplicas: REPLICAS,
      maxReplicas: 4 * REPLICAS,
      metrics: [
        {
          type: "Resource",
          resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 70 } },
        },
      ],
    },
  };
}

function disruptionBudget(name: string): DisruptionBudget {
  const labels = { "app.kubernetes.io/name": name };
  return {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name, labels },
    spec: { maxUnavailable: 1, selector: { matchLabels: labels } },
  };
}

/** How to make the secrets that the pods need; they are nothing for a file that is kept. */
function secretsOf(gateway: Gateway, name: string): string {
  const keys = placeVariables(gateway).filter(({ secret }) => secret);
  const files = filesOf(gateway);
  return [
    ...(keys.length === 0
      ? []
      : [
          "Needs a secret:",
          `  kubectl create secret generic ${name}-secrets ${keys.map((each) => `--from-literal=${each.name}=...`).join(" ")}`,
        ]),
    ...(files.length === 0
      ? []
      : [
          "Needs a secret:",
          `  kubectl create secret generic ${name}-files ${files.map((each) => `--from-file=${keyOf(each)}=${each}`).join(" ")}`,
        ]),
  ].join("\n");
}

/** Comments in front of keys, by the key. */
type Comments = ReadonlyMap<string, string>;

function yamlOf(object: object, head: string, comments: Comments): string {
  const document = new Document(object, { aliasDuplicateObjects: false });
  document.commentBefore = head.replace(/^/gm, " ");
  visit(document, {
    Pair(_key, pair) {
      if (!isPair(pair) || !isScalar(pair.key)) return;
      const about = comments.get(String(pair.key.value));
      if (about !== undefined) pair.key.commentBefore = ` ${about.replaceAll("\n", " ")}`;
    },
  });
  return document.toString({ lineWidth: 0 });
}
