import { Button } from '@mantine/core';
import { showNotification } from '@mantine/notifications';
import { useQuery } from '@tanstack/react-query';
import { beginWarming, isFetching, warmingQuery } from '../../api/marketData';
import { pageError } from '../../api/problems';
import type { Prefetch, Prefetched, WarmingState } from '../../api/schema';
import { useUserNames } from '../../api/useUserNames';
import { useWrite } from '../../api/useWrite';
import { count } from '../../format/numbers';
import type { Mark } from '../../format/outcome';
import { sentence } from '../../format/text';
import { DefinitionList } from '../../parts/DefinitionList';
import { Instant } from '../../parts/Instant';
import { MarkWord } from '../../parts/MarkWord';
import { Meter } from '../../parts/Meter';
import { PageState } from '../../parts/PageState';
import { Refusal } from '../../parts/Refusal';
import { Section } from '../../parts/Section';
import css from './MarketData.module.css';
import { words } from './words';

const KINDS: readonly Prefetched[] = ['held', 'universe'];

/** What is fetched ahead of its use, and what became of the last fetch of each kind. */
export function Warming() {
  const { data, error, isPending, refetch } = useQuery(warmingQuery);
  return (
    <Section
      title={words.warming}
      note={words.warmingNote}
      actions={data?.fetches ? <Begin state={data} /> : undefined}
    >
      <PageState
        loading={isPending}
        error={error && !data ? pageError(error, () => void refetch()) : null}
      >
        {data && !data.fetches && <p className={css.soft}>{words.local}</p>}
        {data?.fetches && (
          <div className={css.kinds}>
            {KINDS.map((kind) => (
              <Kind key={kind} kind={kind} fetch={data[kind]} />
            ))}
          </div>
        )}
        {data?.again_at != null && !isFetching(data) && (
          <p className={css.soft}>
            {words.again} <Instant at={data.again_at} day />
          </p>
        )}
      </PageState>
    </Section>
  );
}

function Begin({ state }: { state: WarmingState }) {
  const { write, isBusy, refusal } = useWrite(['system']);
  const begin = async (what: Prefetched) => {
    if (!(await write(() => beginWarming(what)))) return;
    showNotification({ message: words.begun, closeButtonProps: { 'aria-label': words.close } });
  };
  return (
    <>
      <div className={css.actions}>
        {KINDS.map((kind) => (
          <Button
            key={kind}
            size="xs"
            variant="default"
            disabled={isBusy || isFetching(state)}
            onClick={() => void begin(kind)}
          >
            {words.fetch[kind]}
          </Button>
        ))}
      </div>
      <Refusal refusal={refusal} />
    </>
  );
}

function markOf({ ended_at, problem, failed }: Prefetch): Mark {
  if (ended_at === null) return { shape: 'half', token: 'accent', word: words.fetching };
  if (problem !== null) return { shape: 'cross', token: 'bad', word: words.problem };
  if (failed > 0) return { shape: 'triangle', token: 'warn', word: words.partly };
  return { shape: 'disc', token: 'accent', word: words.done };
}

function Kind({ kind, fetch }: { kind: Prefetched; fetch: Prefetch | null }) {
  const names = useUserNames();
  return (
    <section aria-label={words.kinds[kind]}>
      <h3 className={css.heading}>
        {words.kinds[kind]} {fetch && <MarkWord mark={markOf(fetch)} />}
      </h3>
      {fetch === null ? (
        <p className={css.soft}>{words.never}</p>
      ) : (
        <>
          {fetch.ended_at === null && fetch.of > 0 && (
            <div className={css.meters}>
              <Meter label={words.progress} used={fetch.done} granted={fetch.of} />
            </div>
          )}
          <DefinitionList items={facts(fetch, names)} />
        </>
      )}
    </section>
  );
}

function facts(fetch: Prefetch, names: ReadonlyMap<number, string>) {
  const { asked_by, ended_at, problem, source } = fetch;
  const name = asked_by === null ? null : (names.get(asked_by) ?? `user ${asked_by}`);
  return [
    {
      term: words.began,
      value: (
        <>
          <Instant at={fetch.began_at} day />
          {name !== null && <span className={css.soft}> {words.by(name)}</span>}
        </>
      ),
    },
    ...(ended_at === null ? [] : [{ term: words.ended, value: <Instant at={ended_at} day /> }]),
    ...(source === null ? [] : [{ term: words.source, value: source }]),
    ...(problem === null
      ? [
          {
            term: words.result,
            value: words.resultText(count(fetch.fetched), count(fetch.known)),
          },
        ]
      : [
          {
            term: words.problem,
            value: <span className={css.bad}>{sentence(problem)}</span>,
          },
        ]),
    ...(fetch.unlisted === 0
      ? []
      : [
          {
            term: words.unlisted,
            value: named(fetch.unlisted_shares, fetch.unlisted),
          },
        ]),
    ...(fetch.failed === 0 ? [] : [{ term: words.failures, value: <Failures fetch={fetch} /> }]),
  ];
}

/** The names there are, and how many more. */
function named(symbols: readonly string[], all: number): string {
  const more = all - symbols.length;
  return [...symbols, ...(more > 0 ? [words.more(more)] : [])].join(', ');
}

function Failures({ fetch: { failed, failures } }: { fetch: Prefetch }) {
  // Until it has ended they are only counted.
  if (failures.length === 0) return count(failed);
  const more = failed - failures.length;
  return (
    <details>
      <summary>{count(failed)}</summary>
      <ul className={css.points}>
        {failures.map(({ symbol, reason }) => (
          <li key={symbol}>
            <strong>{symbol}</strong> {reason}
          </li>
        ))}
        {more > 0 && <li>{words.more(more)}</li>}
      </ul>
    </details>
  );
}
