import type { ActionTerms } from '../api/schema';
import { rupees } from './money';
import { capital } from './text';

type Said = Pick<ActionTerms, 'kind' | 'new' | 'held' | 'to' | 'per_share_paise' | 'text'>;

/** A corporate action as people call it: `Bonus 1:1`, `Split 1 into 5`, `Dividend ₹9.00 a share`. */
export function actionWord(action: Said): string {
  const { kind, new: after, held, to, per_share_paise, text } = action;
  switch (kind) {
    case 'bonus':
      return `Bonus ${after}:${held}`;
    case 'split':
      return `Split ${held} into ${after}`;
    case 'consolidation':
      return `Consolidation ${held} into ${after}`;
    case 'rights':
      return `Rights ${after}:${held}`;
    case 'symbol_change':
      return `New symbol ${to}`;
    case 'demerger':
      return to === null ? 'Demerger' : `Demerger of ${to}`;
    case 'dividend':
      return `Dividend ${rupees(per_share_paise ?? 0)} a share`;
    default:
      return capital(text);
  }
}
