/**
 * Weighs what `vite build` wrote, as brotli sends it, and fails above the budgets: the JavaScript that the first page
 * has to wait for, and each part that is loaded when a page asks for it.
 */
import { readFileSync } from 'node:fs';
import { brotliCompressSync } from 'node:zlib';

const FIRST_PAGE_BYTES = 250_000;
const LAZY_PART_BYTES = 100_000;

const dist = new URL('../dist/', import.meta.url);
/** @type {Record<string, { file: string, isEntry?: boolean, imports?: string[], dynamicImports?: string[] }>} */
const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', dist), 'utf8'));

/** @param {string} file */
const weigh = (file) => brotliCompressSync(readFileSync(new URL(file, dist))).length;

/**
 * Adds a chunk and all that it imports statically.
 * @param {string} key
 * @param {Set<string>} found
 */
function collect(key, found) {
  const chunk = manifest[key];
  if (!chunk || found.has(key)) return found;
  found.add(key);
  for (const imported of chunk.imports ?? []) collect(imported, found);
  return found;
}

const isScript = (/** @type {string} */ key) => manifest[key]?.file.endsWith('.js') ?? false;
const entries = Object.keys(manifest).filter((key) => manifest[key]?.isEntry);
const first = new Set(entries.flatMap((key) => [...collect(key, new Set())]).filter(isScript));
const lazy = Object.keys(manifest).filter((key) => isScript(key) && !first.has(key));

const rows = [...first].map((key) => ({
  part: 'first page',
  file: manifest[key]?.file ?? key,
  bytes: weigh(manifest[key]?.file ?? key),
}));
const firstBytes = rows.reduce((sum, row) => sum + row.bytes, 0);
const lazyRows = lazy
  .map((key) => ({
    part: 'lazy',
    file: manifest[key]?.file ?? key,
    bytes: weigh(manifest[key]?.file ?? key),
  }))
  .sort((one, other) => other.bytes - one.bytes);

for (const row of [...rows, ...lazyRows])
  console.log(`${String(row.bytes).padStart(8)}  ${row.part.padEnd(10)}  ${row.file}`);
console.log(
  `${String(firstBytes).padStart(8)}  JavaScript of the first page, of ${FIRST_PAGE_BYTES} allowed (brotli)`,
);

const tooHeavy = lazyRows.filter((row) => row.bytes > LAZY_PART_BYTES);
for (const row of tooHeavy)
  console.error(`${row.file} has ${row.bytes} bytes, of ${LAZY_PART_BYTES} allowed`);
if (firstBytes > FIRST_PAGE_BYTES)
  console.error(`The first page has ${firstBytes - FIRST_PAGE_BYTES} bytes too many`);
if (tooHeavy.length > 0 || firstBytes > FIRST_PAGE_BYTES) process.exit(1);
