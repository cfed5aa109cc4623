import type { Mark } from '../../format/outcome';
import { words } from './words';

export function stateMark(isActive: boolean): Mark {
  return isActive
    ? { shape: 'disc', token: 'accent', word: words.active }
    : { shape: 'bar', token: 'skip', word: words.inactive };
}
