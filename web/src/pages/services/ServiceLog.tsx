import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useListState } from '../../api/listState';
import { ofUser } from '../../api/pages';
import type { LogLevelName, ServiceLogLine } from '../../api/schema';
import { serviceLogQuery } from '../../api/services';
import { codeWords } from '../../format/codes';
import { type Column, DataTable } from '../../parts/DataTable';
import { Instant } from '../../parts/Instant';
import { LevelWord } from '../../parts/LogView';
import { PageState } from '../../parts/PageState';
import { Section } from '../../parts/Section';
import { LevelChoice } from '../logs/LevelChoice';
import css from './Services.module.css';
import { words } from './words';

interface Props {
  user: number | undefined;
  name: string | undefined;
}

const columns: readonly Column<ServiceLogLine>[] = [
  {
    id: 'at',
    header: words.at,
    cell: (line) => <Instant at={line.at} day />,
  },
  {
    id: 'level',
    header: words.level,
    cell: (line) => <LevelWord level={line.level} />,
  },
  {
    id: 'event',
    header: words.event,
    cell: (line) => codeWords(line.event),
  },
  {
    id: 'message',
    header: words.message,
    grow: true,
    cell: (line) => <span title={line.message}>{line.message}</span>,
  },
];

/** What happened to the services of a user, newest first. */
export function ServiceLog({ user, name }: Props) {
  const [level, setLevel] = useState<LogLevelName | undefined>(undefined);
  const filter = { ...ofUser(user), ...(level && { level }) };
  const { items, state, table } = useListState(useInfiniteQuery(serviceLogQuery(filter)));
  return (
    <Section
      title={words.logTitle(name)}
      actions={<LevelChoice level={level} onChange={setLevel} />}
      flush
    >
      <PageState
        {...state}
        empty={items.length === 0 && { title: words.logEmptyTitle, text: words.logEmptyText }}
      >
        <DataTable
          label={words.log}
          rows={items}
          columns={columns}
          rowId={lineKey}
          card={LineCard}
          height="420px"
          {...table}
        />
      </PageState>
    </Section>
  );
}

function lineKey({ at, event, message }: ServiceLogLine): string {
  return `${at} ${event} ${message}`;
}

function LineCard(line: ServiceLogLine) {
  return (
    <div className={css.card}>
      <span className={css.cardHead}>
        <LevelWord level={line.level} />
        <span className={css.soft}>
          <Instant at={line.at} day />
        </span>
      </span>
      <span>{line.message}</span>
    </div>
  );
}
