import { createHash } from "node:crypto";

/** As `md5sum` prints it. */
export function md5Of(bytes: Buffer): string {
  return createHash("md5").update(bytes).digest("hex");
}
