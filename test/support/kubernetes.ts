// Manifests against the schemas of Kubernetes that the package kubernetes-models carries.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Deployment } from "kubernetes-models/apps/v1/Deployment";
import { HorizontalPodAutoscaler } from "kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler";
import { PodDisruptionBudget } from "kubernetes-models/policy/v1/PodDisruptionBudget";
import { ConfigMap } from "kubernetes-models/v1/ConfigMap";
import { Service } from "kubernetes-models/v1/Service";
import { parseAllDocuments } from "yaml";

const models = [Deployment, HorizontalPodAutoscaler, PodDisruptionBudget, ConfigMap, Service];

/** An object of Kubernetes; its parts are looked at by path. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  readonly data?: Readonly<Record<string, string>>;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it where they know it
  readonly spec: any;
}

/** Throws where the schema of its kind refuses it. */
export function validate(manifest: Manifest): void {
  const model = models.find((each) => each.apiVersion === manifest.apiVersion && each.kind === manifest.kind);
  if (model === undefined) throw new Error(`no schema for ${manifest.apiVersion} ${manifest.kind}`);
  // biome-ignore lint/suspicious/noExplicitAny: what it is, is what the schema is to say
  new model(manifest as any).validate();
}

/** The objects of a text, validated. */
export function manifestsIn(text: string): readonly Manifest[] {
  return parseAllDocuments(text).map((document) => {
    if (document.errors.length > 0) throw document.errors[0]!;
    const manifest = document.toJS() as Manifest;
    validate(manifest);
    return manifest;
  });
}

/** The objects of a folder by their kind and name. */
export function manifestsBelow(folder: string): ReadonlyMap<string, Manifest> {
  const files = readdirSync(folder).filter((name) => name.endsWith(".yaml"));
  const all = files.flatMap((name) => manifestsIn(readFileSync(join(folder, name), "utf8")));
  return new Map(all.map((each) => [`${each.kind} ${each.metadata.name}`, each]));
}
