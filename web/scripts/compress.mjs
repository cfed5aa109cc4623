// Writes each file of the build a second time as the browser may get it: compressed with brotli at its best, which takes
// seconds here and nothing when the file is asked for. What becomes no smaller stays as it is.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';

const DIST = new URL('../dist/', import.meta.url).pathname;
// The page gets a nonce in each answer and is compressed then.
const AS_IT_IS = new Set(['index.html']);

for (const entry of readdirSync(DIST, { recursive: true, withFileTypes: true })) {
  const path = join(entry.parentPath, entry.name);
  if (
    !entry.isFile() ||
    entry.name.endsWith('.br') ||
    AS_IT_IS.has(entry.name) ||
    path.includes('/.vite/')
  )
    continue;
  const bytes = readFileSync(path);
  const small = brotliCompressSync(bytes, {
    params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
  });
  if (small.length < bytes.length * 0.95) writeFileSync(`${path}.br`, small);
}
