export interface DiffLine {
  kind: 'same' | 'removed' | 'added';
  text: string;
  /** Number in the text before; null for an added line. */
  before: number | null;
  /** Number in the text after; null for a removed line. */
  after: number | null;
}

/** Length of the longest common subsequence of the rests that begin at each pair of lines. */
function commonLengths(before: readonly string[], after: readonly string[]): number[][] {
  const lengths = Array.from({ length: before.length + 1 }, () =>
    new Array<number>(after.length + 1).fill(0),
  );
  for (let b = before.length - 1; b >= 0; b -= 1) {
    for (let a = after.length - 1; a >= 0; a -= 1) {
      const row = lengths[b] ?? [];
      const below = lengths[b + 1] ?? [];
      row[a] =
        before[b] === after[a] ? (below[a + 1] ?? 0) + 1 : Math.max(below[a] ?? 0, row[a + 1] ?? 0);
    }
  }
  return lengths;
}

/** Which lines went, came and stayed. For texts of a person's size: it takes before × after steps. */
export function diffLines(beforeText: string, afterText: string): DiffLine[] {
  const before = beforeText.split('\n');
  const after = afterText.split('\n');
  const lengths = commonLengths(before, after);
  const lines: DiffLine[] = [];
  let b = 0;
  let a = 0;
  while (b < before.length || a < after.length) {
    const [old, fresh] = [before[b], after[a]];
    if (old !== undefined && old === fresh) {
      b += 1;
      a += 1;
      lines.push({ kind: 'same', text: old, before: b, after: a });
    } else if (
      old !== undefined &&
      (fresh === undefined || (lengths[b + 1]?.[a] ?? 0) >= (lengths[b]?.[a + 1] ?? 0))
    ) {
      b += 1;
      lines.push({ kind: 'removed', text: old, before: b, after: null });
    } else {
      a += 1;
      lines.push({ kind: 'added', text: fresh ?? '', before: null, after: a });
    }
  }
  return lines;
}

/** The lines that differ, each with so many others around it. */
export function nearChanges(lines: readonly DiffLine[], around: number): DiffLine[] {
  const near = new Set<number>();
  for (const [at, { kind }] of lines.entries()) {
    if (kind === 'same') continue;
    for (let by = -around; by <= around; by += 1) near.add(at + by);
  }
  return lines.filter((_, at) => near.has(at));
}
