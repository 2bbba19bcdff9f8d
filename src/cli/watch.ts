// Notices that a configuration has changed.
import { type FSWatcher, watch as watchFolder } from "node:fs";
import { basename, dirname } from "node:path";
import type { Environment } from "../config/load.js";

/** Editors write a file in several steps; what comes within this time is one change. */
const QUIET_MS = 100;

/** Folders of flexible configuration, any file of which may have its part in the whole. */
const FOLDERS = ["FC_SETTINGS", "FC_PARTIALS", "FC_TEMPLATES"] as const;

/**
 * Calls back after each change of a configuration or of what it is made from. Folders are watched,
 * not files: an editor puts a new file in the place of the old one, and a Kubernetes ConfigMap
 * changes a link beside it.
 */
export function watch(config: string, environment: Environment, changed: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  const notice = (): void => {
    clearTimeout(timer);
    timer = setTimeout(changed, QUIET_MS);
  };
  const name = basename(config);
  const own = (_event: string, file: string | null): void => {
    if (file === null || file === name || file.startsWith("..")) notice();
  };
  const watchers: FSWatcher[] = [watchFolder(dirname(config), own)];
  for (const folder of FOLDERS) {
    const path = environment[folder];
    if (path) watchers.push(watchFolder(path, { recursive: true }, notice));
  }
  return () => {
    clearTimeout(timer);
    for (const each of watchers) each.close();
  };
}
