import { NativeSelect, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { decideDifference } from '../../api/differences';
import type { HoldingDifference, HoldingDifferenceDecision } from '../../api/schema';
import { useStrategies } from '../../api/useStrategies';
import { codeWords } from '../../format/codes';
import { rupees } from '../../format/money';
import { ConfirmDialog } from '../../parts/ConfirmDialog';
import { costOf, isMissing, needsCost } from './cost';
import css from './Positions.module.css';
import { words } from './words';

const w = words.differences;

interface Props {
  user: number | undefined;
  /** The difference that is decided; none while nobody is asked. */
  difference: HoldingDifference | null;
  onClose: () => void;
}

/** Has the books take over what the broker says. */
export function AdoptDialog(props: Props) {
  // It begins anew with each difference.
  return <Adopt key={props.difference?.id ?? 'none'} {...props} />;
}

function Adopt({ user, difference, onClose }: Props) {
  const strategies = useStrategies();
  const [typed, setTyped] = useState('');
  const [chosen, setChosen] = useState<string | null>(null);
  const decide = useDecision(user, difference);
  const strategy = chosen ?? strategies[0];
  const missing = difference !== null && isMissing(difference);
  const cost = costOf(typed);
  const isBad = typed.trim() !== '' && cost === null;
  const lacks = difference !== null && needsCost(difference) && typed.trim() === '';
  const told = difference?.broker_cost_paise ?? null;
  const adopt = () => {
    const priced = cost === null ? {} : { cost_paise: cost };
    return decide({
      decision: 'adopt',
      ...priced,
      ...(!missing && strategy !== undefined && { strategy }),
    });
  };
  return (
    <ConfirmDialog
      opened={difference !== null}
      onClose={onClose}
      title={difference ? w.adoptTitle(difference.symbol, difference.quantity, missing) : ''}
      confirm={missing ? w.bookSale : w.takeOver}
      blocked={isBad ? w.badCost : lacks ? w.giveCost : undefined}
      onConfirm={adopt}
    >
      <p className={css.quiet}>{difference?.detail}</p>
      <p className={css.quiet}>{missing ? w.saleText : w.adoptText}</p>
      {!missing && (
        <NativeSelect
          label={w.strategy}
          value={strategy ?? ''}
          data={strategies.map((name) => ({ value: name, label: codeWords(name) }))}
          onChange={(event) => setChosen(event.currentTarget.value)}
        />
      )}
      <TextInput
        label={missing ? w.soldAt : w.costEach}
        description={missing ? w.orLast : told === null ? undefined : w.orBroker(rupees(told))}
        value={typed}
        inputMode="decimal"
        autoComplete="off"
        error={isBad && w.badCost}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
    </ConfirmDialog>
  );
}

/** Says that the shares are not Prahari's. */
export function IgnoreDialog({ user, difference, onClose }: Props) {
  const decide = useDecision(user, difference);
  return (
    <ConfirmDialog
      opened={difference !== null}
      onClose={onClose}
      title={difference ? w.ignoreTitle(difference.symbol, difference.quantity) : ''}
      confirm={w.ignoreIt}
      onConfirm={() => decide({ decision: 'ignore' })}
    >
      <p className={css.quiet}>{difference?.detail}</p>
      <p className={css.quiet}>{w.ignoreText}</p>
    </ConfirmDialog>
  );
}

function useDecision(user: number | undefined, difference: HoldingDifference | null) {
  const cache = useQueryClient();
  return async (decision: HoldingDifferenceDecision) => {
    if (difference === null) return;
    // Also after a refusal: the difference may have become another one.
    await decideDifference(difference.id, decision, user).finally(() =>
      Promise.all(
        ['positions', 'funds', 'orders', 'alerts'].map((key) =>
          cache.invalidateQueries({ queryKey: [key] }),
        ),
      ),
    );
  };
}
