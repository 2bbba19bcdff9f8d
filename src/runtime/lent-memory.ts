// The memory that sockets read into and that the walk through JSON works in. It is one, so that a long
// answer is walked where it arrived: copying it twice cost as much as walking through it.
//
// What lies in it is lent. Bytes of a reading are there until the next one; an area belongs to one answer.

/** Of the walk: what closes open containers, and the texts that arrive elsewhere. */
export const WORKSPACE_BYTES = 4 * 1024 * 1024 + 64 * 1024;
/** The walk may load so many bytes behind a text, and looks at none of them. */
const SLACK_BYTES = 128;
const READ_BYTES = 256 * 1024;
/** An answer that comes in pieces is put together in an area, as long as there are areas. */
const AREA_BYTES = 256 * 1024;
/** Fewer bytes are copied faster than an area is found for them. */
export const LEAST_IN_AREA = 16 * 1024;
const AREAS = 16;

const READ_AT = WORKSPACE_BYTES;
const AREAS_AT = READ_AT + READ_BYTES + SLACK_BYTES;
const PAGE_BYTES = 64 * 1024;
const PAGES = Math.ceil((AREAS_AT + AREAS * AREA_BYTES + SLACK_BYTES) / PAGE_BYTES);

/** What is used of the global of that name, which the types of Node leave to browsers. */
declare const WebAssembly: {
  readonly Memory: new (size: { initial: number }) => LentMemory;
};

export interface LentMemory {
  readonly buffer: ArrayBuffer;
}

/** No page of it takes up room before it is used. It never grows: that would take it from the sockets. */
export const lentMemory: LentMemory = makeMemory();

function makeMemory(): LentMemory {
  try {
    return new WebAssembly.Memory({ initial: PAGES });
  } catch {
    // An engine without WebAssembly (--jitless), or too little address space for one.
    return { buffer: new ArrayBuffer(PAGES * PAGE_BYTES) };
  }
}

/** Sockets of this thread read into it. */
export const readBytes: Buffer = Buffer.from(lentMemory.buffer, READ_AT, READ_BYTES);

/** Readings so far, to tell whether bytes of one are still there. */
export let readings = 0;

/** How many bytes the last one brought. */
let readEnd = 0;

export function countReading(end: number): void {
  readings += 1;
  readEnd = end;
}

/**
 * The last bytes of a reading with a zero behind them; undefined where they lie elsewhere, or something comes behind
 * them that the zero would overwrite, such as the next answer.
 */
export function closedReading(bytes: Buffer, start: number, end: number): Buffer | undefined {
  if (bytes !== readBytes || end !== readEnd || end === READ_BYTES) return undefined;
  const closed = bytes.subarray(start, end + 1);
  closed[end - start] = 0;
  return closed;
}

const idle: Buffer[] = [];
let made = 0;

/** An area for so many bytes, the caller's until it is given back; undefined where there is none. */
export function takeArea(length: number): Buffer | undefined {
  if (length > AREA_BYTES) return undefined;
  // The one that was used last is the one that the processor still holds.
  const area = idle.pop();
  if (area !== undefined || made === AREAS) return area;
  made += 1;
  return Buffer.from(lentMemory.buffer, AREAS_AT + (made - 1) * AREA_BYTES, AREA_BYTES);
}

export function giveBackArea(area: Buffer): void {
  idle.push(area);
}
