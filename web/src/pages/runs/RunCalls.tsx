import { Button } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Failure } from '../../api/client';
import { runCallsQuery } from '../../api/executions';
import { useListState } from '../../api/listState';
import type { ExecutionCall } from '../../api/schema';
import { PageState } from '../../parts/PageState';
import { Section } from '../../parts/Section';
import { indented } from './indented';
import css from './Runs.module.css';
import { runWords as words } from './words';

/** What a run asked the host and what it was answered. A page is up to a megabyte, so it is read on demand. */
export function RunCalls({ run, calls }: { run: number; calls: number }) {
  const [isShown, setIsShown] = useState(false);
  if (calls === 0) return null;
  return (
    <Section
      title={words.callsTitle}
      note={words.callsNote(calls)}
      actions={
        <Button
          size="xs"
          variant="default"
          aria-expanded={isShown}
          onClick={() => setIsShown(!isShown)}
        >
          {isShown ? words.callsHide : words.callsShow}
        </Button>
      }
      flush
    >
      {isShown && <Calls run={run} />}
    </Section>
  );
}

function Calls({ run }: { run: number }) {
  const query = useInfiniteQuery(runCallsQuery(run));
  const { items, state, table } = useListState(query);
  const isUnrecorded = query.error instanceof Failure && query.error.code === 'no_recording';
  return (
    <PageState
      {...state}
      error={isUnrecorded ? null : state.error}
      empty={
        (isUnrecorded || items.length === 0) && {
          title: words.callsEmptyTitle,
          text: words.callsEmptyText,
        }
      }
    >
      <ol className={css.calls}>
        {items.map((call) => (
          <li key={call.index}>
            <Call call={call} />
          </li>
        ))}
      </ol>
      {table.more && (
        <Button
          className={css.moreCalls}
          size="xs"
          variant="subtle"
          disabled={table.reading}
          onClick={table.onMore}
        >
          {table.reading ? words.callsReading : words.callsMore}
        </Button>
      )}
    </PageState>
  );
}

/** Folded: what was asked and how it went; the texts are laid out only when somebody opens it. */
function Call({ call }: { call: ExecutionCall }) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <details onToggle={(event) => setIsOpen(event.currentTarget.open)}>
      <summary className={css.call}>
        <span className={`figure ${css.callNumber}`}>{call.index}</span>
        <strong>{call.function}</strong>
        <span className={css.callText}>{call.arguments === 'null' ? '' : call.arguments}</span>
        <Ended call={call} />
      </summary>
      {isOpen && (
        <div className={css.callBody}>
          {call.cut && <p className={css.hint}>{words.callsCut}</p>}
          <div className={css.pair}>
            <Text
              label={words.callAsked}
              text={call.arguments === 'null' ? words.callBare : call.arguments}
            />
            <Text
              label={words.callAnswered}
              text={call.error ?? call.answer ?? words.stoppedBefore}
            />
          </div>
        </div>
      )}
    </details>
  );
}

function Ended({ call: { error, answer, by_gate } }: { call: ExecutionCall }) {
  if (error)
    return <span className={css.refusal}>{by_gate ? words.callByGate : words.callFailed}</span>;
  return <span className={css.soft}>{answer === null ? words.stoppedBefore : words.callDone}</span>;
}

function Text({ label, text }: { label: string; text: string }) {
  return (
    <div>
      <span className={css.label}>{label}</span>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
      <section className={css.callCode} tabIndex={0} aria-label={label}>
        <pre className={css.code}>{indented(text)}</pre>
      </section>
    </div>
  );
}
