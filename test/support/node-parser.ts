/**
 * The HTTP parser of this Node is as strict as it is in 20.19 and later. Older ones take lone line feeds
 * and odd extensions of chunks: to compare with them would say nothing.
 */
export const nodeIsStrict: boolean = Number.parseInt(process.versions.llhttp ?? "0", 10) >= 9;
