import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BINARY } from './daemon';

/** As the build lays them beside the daemon: `target/components`. */
const FOLDER = process.env.PRAHARI_COMPONENTS ?? join(dirname(BINARY), '../components');

export interface Upload {
  name: string;
  mimeType: string;
  buffer: Buffer;
}

/**
 * The component of a task that comes with the program. A note makes it another version that does the same: it stands in a
 * section that nobody executes.
 */
export async function componentOf(task: string, note: string): Promise<Upload> {
  const bytes = await readFile(join(FOLDER, `${task}.wasm`));
  return wasm(Buffer.concat([bytes, customSection('note', note)]));
}

/** A component whose settings are of every kind, and whose runs never come back: `guest.wat` is its text. */
export const guest = async (): Promise<Upload> =>
  wasm(await readFile(join(import.meta.dirname, 'guest.wasm')));

export const wasm = (buffer: Buffer): Upload => ({
  name: 'module.wasm',
  mimeType: 'application/wasm',
  buffer,
});

const CUSTOM = 0;

function customSection(name: string, text: string): Buffer {
  const label = Buffer.from(name);
  const content = Buffer.concat([leb128(label.length), label, Buffer.from(text)]);
  return Buffer.concat([Buffer.from([CUSTOM]), leb128(content.length), content]);
}

/** A number as WebAssembly writes it: seven bits a byte, the lowest first. */
function leb128(value: number): Buffer {
  const rest = value >>> 7;
  const low = value & 0x7f;
  return rest === 0 ? Buffer.from([low]) : Buffer.concat([Buffer.from([low | 0x80]), leb128(rest)]);
}
