import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { sourcesQuery } from '../../api/marketData';
import { pageError } from '../../api/problems';
import { DefinitionList } from '../../parts/DefinitionList';
import { MarkWord } from '../../parts/MarkWord';
import { PageState } from '../../parts/PageState';
import { Section } from '../../parts/Section';
import { answersOf, markOf } from '../market-data/Sources';
import css from './System.module.css';
import { words } from './words';

/** Which sources of prices are asked for what, and how each stands in a word. */
export function PriceSources() {
  const { data, error, isPending, refetch } = useQuery(sourcesQuery);
  return (
    <Section title={words.sources} note={words.sourcesNote}>
      <PageState
        loading={isPending}
        error={error && !data ? pageError(error, () => void refetch()) : null}
      >
        {data && (
          <DefinitionList
            items={data.items.map((source, at) => ({
              term: `${at + 1}. ${source.source}`,
              value: (
                <span className={css.title}>
                  {answersOf(source)} <MarkWord mark={markOf(source)} />
                </span>
              ),
            }))}
          />
        )}
        <Link to="/admin/market">{words.toSources}</Link>
      </PageState>
    </Section>
  );
}
