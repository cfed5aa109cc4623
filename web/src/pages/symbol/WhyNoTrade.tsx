import { TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { pageError } from '../../api/problems';
import type { WhyNoTrade as Why, WhyStep } from '../../api/schema';
import { whyQuery } from '../../api/why';
import { sentence } from '../../format/text';
import { Instant } from '../../parts/Instant';
import { MarkWord } from '../../parts/MarkWord';
import { PageState } from '../../parts/PageState';
import { Section } from '../../parts/Section';
import { OrderDrawer } from '../orders/OrderDrawer';
import css from './Symbol.module.css';
import { answerMark, stepMark, whyWords } from './why';

interface Props {
  symbol: string;
  user: number | undefined;
  /** The newest trading date when none is chosen. */
  day: string | undefined;
  onDay: (day: string | undefined) => void;
}

/** Why the share was not traded on a day: the answer, and below it the steps from bar to order. */
export function WhyNoTrade({ symbol, user, day, onDay }: Props) {
  const [opened, setOpened] = useState<string>();
  const { data, error, isPending, refetch } = useQuery(whyQuery(symbol, user, day));
  return (
    <Section
      title={whyWords.title}
      note={whyWords.note}
      actions={
        <TextInput
          type="date"
          size="xs"
          aria-label={whyWords.day}
          value={day ?? data?.day ?? ''}
          onChange={(event) => onDay(event.currentTarget.value || undefined)}
        />
      }
    >
      <PageState
        loading={isPending}
        error={data || !error ? null : pageError(error, () => void refetch())}
        empty={
          data?.steps.length === 0 && {
            title: whyWords.noneTitle,
            text: sentence(data.conclusion),
          }
        }
      >
        {data && <Answer why={data} onOrder={setOpened} />}
      </PageState>
      <OrderDrawer id={opened} user={user} onClose={() => setOpened(undefined)} />
    </Section>
  );
}

function Answer({ why, onOrder }: { why: Why; onOrder: (id: string) => void }) {
  return (
    <>
      <p className={css.conclusion}>
        <MarkWord mark={answerMark(why)} />
        <b>{sentence(why.conclusion)}</b>
      </p>
      <ol className={css.steps} aria-label={whyWords.steps}>
        {why.steps.map((step, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the steps of an answer never move
          <li key={index} className={css.step}>
            <MarkWord mark={stepMark(step)} />
            <Instant at={step.at} day />
            <span>
              {sentence(step.found)} <Subject step={step} day={why.day} onOrder={onOrder} />
            </span>
          </li>
        ))}
      </ol>
      {why.left_out.length > 0 && <p className={css.quiet}>{whyWords.leftOut(why.left_out)}</p>}
    </>
  );
}

interface SubjectProps {
  step: WhyStep;
  day: string;
  onOrder: (id: string) => void;
}

/** Leads to what a step is about. */
function Subject({ step: { execution, signal, order }, day, onOrder }: SubjectProps) {
  if (execution !== null) {
    return (
      <Link to="/runs/$run" params={{ run: execution }}>
        {whyWords.run} {execution}
      </Link>
    );
  }
  if (signal !== null) {
    return (
      <Link to="/signals" search={{ from: day, through: day }}>
        {whyWords.signal} {signal}
      </Link>
    );
  }
  if (order === null) return null;
  return (
    <button type="button" className={css.open} onClick={() => onOrder(order)}>
      {whyWords.order} {order}
    </button>
  );
}
