/** `name:2: reason`, as Lua says it, in KrakenD's words: `reason (name:L2)`. [krakend-lua sourcemap.go] */
export function placedBehind(text: string): string {
  const [, name, line, reason] = /^([^:\n]+):(\d+): (.*)$/s.exec(text) ?? [];
  return name === undefined ? text : `${reason} (${name}:L${line})`;
}
