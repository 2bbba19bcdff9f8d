// The log of the machine. Node opens no datagram sockets of the local kind, on which syslog listens, so
// messages go through the `logger` command of the system.
import { spawn } from "node:child_process";
import type { ByteString } from "../../runtime/bytes.js";
import { LineSink } from "../../runtime/lines.js";
import { basicLogger, type Logger, logError, setLogger } from "../../runtime/log.js";

/** `priority` is facility and severity, `local3.info`; an empty tag is the name of the program. */
export function syslog(priority: string, tag: ByteString): Logger {
  const name = `${tag === "" ? "gateway" : Buffer.from(tag, "latin1").toString("utf8")}[${process.pid}]`;
  const command = spawn("logger", ["-p", priority, "-t", name], { stdio: ["pipe", "ignore", "ignore"] });
  let ended = false;
  const giveUp = (): void => {
    if (ended) return;
    ended = true;
    // As KrakenD where it cannot reach syslog.
    setLogger(basicLogger);
    logError("[SERVICE: Logging] Unable to create the logger: Unix syslog delivery error");
  };
  command.on("error", giveUp).on("exit", giveUp).unref();
  const input = command.stdin!;
  (input as { unref?(): void }).unref?.();
  const sink = new LineSink(input);
  return (level, text) => sink.write(`${level} > ${text}\n`);
}
