import { rupees } from '../../format/money';
import { count } from '../../format/numbers';

/** Names that end so count paise. */
const PAISE = /_paise$/;

/** The name of what a task counted, as people write it. */
export function counterWord(name: string): string {
  return name.replace(PAISE, '').replaceAll('_', ' ');
}

export function counterValue(name: string, value: number): string {
  return PAISE.test(name) ? rupees(value) : count(value);
}
