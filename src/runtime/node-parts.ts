// Parts of Node that many gateways never need. Each is loaded when it is first asked for: together they
// would take a tenth of the time of a start.

const part = process.getBuiltinModule;

export const crypto = (): typeof import("node:crypto") => part("node:crypto");
export const dns = (): typeof import("node:dns") => part("node:dns");
export const tls = (): typeof import("node:tls") => part("node:tls");
export const modules = (): typeof import("node:module") => part("node:module");
export const v8 = (): typeof import("node:v8") => part("node:v8");
export const vm = (): typeof import("node:vm") => part("node:vm");
export const zlib = (): typeof import("node:zlib") => part("node:zlib");
