import { Button } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { pageError } from '../../api/problems';
import type { RestrictionBody, TradingStateBody, TradingStateName } from '../../api/schema';
import { setTradingState, TRADING, tradingStateQuery } from '../../api/trading';
import { ConfirmDialog } from '../../parts/ConfirmDialog';
import { DefinitionList } from '../../parts/DefinitionList';
import { Instant } from '../../parts/Instant';
import { PageState } from '../../parts/PageState';
import { Section } from '../../parts/Section';
import { loosensState, reasonOf, STATES } from '../../shell/trading';
import { useViewing } from '../../shell/viewing';
import { tradingWords } from '../../shell/words';
import css from './Settings.module.css';
import { words } from './words';

const text = words.trading;

/** What may be sent, why not more, and the three states to set: a user's own, or those of an admin for a user. */
export function TradingState() {
  const { user, name } = useViewing();
  const { data, error, isPending, refetch } = useQuery(tradingStateQuery(user));
  return (
    <PageState
      loading={isPending}
      error={error && !data ? pageError(error, () => void refetch()) : null}
    >
      {data && (
        <>
          <Held trading={data} />
          <Choice trading={data} user={user} name={name} />
        </>
      )}
    </PageState>
  );
}

function Held({ trading }: { trading: TradingStateBody }) {
  return (
    <Section title={text.held} note={text.heldNote}>
      <DefinitionList
        items={[
          { term: text.state, value: <strong>{tradingWords.states[trading.state]}</strong> },
          ...trading.restrictions.map((one) => ({
            term: text.because(tradingWords.states[one.state], tradingWords.source(one.source)),
            value: <Restriction restriction={one} />,
          })),
        ]}
      />
    </Section>
  );
}

function Restriction({ restriction }: { restriction: RestrictionBody }) {
  const { since, by, lifted_by } = restriction;
  return (
    <>
      {reasonOf(restriction)}{' '}
      {since !== null && (
        <>
          {text.since} <Instant at={since} day />
          {by !== null && ` ${text.by(by)}`}.{' '}
        </>
      )}
      {text.lift(lifted_by)}
    </>
  );
}

interface ChoiceProps {
  trading: TradingStateBody;
  user: number | undefined;
  name: string | undefined;
}

function Choice({ trading, user, name }: ChoiceProps) {
  const [asked, setAsked] = useState<TradingStateName | null>(null);
  const cache = useQueryClient();
  const now = (name === undefined ? trading.own : trading.admin).state;
  const send = async (reason: string) => {
    if (asked === null) return;
    await setTradingState({ state: asked, reason }, user);
    await Promise.all(TRADING.map((key) => cache.invalidateQueries({ queryKey: [key] })));
  };
  return (
    <Section title={text.choice(name)} note={text.choiceNote(name)}>
      <ul className={css.states}>
        {STATES.map((state) => (
          <li key={state} className={css.state}>
            <Button
              size="sm"
              variant={state === now ? 'filled' : 'default'}
              color={state === 'halted' ? 'bad' : 'accent'}
              aria-pressed={state === now}
              onClick={() => state !== now && setAsked(state)}
            >
              {text.set[state]}
            </Button>
            <span className={css.text}>{text.means[state]}</span>
          </li>
        ))}
      </ul>
      <ConfirmDialog
        opened={asked !== null}
        onClose={() => setAsked(null)}
        title={asked === null ? '' : text.askTitle(tradingWords.states[asked], name)}
        confirm={asked === null ? '' : text.confirm[asked]}
        danger={asked === 'halted'}
        hold={asked !== null && loosensState(now, asked)}
        reason={text.reason}
        onConfirm={send}
      >
        <p className={css.text}>{asked !== null && text.ask[asked]}</p>
      </ConfirmDialog>
    </Section>
  );
}
