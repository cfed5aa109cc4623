import { describe, expect, it } from 'vitest';
import { encode } from './encode';
import { correction } from './errorCorrection';

describe('encode', () => {
  it('has the correction bytes of the example in the standard', () => {
    const data = [16, 32, 12, 86, 97, 128, 236, 17, 236, 17, 236, 17, 236, 17, 236, 17];
    expect(correction(data, 10)).toEqual([165, 36, 212, 193, 237, 54, 199, 135, 44, 85]);
  });

  it('takes the smallest code that holds the text', () => {
    expect(encode('a'.repeat(14))?.length).toBe(21);
    expect(encode('a'.repeat(15))?.length).toBe(25);
    expect(encode('a'.repeat(213))?.length).toBe(57);
    expect(encode('a'.repeat(214))).toBeNull();
  });

  it('has three eyes, and timing between them', () => {
    const rows = encode('otpauth://totp/Prahari:asha?secret=JBSWY3DPEHPK3PXP&issuer=Prahari') ?? [];
    const far = rows.length - 1;
    for (const [x, y] of [
      [0, 0],
      [far, 0],
      [0, far],
    ] as const) {
      expect(rows[y]?.[x]).toBe(true);
    }
    expect(rows[far]?.[far - 7]).toBeDefined();
    expect(rows[6]?.slice(8, 12)).toEqual([true, false, true, false]);
  });
});
