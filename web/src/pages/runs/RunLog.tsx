import { Checkbox } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { type ReactNode, useMemo, useState } from 'react';
import { runLogQuery } from '../../api/executions';
import { useListState } from '../../api/listState';
import { useAllRows } from '../../api/useAllRows';
import { LogView, type ShownLine } from '../../parts/LogView';
import { PageState } from '../../parts/PageState';
import { Section } from '../../parts/Section';
import { joined, lineKey, runLine } from '../logs/lines';
import { useHeard } from '../logs/useHeard';
import { runWords as words } from './words';

interface Props {
  run: number;
  /** Whether lines may still come. */
  isUnderWay: boolean;
}

/** What a run wrote; `?line=` marks a line and begins at it. */
export function RunLog({ run, isUnderWay }: Props) {
  const { line } = useSearch({ from: '/inside/runs/$run' });
  const [wraps, setWraps] = useState(true);
  const query = useInfiniteQuery(runLogQuery(run, !isUnderWay));
  const { state } = useListState(query);
  const read = useAllRows(query);
  const heard = useHeard({ run }, isUnderWay);
  const lines = useMemo(
    () =>
      joined(
        read.map((one) => runLine(run, one)),
        heard,
      ),
    [run, read, heard],
  );
  return (
    <Section
      title={words.log}
      actions={
        <Checkbox
          size="xs"
          label={words.wrap}
          checked={wraps}
          onChange={(event) => setWraps(event.currentTarget.checked)}
        />
      }
      flush
    >
      <PageState
        {...state}
        empty={lines.length === 0 && { title: words.logEmptyTitle, text: words.logEmptyText }}
      >
        <LogView
          label={words.log}
          lines={lines}
          wrap={wraps}
          marked={line === undefined ? undefined : lineKey(run, line)}
          link={linkToLine}
          height="420px"
        />
      </PageState>
    </Section>
  );
}

function linkToLine({ run, number }: ShownLine, time: ReactNode) {
  if (run === null || number === null) return time;
  return (
    <Link
      to="/runs/$run"
      params={{ run }}
      search={{ line: number }}
      replace
      resetScroll={false}
      title={words.linkTo(number)}
    >
      {time}
    </Link>
  );
}
