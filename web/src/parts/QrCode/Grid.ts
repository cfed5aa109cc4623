type Mask = (x: number, y: number) => boolean;

/** The eight patterns of which one is laid over the data, so that it has no large even areas. */
const MASKS: readonly Mask[] = [
  (x, y) => (x + y) % 2 === 0,
  (_, y) => y % 2 === 0,
  (x) => x % 3 === 0,
  (x, y) => (x + y) % 3 === 0,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2 === 0,
  (x, y) => ((x * y) % 2) + ((x * y) % 3) === 0,
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2 === 0,
  (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2 === 0,
];

/** The remainder that guards a few bits which say how to read the rest. */
function guarded(value: number, length: number, polynomial: number): number {
  let rest = value;
  for (let step = 0; step < length; step += 1) {
    rest = (rest << 1) ^ ((rest >>> (length - 1)) * polynomial);
  }
  return (value << length) | rest;
}

const bitOf = (value: number, bit: number) => ((value >>> bit) & 1) === 1;

/** The square of a QR code: first what every code of its version has, then the content round it. */
export class Grid {
  private readonly size: number;
  private readonly dark: boolean[][];
  /** What belongs to the drawing itself and holds no content. */
  private readonly fixed: boolean[][];

  constructor(private readonly version: number) {
    this.size = version * 4 + 17;
    const empty = () =>
      Array.from({ length: this.size }, () => new Array<boolean>(this.size).fill(false));
    this.dark = empty();
    this.fixed = empty();
    this.drawTiming();
    this.drawFinders();
    this.drawAlignment();
    this.drawFormat(0);
    this.drawVersion();
  }

  /** The whole code, under the mask that reads best. */
  drawn(content: readonly number[]): boolean[][] {
    this.place(content);
    let best: { penalty: number; rows: boolean[][] } | null = null;
    for (const [index, mask] of MASKS.entries()) {
      this.drawFormat(index);
      const rows = this.dark.map((row, y) =>
        row.map((module, x) => (this.fixed[y]?.[x] ? module : module !== mask(x, y))),
      );
      const penalty = penaltyOf(rows);
      if (!best || penalty < best.penalty) best = { penalty, rows };
    }
    return best?.rows ?? [];
  }

  private set(x: number, y: number, isDark: boolean): void {
    const row = this.dark[y];
    const fixedRow = this.fixed[y];
    if (!row || !fixedRow || x < 0 || x >= this.size) return;
    row[x] = isDark;
    fixedRow[x] = true;
  }

  private drawTiming(): void {
    for (let at = 0; at < this.size; at += 1) {
      this.set(6, at, at % 2 === 0);
      this.set(at, 6, at % 2 === 0);
    }
  }

  /** The three eyes with their light rims. */
  private drawFinders(): void {
    const far = this.size - 4;
    for (const [cx, cy] of [
      [3, 3],
      [far, 3],
      [3, far],
    ] as const) {
      for (let dy = -4; dy <= 4; dy += 1) {
        for (let dx = -4; dx <= 4; dx += 1) {
          const ring = Math.max(Math.abs(dx), Math.abs(dy));
          this.set(cx + dx, cy + dy, ring !== 2 && ring !== 4);
        }
      }
    }
  }

  private drawAlignment(): void {
    const places = this.alignmentPlaces();
    const last = places.length - 1;
    for (const [i, cx] of places.entries()) {
      for (const [j, cy] of places.entries()) {
        const isFinder = (i === 0 && (j === 0 || j === last)) || (i === last && j === 0);
        if (!isFinder) this.drawEye(cx, cy);
      }
    }
  }

  private drawEye(cx: number, cy: number): void {
    for (let dy = -2; dy <= 2; dy += 1) {
      for (let dx = -2; dx <= 2; dx += 1) {
        this.set(cx + dx, cy + dy, Math.max(Math.abs(dx), Math.abs(dy)) !== 1);
      }
    }
  }

  private alignmentPlaces(): number[] {
    if (this.version === 1) return [];
    const count = Math.floor(this.version / 7) + 2;
    const step = Math.ceil((this.version * 4 + 4) / (count * 2 - 2)) * 2;
    const fromEnd = Array.from({ length: count - 1 }, (_, at) => this.size - 7 - at * step);
    return [6, ...fromEnd.reverse()];
  }

  /** The level of correction (M is 0) and the mask, twice. */
  private drawFormat(mask: number): void {
    const bits = guarded(mask, 10, 0x537) ^ 0x5412;
    const { size } = this;
    for (let bit = 0; bit <= 5; bit += 1) this.set(8, bit, bitOf(bits, bit));
    this.set(8, 7, bitOf(bits, 6));
    this.set(8, 8, bitOf(bits, 7));
    this.set(7, 8, bitOf(bits, 8));
    for (let bit = 9; bit < 15; bit += 1) this.set(14 - bit, 8, bitOf(bits, bit));
    for (let bit = 0; bit < 8; bit += 1) this.set(size - 1 - bit, 8, bitOf(bits, bit));
    for (let bit = 8; bit < 15; bit += 1) this.set(8, size - 15 + bit, bitOf(bits, bit));
    this.set(8, size - 8, true);
  }

  private drawVersion(): void {
    if (this.version < 7) return;
    const bits = guarded(this.version, 12, 0x1f25);
    for (let bit = 0; bit < 18; bit += 1) {
      const along = this.size - 11 + (bit % 3);
      const across = Math.floor(bit / 3);
      this.set(along, across, bitOf(bits, bit));
      this.set(across, along, bitOf(bits, bit));
    }
  }

  /** Fills columns of two from the right, up and down in turn. */
  private place(content: readonly number[]): void {
    let at = 0;
    for (let right = this.size - 1; right >= 1; right -= 2) {
      if (right === 6) right = 5;
      const isUpward = ((right + 1) & 2) === 0;
      for (let step = 0; step < this.size; step += 1) {
        const y = isUpward ? this.size - 1 - step : step;
        for (const x of [right, right - 1]) {
          const row = this.dark[y];
          if (!row || this.fixed[y]?.[x]) continue;
          row[x] = bitOf(content[at >>> 3] ?? 0, 7 - (at & 7));
          at += 1;
        }
      }
    }
  }
}

/** Long runs and even squares make a code hard to read. */
function penaltyOf(rows: readonly boolean[][]): number {
  const columns = rows.map((_, x) => rows.map((row) => row[x] ?? false));
  let penalty = 0;
  for (const line of [...rows, ...columns]) penalty += runPenalty(line);
  for (let y = 1; y < rows.length; y += 1) {
    for (let x = 1; x < rows.length; x += 1) {
      const here = rows[y]?.[x];
      const isEven =
        here === rows[y]?.[x - 1] && here === rows[y - 1]?.[x] && here === rows[y - 1]?.[x - 1];
      if (isEven) penalty += 3;
    }
  }
  return penalty;
}

function runPenalty(line: readonly boolean[]): number {
  let penalty = 0;
  let run = 0;
  for (const [at, module] of line.entries()) {
    run = at > 0 && module === line[at - 1] ? run + 1 : 1;
    if (run === 5) penalty += 3;
    else if (run > 5) penalty += 1;
  }
  return penalty;
}
