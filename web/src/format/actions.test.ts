import { expect, it } from 'vitest';
import { actionWord } from './actions';

const NONE = { new: null, held: null, to: null, per_share_paise: null, text: '' };

it('calls an action as people do', () => {
  const said = [
    actionWord({ ...NONE, kind: 'bonus', new: 1, held: 1 }),
    actionWord({ ...NONE, kind: 'split', new: 5, held: 1 }),
    actionWord({ ...NONE, kind: 'consolidation', new: 1, held: 10 }),
    actionWord({ ...NONE, kind: 'rights', new: 3, held: 8 }),
    actionWord({ ...NONE, kind: 'dividend', per_share_paise: 147 }),
    actionWord({ ...NONE, kind: 'symbol_change', to: 'ETERNAL' }),
    actionWord({ ...NONE, kind: 'demerger' }),
    actionWord({ ...NONE, kind: 'demerger', to: 'TMCV' }),
    actionWord({ ...NONE, kind: 'isin_change', text: 'new ISIN INE467B01037' }),
  ];
  expect(said).toEqual([
    'Bonus 1:1',
    'Split 1 into 5',
    'Consolidation 10 into 1',
    'Rights 3:8',
    'Dividend ₹1.47 a share',
    'New symbol ETERNAL',
    'Demerger',
    'Demerger of TMCV',
    'New ISIN INE467B01037',
  ]);
});
