// Stands in for kubectl where no cluster is: validates what it is given against the schemas of Kubernetes and
// remembers it in a file, KUBECTL_STATE.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import * as apps from "kubernetes-models/apps/v1";
import * as autoscaling from "kubernetes-models/autoscaling/v2";
import * as policy from "kubernetes-models/policy/v1";
import * as core from "kubernetes-models/v1";
import { parseAllDocuments, stringify } from "yaml";

const models = [
  apps.Deployment,
  autoscaling.HorizontalPodAutoscaler,
  policy.PodDisruptionBudget,
  core.ConfigMap,
  core.Service,
];
const file = process.env.KUBECTL_STATE;
const state = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};

/** Takes `-n NAME`, `-f NAME`, `-o NAME` and `--key=value` out of the words. */
function read(words) {
  const options = {};
  const rest = [];
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index];
    const [, key, value] = /^--([a-z-]+)=(.*)$/.exec(word) ?? [];
    if (key !== undefined) options[key] = value;
    else if (/^-[nfo]$/.test(word)) options[word.slice(1)] = words[++index];
    else rest.push(word);
  }
  return { options, rest };
}

function keep(manifest, namespace) {
  const model = models.find((each) => each.kind === manifest.kind && each.apiVersion === manifest.apiVersion);
  if (model === undefined) throw new Error(`no schema for ${manifest.kind}`);
  new model(manifest).validate();
  const key = `${namespace ?? "default"} ${manifest.kind} ${manifest.metadata.name}`;
  console.log(`${manifest.kind} ${manifest.metadata.name} ${key in state ? "configured" : "created"}`);
  state[key] = manifest;
}

function textsOf(source) {
  if (source === "-") return [readFileSync(0, "utf8")];
  return readdirSync(source).map((name) => readFileSync(join(source, name), "utf8"));
}

function configMap(name, from) {
  const [key, path] = from.includes("=") ? from.split("=") : [basename(from), from];
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name },
    data: { [key]: readFileSync(path, "utf8") },
  };
}

const { options, rest } = read(process.argv.slice(2));
const command = rest.slice(0, 2).join(" ");
if (rest[0] === "apply") {
  for (const text of textsOf(options.f))
    for (const document of parseAllDocuments(text)) keep(document.toJS(), options.n);
} else if (command === "create configmap") {
  const manifest = configMap(rest[2], options["from-file"]);
  if (options["dry-run"] === "client") process.stdout.write(stringify(manifest));
  else keep(manifest, options.n);
} else if (command === "create namespace") {
  state[`Namespace ${rest[2]}`] = {};
} else if (command === "rollout restart") {
  const name = rest[2].replace("deployment/", "");
  if (state[`${options.n} Deployment ${name}`] === undefined)
    throw new Error(`deployments "${name}" not found`);
  state[`restarted ${name}`] = true;
} else throw new Error(`cannot do: ${process.argv.slice(2).join(" ")}`);
writeFileSync(file, JSON.stringify(state));
