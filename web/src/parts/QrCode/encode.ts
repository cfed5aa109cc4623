import { correction } from './errorCorrection';
import { Grid } from './Grid';

/**
 * By version from 1: correction bytes of a block, and blocks, at level M, which mends about a seventh. Ten versions hold
 * 213 bytes, more than any address of an authenticator.
 */
const LEVEL_M = [
  [10, 1],
  [16, 1],
  [26, 1],
  [18, 2],
  [24, 2],
  [16, 4],
  [18, 4],
  [22, 4],
  [22, 5],
  [26, 5],
] as const;

const BYTE_MODE = 0b0100;
const PADDING = [0xec, 0x11] as const;

/** All bytes that a code of a version holds, those for correction among them. */
function capacity(version: number): number {
  let modules = (16 * version + 128) * version + 64;
  if (version >= 2) {
    const aligned = Math.floor(version / 7) + 2;
    modules -= (25 * aligned - 10) * aligned - 55;
    if (version >= 7) modules -= 36;
  }
  return Math.floor(modules / 8);
}

interface Size {
  version: number;
  /** Bytes for data, all blocks together. */
  data: number;
  perBlock: number;
  blocks: number;
}

/** The smallest code that holds so many bytes; null when none does. */
function sizeFor(bytes: number): Size | null {
  for (const [index, [perBlock, blocks]] of LEVEL_M.entries()) {
    const version = index + 1;
    const data = capacity(version) - perBlock * blocks;
    const header = version < 10 ? 12 : 20;
    if (bytes * 8 + header <= data * 8) return { version, data, perBlock, blocks };
  }
  return null;
}

/** Mode, length, text, end and padding. */
function dataBytes(text: Uint8Array, { version, data }: Size): number[] {
  const bits: number[] = [];
  const add = (value: number, length: number) => {
    for (let bit = length - 1; bit >= 0; bit -= 1) bits.push((value >>> bit) & 1);
  };
  add(BYTE_MODE, 4);
  add(text.length, version < 10 ? 8 : 16);
  for (const byte of text) add(byte, 8);
  add(0, Math.min(4, data * 8 - bits.length));
  add(0, (8 - (bits.length % 8)) % 8);
  const bytes: number[] = [];
  for (let at = 0; at < bits.length; at += 8) {
    bytes.push(bits.slice(at, at + 8).reduce((byte, bit) => (byte << 1) | bit, 0));
  }
  for (let at = 0; bytes.length < data; at += 1) bytes.push(PADDING[at % 2] ?? 0);
  return bytes;
}

/** Splits into blocks, of which the last ones are a byte longer, and takes a byte of each in turn. */
function interleaved(bytes: readonly number[], { blocks, perBlock }: Size): number[] {
  const short = Math.floor(bytes.length / blocks);
  const firstLong = blocks - (bytes.length % blocks);
  const parts: number[][] = [];
  let from = 0;
  for (let block = 0; block < blocks; block += 1) {
    const length = short + (block >= firstLong ? 1 : 0);
    parts.push(bytes.slice(from, from + length));
    from += length;
  }
  return [...inTurn(parts), ...inTurn(parts.map((part) => correction(part, perBlock)))];
}

function inTurn(parts: readonly number[][]): number[] {
  const longest = Math.max(...parts.map((part) => part.length));
  const places = Array.from({ length: longest }, (_, at) => at);
  return places.flatMap((at) => parts.flatMap((part) => part[at] ?? []));
}

/** The modules of a QR code, row by row, true for dark; null when the text is too long. */
export function encode(text: string): boolean[][] | null {
  const bytes = new TextEncoder().encode(text);
  const size = sizeFor(bytes.length);
  if (!size) return null;
  const content = interleaved(dataBytes(bytes, size), size);
  return new Grid(size.version).drawn(content);
}
