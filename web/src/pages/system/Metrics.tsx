import { useQuery } from '@tanstack/react-query';
import { pageError } from '../../api/problems';
import type { Metrics as MetricsBody } from '../../api/schema';
import { metricsQuery } from '../../api/system';
import { bytes, count } from '../../format/numbers';
import { duration } from '../../format/time';
import { DefinitionList } from '../../parts/DefinitionList';
import { Instant } from '../../parts/Instant';
import { Meter } from '../../parts/Meter';
import { PageState } from '../../parts/PageState';
import { Section } from '../../parts/Section';
import css from './System.module.css';
import { words } from './words';

/** What the daemon uses, and whether it is behind. */
export function Metrics() {
  const { data, error, isPending, refetch } = useQuery(metricsQuery);
  return (
    <Section title={words.metrics}>
      <PageState
        loading={isPending}
        error={error && !data ? pageError(error, () => void refetch()) : null}
      >
        {data && (
          <>
            <div className={css.meters}>
              <Meter
                label={words.waiting}
                used={data.database.waiting_writes}
                granted={data.database.most_waiting_writes}
              />
            </div>
            <DefinitionList items={facts(data)} />
          </>
        )}
      </PageState>
    </Section>
  );
}

/** What the platform does not tell is null. */
const known = (value: number | null, format: (value: number) => string) =>
  value === null ? '–' : format(value);

function facts({ scheduler, process, workers, database, requests, stream }: MetricsBody) {
  const { lag_ms, next_instant } = scheduler;
  const { status_2xx, status_4xx, status_5xx } = requests;
  return [
    { term: words.lag, value: lag_ms > 0 ? duration(lag_ms) : words.noLag },
    { term: words.nextInstant, value: <Instant at={next_instant} day /> },
    {
      term: words.memory,
      value: words.memoryText(
        known(process.memory_bytes, bytes),
        known(process.peak_memory_bytes, bytes),
      ),
    },
    { term: words.cpu, value: known(process.cpu_ms, duration) },
    { term: words.workers, value: count(workers) },
    { term: words.database, value: bytes(database.used_bytes) },
    {
      term: words.latency,
      value: words.latencyText(known(requests.p50_ms, duration), known(requests.p99_ms, duration)),
    },
    {
      term: words.answers,
      value: words.answersText(count(status_2xx), count(status_4xx), count(status_5xx)),
    },
    { term: words.kept, value: words.eventsText(count(stream.events), bytes(stream.bytes)) },
    {
      term: words.priced,
      value: words.pricedText(
        count(stream.priced_shares),
        count(stream.most_priced_shares),
        stream.unpriced_shares > 0 ? count(stream.unpriced_shares) : null,
      ),
    },
  ];
}
