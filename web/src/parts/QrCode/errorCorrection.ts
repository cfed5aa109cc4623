// Reed-Solomon over GF(256) with the polynomial of QR codes, x^8 + x^4 + x^3 + x^2 + 1.

function multiply(one: number, other: number): number {
  let product = 0;
  for (let bit = 7; bit >= 0; bit -= 1) {
    product = (product << 1) ^ ((product >>> 7) * 0x11d);
    product ^= ((other >>> bit) & 1) * one;
  }
  return product;
}

/** Coefficients of the generator, highest power first, without the leading 1. */
function generator(degree: number): number[] {
  const coefficients = new Array<number>(degree).fill(0);
  coefficients[degree - 1] = 1;
  let root = 1;
  for (let step = 0; step < degree; step += 1) {
    for (let at = 0; at < degree; at += 1) {
      const next = at + 1 < degree ? (coefficients[at + 1] ?? 0) : 0;
      coefficients[at] = multiply(coefficients[at] ?? 0, root) ^ next;
    }
    root = multiply(root, 2);
  }
  return coefficients;
}

/** The bytes that let a reader mend `data`. */
export function correction(data: readonly number[], count: number): number[] {
  const divisor = generator(count);
  const rest = new Array<number>(count).fill(0);
  for (const byte of data) {
    const factor = byte ^ (rest.shift() ?? 0);
    rest.push(0);
    for (const [at, coefficient] of divisor.entries()) {
      rest[at] = (rest[at] ?? 0) ^ multiply(coefficient, factor);
    }
  }
  return rest;
}
