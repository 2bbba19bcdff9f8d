// The content type that Go's server guesses for an answer without one [WHATWG MIME Sniffing; Go net/http sniff.go].
import type { ByteString } from "./bytes.js";

const MARKUP =
  /^[\t\n\f\r ]*<(?:!DOCTYPE HTML|HTML|HEAD|SCRIPT|IFRAME|H1|DIV|FONT|TABLE|A|STYLE|TITLE|B|BODY|BR|P|!--)[ >]/i;
const XML = /^[\t\n\f\r ]*<\?xml/;
const BINARY = /[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]/;

const SIGNATURES: readonly (readonly [RegExp, string])[] = [
  [/^%PDF-/, "application/pdf"],
  [/^%!PS-Adobe-/, "application/postscript"],
  [/^\xfe\xff/, "text/plain; charset=utf-16be"],
  [/^\xff\xfe/, "text/plain; charset=utf-16le"],
  [/^\xef\xbb\xbf/, "text/plain; charset=utf-8"],
  [/^\x00\x00\x01\x00/, "image/x-icon"],
  [/^BM/, "image/bmp"],
  [/^GIF8[79]a/, "image/gif"],
  [/^RIFF[\s\S]{4}WEBPVP/, "image/webp"],
  [/^\x89PNG\r\n\x1a\n/, "image/png"],
  [/^\xff\xd8\xff/, "image/jpeg"],
  [/^FORM[\s\S]{4}AIFF/, "audio/aiff"],
  [/^ID3/, "audio/mpeg"],
  [/^OggS\x00/, "application/ogg"],
  [/^MThd\x00\x00\x00\x06/, "audio/midi"],
  [/^RIFF[\s\S]{4}AVI /, "video/avi"],
  [/^RIFF[\s\S]{4}WAVE/, "audio/wave"],
  [/^[\s\S]{4}ftyp/, "video/mp4"],
  [/^\x1a\x45\xdf\xa3/, "video/webm"],
  [/^wOFF/, "font/woff"],
  [/^wOF2/, "font/woff2"],
  [/^\x1f\x8b\x08/, "application/x-gzip"],
  [/^PK\x03\x04/, "application/zip"],
  [/^Rar!\x1a\x07(?:\x00|\x01\x00)/, "application/x-rar-compressed"],
  [/^\x00asm/, "application/wasm"],
];

/** Looks at the first 512 bytes. */
export function sniff(body: ByteString): string {
  const start = body.slice(0, 512);
  if (MARKUP.test(start)) return "text/html; charset=utf-8";
  if (XML.test(start)) return "text/xml; charset=utf-8";
  const known = SIGNATURES.find(([pattern]) => pattern.test(start));
  if (known !== undefined) return known[1];
  return BINARY.test(start) ? "application/octet-stream" : "text/plain; charset=utf-8";
}
