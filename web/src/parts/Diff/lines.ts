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

/** So many pairs of lines are weighed against each other at most, which takes some 30 MB. */
const MOST_PAIRS = 4_000_000;

/** How many lines both have alike, read by `at` from one end. */
function alike(most: number, isSame: (at: number) => boolean): number {
  let at = 0;
  while (at < most && isSame(at)) at += 1;
  return at;
}

/**
 * Which lines went, came and stayed. What both texts begin and end with is left out of the weighing; where too many
 * lines are left for it, all of them went and came.
 */
export function diffLines(beforeText: string, afterText: string): DiffLine[] {
  const before = beforeText.split('\n');
  const after = afterText.split('\n');
  const most = Math.min(before.length, after.length);
  const start = alike(most, (at) => before[at] === after[at]);
  const end = alike(most - start, (at) => before.at(-1 - at) === after.at(-1 - at));
  const olds = before.slice(start, before.length - end);
  const news = after.slice(start, after.length - end);
  const lengths = olds.length * news.length > MOST_PAIRS ? null : commonLengths(olds, news);
  const lines: DiffLine[] = [];
  let b = 0;
  let a = 0;
  const keep = (texts: readonly string[]) => {
    for (const text of texts) {
      b += 1;
      a += 1;
      lines.push({ kind: 'same', text, before: b, after: a });
    }
  };
  keep(before.slice(0, start));
  while (b < start + olds.length || a < start + news.length) {
    const [atOld, atNew] = [b - start, a - start];
    const [old, fresh] = [olds[atOld], news[atNew]];
    if (lengths && old !== undefined && old === fresh) keep([old]);
    else if (
      old !== undefined &&
      (fresh === undefined ||
        (lengths?.[atOld + 1]?.[atNew] ?? 0) >= (lengths?.[atOld]?.[atNew + 1] ?? 0))
    ) {
      b += 1;
      lines.push({ kind: 'removed', text: old, before: b, after: null });
    } else {
      a += 1;
      lines.push({ kind: 'added', text: fresh ?? '', before: null, after: a });
    }
  }
  keep(before.slice(before.length - end));
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
