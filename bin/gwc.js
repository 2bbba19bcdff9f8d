#!/usr/bin/env node
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 18)) {
  console.error(`gwc needs Node 20.18.1 or newer; this is ${process.version}`);
  process.exit(2);
}
await import("../dist/cli/main.js");
