// `/__health` [lura router/gin/engine.go].
import { type Exchange, Place } from "./exchange.js";
import { SERVED } from "./routing.js";
import { thread } from "./thread.js";

const startedAt = performance.now();

/** The time as Go prints it, the monotonic clock included. */
function goTime(now: Date, sinceStartMs: number): string {
  const iso = now.toISOString();
  const seconds = (sinceStartMs / 1000).toFixed(9);
  return `${iso.slice(0, 10)} ${iso.slice(11, 23)}000000 +0000 UTC m=+${seconds}`;
}

/** Answers that the gateway is up; 503 where it goes on after SIGTERM, but not for long. */
export function serveHealth(x: Exchange): Promise<void> {
  const now = goTime(new Date(), performance.now() - startedAt);
  const body = `{"agents":{},"now":"${now}","status":"${thread.stopping ? "stopping" : "ok"}"}`;
  x.place = Place.builtIn;
  x.send(thread.stopping ? 503 : 200, ["Content-Type", "application/json; charset=utf-8"], body);
  return SERVED;
}
