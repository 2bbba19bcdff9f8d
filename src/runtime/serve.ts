// Start of the generated program.
import { boundNursery } from "./nursery.js";
import { GatewayProgram, type ServeOptions } from "./program.js";
import { thread } from "./thread.js";
import { lead } from "./workers.js";
import { begin } from "./workers-peer.js";
import { obey } from "./workers-remote.js";

/** The file of the program: it is one CommonJS module. */
declare const __filename: string;

/** Serves until SIGTERM or SIGINT; or takes its place in a gateway that is serving already. */
export function serve(options: ServeOptions): void {
  const program = new GatewayProgram(options);
  if (thread.receive !== undefined) {
    thread.receive(program);
  } else if (thread.leads) {
    if (thread.serving === 1) boundNursery();
    void lead(program, __filename);
  } else {
    begin(program);
    obey();
  }
}
