// The cores of the machine, and what /proc says of a process: CPU time and memory, all threads and all child
// processes counted.
import { execFileSync, spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";

/** True when the system finds the command. */
export const has = (command) => spawnSync("sh", ["-c", `command -v ${command}`]).status === 0;

/** The cores that the bench may use; asked for before the bench pins itself. [proc(5): Cpus_allowed_list] */
const allowed = allowedCores();

export const cores = allowed.length;

/** True when processes can be tied to cores of their own. */
export const canPin = cores > 1 && has("taskset");

/** True when there are cores for two threads of a gateway, a load generator and backends. */
export const hasRoomForTwoThreads = canPin && cores > 3;

/**
 * Which cores each part gets, as taskset spells lists. Load and backends share a core where there are only two.
 * `gateways` is for a gateway of two threads, `all` for what nobody measures against anything.
 */
export const CORES = {
  gateway: String(allowed[0]),
  gateways: hasRoomForTwoThreads ? `${allowed[0]},${allowed[1]}` : allowed.join(","),
  load: String(hasRoomForTwoThreads ? allowed[2] : allowed[Math.min(1, cores - 1)]),
  upstream: String(hasRoomForTwoThreads ? allowed[3] : allowed[Math.min(2, cores - 1)]),
  all: allowed.join(","),
};

function allowedCores() {
  const usual = Array.from({ length: os.availableParallelism() }, (_, index) => index);
  if (!fs.existsSync("/proc/self/status")) return usual;
  const list = /^Cpus_allowed_list:\s+(\S+)$/m.exec(fs.readFileSync("/proc/self/status", "utf8"))?.[1];
  if (list === undefined) return usual;
  return list.split(",").flatMap((range) => {
    const [first, last = first] = range.split("-").map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}

/** Where everything runs, in words. */
export const placement = !canPin
  ? "processes not tied to cores"
  : CORES.load === CORES.upstream
    ? `gateway on core ${CORES.gateway}, load and backends on core ${CORES.load}`
    : `gateway on core ${CORES.gateway}, load on core ${CORES.load}, backends on core ${CORES.upstream}`;

/** Takes the bench itself off the gateway's core. */
export function stepAside() {
  if (canPin) execFileSync("taskset", ["-a", "-cp", CORES.load, String(process.pid)], { stdio: "ignore" });
}

const ticksPerSecond = fs.existsSync("/proc/self/stat")
  ? Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }))
  : 0;

/** User and system CPU time of a process and its children so far, in us; undefined where there is no /proc. */
export function cpuTime(pid) {
  if (ticksPerSecond === 0) return undefined;
  const total = { user: 0, system: 0 };
  for (const each of familyOf(pid)) {
    const { user, system } = timesIn(`/proc/${each}/stat`);
    total.user += user;
    total.system += system;
  }
  return total;
}

/**
 * For how long a core has been busy so far, whoever it worked for, in us; undefined where that cannot be known.
 * [proc(5): /proc/stat; user, nice, system, idle, iowait, irq, softirq, steal]
 */
export function coreTime(core) {
  if (ticksPerSecond === 0) return undefined;
  const line = new RegExp(`^cpu${core} (.*)$`, "m").exec(fs.readFileSync("/proc/stat", "utf8"));
  if (line === null) return undefined;
  const fields = line[1].split(" ").map(Number);
  const busy = fields.slice(0, 8).reduce((sum, each) => sum + each, 0) - fields[3] - fields[4];
  return (busy * 1e6) / ticksPerSecond;
}

/** CPU time of each thread of a process so far, in us, by thread id. */
export function threadTimes(pid) {
  if (ticksPerSecond === 0) return new Map();
  const times = fs.readdirSync(`/proc/${pid}/task`).map((thread) => {
    const { user, system } = timesIn(`/proc/${pid}/task/${thread}/stat`);
    return [thread, user + system];
  });
  return new Map(times);
}

function timesIn(file) {
  const stat = fs.readFileSync(file, "utf8");
  // Fields are counted behind the name, which stands in brackets and may hold anything. [proc(5): utime,
  // stime]
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const toMicroseconds = (ticks) => (Number(ticks) * 1e6) / ticksPerSecond;
  return { user: toMicroseconds(fields[11]), system: toMicroseconds(fields[12]) };
}

/** Resident memory of a process and its children in MB; undefined where there is no /proc. */
export const residentMegabytes = (pid) => memory(pid, "VmRSS");

/** The most that it was since `forgetPeak`, in MB. */
export const peakMegabytes = (pid) => memory(pid, "VmHWM");

/** Starts the peak anew [proc(5): clear_refs]; without the right to do so it goes on from the start. */
export function forgetPeak(pid) {
  if (ticksPerSecond === 0) return;
  for (const each of familyOf(pid)) {
    try {
      fs.writeFileSync(`/proc/${each}/clear_refs`, "5");
    } catch {}
  }
}

function memory(pid, field) {
  if (ticksPerSecond === 0) return undefined;
  let kilobytes = 0;
  for (const each of familyOf(pid)) {
    const status = fs.readFileSync(`/proc/${each}/status`, "utf8");
    kilobytes += Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(status)?.[1] ?? 0);
  }
  return kilobytes / 1024;
}

/** The process and its descendants: nginx works in a child. */
function familyOf(pid) {
  const family = [pid];
  for (const each of family) {
    for (const thread of fs.readdirSync(`/proc/${each}/task`)) {
      const file = `/proc/${each}/task/${thread}/children`;
      // Only kernels that can list the children have the file.
      if (fs.existsSync(file))
        family.push(...fs.readFileSync(file, "utf8").split(" ").filter(Boolean).map(Number));
    }
  }
  return family;
}

/** How many sockets listen on a port: threads that share one have a socket each. [proc(5): /proc/net/tcp] */
export function listenersOn(port) {
  const isOne = new RegExp(`^ *\\d+: [0-9A-F]+:${port.toString(16).toUpperCase().padStart(4, "0")} \\S+ 0A `);
  const lines = ["tcp", "tcp6"].flatMap((name) => {
    const file = `/proc/net/${name}`;
    return fs.existsSync(file) ? fs.readFileSync(file, "utf8").split("\n") : [];
  });
  return lines.filter((line) => isOne.test(line)).length;
}

/** How many files this process, and what it starts, may hold open. */
export function mostOpenFiles() {
  const { stdout } = spawnSync("sh", ["-c", "ulimit -n"], { encoding: "utf8" });
  return stdout.trim() === "unlimited" ? Number.POSITIVE_INFINITY : Number(stdout);
}
