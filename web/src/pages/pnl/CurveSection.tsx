import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { curveQuery, type PnlRange } from '../../api/pnl';
import { pageError } from '../../api/problems';
import { DownloadTable } from '../../parts/DownloadTable';
import { LazyPart } from '../../parts/LazyPart';
import { PageState } from '../../parts/PageState';
import { Section } from '../../parts/Section';
import { placesOf } from './curve';
import css from './Pnl.module.css';
import { words } from './words';

const curve = { name: 'pnl-curve', load: () => import('./Curve') };

/** How the money went over the range, up to the present. */
export function CurveSection({ range }: { range: PnlRange }) {
  const { data, error, isPending, refetch } = useQuery(curveQuery(range));
  const places = useMemo(() => placesOf(data?.points ?? []), [data]);
  return (
    <Section
      title={words.curve}
      note={words.curveNote}
      actions={<DownloadTable path="/api/v1/pnl/curve" filter={range} what="curve" />}
    >
      <PageState
        loading={isPending}
        skeleton={<div className={css.curve} />}
        error={data || !error ? null : pageError(error, () => void refetch())}
        empty={places.length < 2 && { title: words.shortTitle, text: words.short }}
      >
        <LazyPart
          of={curve}
          waiting={<div className={css.curve} aria-busy="true" />}
          given={{ places }}
        />
      </PageState>
    </Section>
  );
}
