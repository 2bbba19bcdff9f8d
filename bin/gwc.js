#!/usr/bin/env node
import module from "node:module";

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 18)) {
  console.error(`gwc needs Node 20.18.1 or newer; this is ${process.version}`);
  process.exit(2);
}
// Code that was compiled once need not be again; Node has it from 22.8 on, and where it cannot write it goes without.
module.enableCompileCache?.();
await import("../dist/cli/main.js");
