import { useQuery } from '@tanstack/react-query';
import { sourcesQuery } from '../../api/marketData';
import { pageError } from '../../api/problems';
import type { MarketSource, SourceFeed, SourceLine } from '../../api/schema';
import { count } from '../../format/numbers';
import type { Mark } from '../../format/outcome';
import { sentence } from '../../format/text';
import { Day } from '../../parts/Day';
import { DefinitionList } from '../../parts/DefinitionList';
import { Instant } from '../../parts/Instant';
import { MarkWord } from '../../parts/MarkWord';
import { Meter } from '../../parts/Meter';
import { PageState } from '../../parts/PageState';
import { Section } from '../../parts/Section';
import css from './MarketData.module.css';
import { words } from './words';

/** The sources of prices in the order in which they are asked. */
export function Sources() {
  const { data, error, isPending, refetch } = useQuery(sourcesQuery);
  return (
    <Section title={words.sources} note={words.sourcesNote(data?.expected_day ?? null)}>
      <PageState
        loading={isPending}
        error={error && !data ? pageError(error, () => void refetch()) : null}
      >
        {data && (
          <ol className={css.list} aria-label={words.sources}>
            {data.items.map((source, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a source may stand in the chain twice, and its place is what it is
              <li key={at} className={css.source}>
                <Source source={source} number={at + 1} />
              </li>
            ))}
          </ol>
        )}
      </PageState>
    </Section>
  );
}

/** How a source stands, in a word. */
export function markOf({ trouble, stale }: MarketSource): Mark {
  if (trouble !== null) return { shape: 'cross', token: 'bad', word: words.states.trouble };
  if (stale) return { shape: 'triangle', token: 'warn', word: words.states.stale };
  return { shape: 'disc', token: 'accent', word: words.states.well };
}

/** What a source is asked for, in words. */
export function answersOf({ answers }: MarketSource): string {
  const names: Readonly<Record<string, string>> = words.answerNames;
  return answers.map((answer) => names[answer] ?? answer).join(', ');
}

function Source({ source, number }: { source: MarketSource; number: number }) {
  const { feed, line, notes } = source;
  return (
    <>
      <h3 className={css.heading}>
        {words.place(number, source.source)} <MarkWord mark={markOf(source)} />
      </h3>
      {line && <Use line={line} />}
      <DefinitionList
        items={[
          ...facts(source),
          ...(feed ? feedFacts(feed) : []),
          ...(line ? lineFacts(line) : []),
        ]}
      />
      {notes.length > 0 && (
        <details>
          <summary>{words.notes}</summary>
          <ul className={css.points}>
            {notes.map((note) => (
              <li key={note}>{sentence(note)}</li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

function Use({ line }: { line: SourceLine }) {
  return (
    <div className={css.meters}>
      <Meter label={words.rate} used={line.last_minute} granted={line.most_per_minute} />
      <Meter label={words.bars} used={line.bars} granted={line.most_bars} />
      <Meter label={words.minutes} used={line.minutes_of} granted={line.most_minutes_of} />
    </div>
  );
}

function facts(source: MarketSource) {
  const { trouble, folders, newest_day, restated } = source;
  return [
    { term: words.answers, value: answersOf(source) },
    ...(trouble === null
      ? []
      : [
          {
            term: words.trouble,
            value: (
              <>
                <span className={css.bad}>{sentence(trouble.reason)}</span>
                {trouble.since !== null && (
                  <span className={css.soft}>
                    {' '}
                    {words.since} <Instant at={trouble.since} day />
                  </span>
                )}
                {trouble.not_before !== null && (
                  <span className={css.soft}>
                    {' '}
                    {words.notBefore} <Instant at={trouble.not_before} day />
                  </span>
                )}
              </>
            ),
          },
        ]),
    ...folders.map((folder) => ({
      term: words.folders,
      value: <span className={css.path}>{folder}</span>,
    })),
    { term: words.shares, value: count(source.shares) },
    { term: words.newest, value: newest_day === null ? words.none : <Day date={newest_day} /> },
    ...(restated > 0 ? [{ term: words.restated, value: count(restated) }] : []),
  ];
}

/** How a feed stands, in words. */
export function feedState({ connected_at, silent }: SourceFeed): string {
  if (connected_at === null) return words.feedStates.none;
  return silent ? words.feedStates.silent : words.feedStates.alive;
}

function feedFacts(feed: SourceFeed) {
  return [
    { term: words.followed, value: count(feed.followed) },
    {
      term: words.feed,
      value: (
        <>
          {feedState(feed)}
          {feed.connected_at !== null && (
            <span className={css.soft}>
              {' '}
              {words.since} <Instant at={feed.connected_at} day />
            </span>
          )}
        </>
      ),
    },
    { term: words.heard, value: <Instant at={feed.heard_at} day /> },
  ];
}

function lineFacts({ answered_at, failed, failed_at, requests, waiting }: SourceLine) {
  return [
    { term: words.answered, value: <Instant at={answered_at} day /> },
    ...(failed === null
      ? []
      : [
          {
            term: words.failed,
            value: (
              <>
                {sentence(failed)} <Instant at={failed_at} day />
              </>
            ),
          },
        ]),
    { term: words.requests, value: count(requests) },
    { term: words.waiting, value: count(waiting) },
  ];
}
