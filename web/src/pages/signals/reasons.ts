import { codeWords } from '../../format/codes';
import { decimal } from '../../format/numbers';

const PERCENT = '_pct';

/** A reason of a signal as people write it: `average_profit_pct=3.1421` is average profit 3.1 %. */
export function reasonText(reason: string): string {
  const [name = '', value] = reason.split('=', 2);
  if (value === undefined) return codeWords(reason);
  const number = value === '' ? Number.NaN : Number(value);
  if (!Number.isFinite(number)) return `${codeWords(name)} ${codeWords(value)}`;
  if (name.endsWith(PERCENT)) {
    return `${codeWords(name.slice(0, -PERCENT.length))} ${decimal(number, 1)} %`;
  }
  return `${codeWords(name)} ${decimal(number, Number.isInteger(number) ? 0 : 2)}`;
}
