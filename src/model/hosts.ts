// Host strings of backends [lura config/uri.go].

const HOST = /(https?:\/\/)?([a-zA-Z0-9._-]+)(:[0-9]{2,6})?\/?/g;

/**
 * The host as KrakenD cleans it: `http://` in front when there is no scheme, no trailing slash.
 * Undefined where KrakenD refuses it: the pattern must match exactly once anywhere in the text.
 */
export function sanitizeHost(host: string): string | undefined {
  const matches = [...host.matchAll(HOST)];
  const [match] = matches;
  if (match === undefined || matches.length !== 1) return undefined;
  return `${match[1] ?? "http://"}${match[2]}${match[3] ?? ""}`;
}
