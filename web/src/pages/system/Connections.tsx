import { useQuery } from '@tanstack/react-query';
import { pageError } from '../../api/problems';
import { connectionsQuery } from '../../api/system';
import { count } from '../../format/numbers';
import { DefinitionList } from '../../parts/DefinitionList';
import { Meter } from '../../parts/Meter';
import { PageState } from '../../parts/PageState';
import { Section } from '../../parts/Section';
import css from './System.module.css';
import { words } from './words';

const CLOSED = ['gave_way', 'refused', 'silent', 'stalled', 'streams_refused'] as const;

/** How connections are used, and how many were closed. */
export function Connections() {
  const { data, error, isPending, refetch } = useQuery(connectionsQuery);
  return (
    <Section title={words.connections} note={words.connectionsNote}>
      <PageState
        loading={isPending}
        error={error && !data ? pageError(error, () => void refetch()) : null}
      >
        {data && (
          <>
            <div className={css.meters}>
              <Meter label={words.open} used={data.open} granted={data.most} />
            </div>
            <DefinitionList
              items={[
                {
                  term: words.streams,
                  value: `${count(data.streams)}; ${words.perUser(data.most_streams_per_user)}`,
                },
                {
                  term: words.strangers,
                  value: `${count(data.strangers)}; ${words.perAddress(data.most_per_address)}`,
                },
                ...CLOSED.map((name) => ({
                  term: words.closedFor[name],
                  value: count(data[name]),
                })),
              ]}
            />
          </>
        )}
      </PageState>
    </Section>
  );
}
