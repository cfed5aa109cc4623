import { Button, Modal } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import {
  calendarDocumentQuery,
  calendarVersionsQuery,
  readShippedCalendar,
} from '../../api/calendar';
import { pageError } from '../../api/problems';
import type { CalendarVersion } from '../../api/schema';
import { useWrite } from '../../api/useWrite';
import { type Column, DataTable } from '../../parts/DataTable';
import { Day } from '../../parts/Day';
import { Diff } from '../../parts/Diff';
import { Instant } from '../../parts/Instant';
import { PageState } from '../../parts/PageState';
import { Refusal } from '../../parts/Refusal';
import { Section } from '../../parts/Section';
import css from './Calendar.module.css';
import { words } from './words';

/** A calendar has a thousand lines, of which two versions share nearly all. */
const LINES_AROUND = 4;

const COLUMNS: readonly Column<CalendarVersion>[] = [
  { id: 'version', header: words.version, align: 'right', cell: ({ version }) => version },
  { id: 'asOf', header: words.asOf, cell: ({ as_of }) => <Day date={as_of} /> },
  {
    id: 'known',
    header: words.knownThrough,
    cell: ({ known_through }) => <Day date={known_through} />,
  },
  { id: 'imported', header: words.imported, cell: (row) => <Imported row={row} />, grow: true },
];

function Imported({ row: { imported_at, imported_by_name, origin } }: { row: CalendarVersion }) {
  const by = imported_by_name === null ? words.byOperator : words.operator(imported_by_name);
  return (
    <>
      <Instant at={imported_at} day /> {origin === 'shipped' ? words.shipped : by}
    </>
  );
}

function Card({ row }: { row: CalendarVersion }) {
  return (
    <div className={css.card}>
      <strong>{words.numbered(row.version)}</strong>
      <span className={css.soft}>
        {words.knownThrough} <Day date={row.known_through} />
      </span>
      <span className={css.soft}>
        {words.imported} <Imported row={row} />
      </span>
    </div>
  );
}

/** The versions that there were; each can be looked at, and brought back. */
export function Versions({ onBring }: { onBring: (text: string) => void }) {
  const cache = useQueryClient();
  const versions = useQuery(calendarVersionsQuery);
  const [shown, setShown] = useState<number | null>(null);
  const { write, isBusy, refusal } = useWrite([]);
  const bring = (read: () => Promise<unknown>) =>
    void write(async () => onBring(JSON.stringify(await read(), null, 2)));
  const failed = versions.isError && !versions.data;
  const offered = versions.data?.offered;
  const older = (version: number) =>
    versions.data?.items.find((known) => known.version < version)?.version;
  return (
    <Section flush title={words.history} note={words.historyNote}>
      {offered && (
        <div className={css.offered}>
          <span>
            {words.offered} <Day date={offered.known_through} />.
          </span>
          <Button size="compact-sm" disabled={isBusy} onClick={() => bring(readShippedCalendar)}>
            {words.takeOffered}
          </Button>
        </div>
      )}
      {refusal && (
        <div className={css.offered}>
          <Refusal refusal={refusal} />
        </div>
      )}
      <PageState
        loading={versions.isPending}
        error={failed ? pageError(versions.error, () => void versions.refetch()) : null}
      >
        {versions.data && (
          <DataTable
            label={words.history}
            rows={versions.data.items}
            columns={COLUMNS}
            rowId={({ version }) => String(version)}
            card={(row) => <Card row={row} />}
            actions={({ version }) => (
              <>
                {older(version) !== undefined && (
                  <Button size="compact-xs" variant="subtle" onClick={() => setShown(version)}>
                    {words.difference}
                  </Button>
                )}
                <Button
                  size="compact-xs"
                  variant="subtle"
                  disabled={isBusy}
                  onClick={() => bring(() => cache.fetchQuery(calendarDocumentQuery(version)))}
                >
                  {words.edit}
                </Button>
              </>
            )}
          />
        )}
      </PageState>
      <Modal
        opened={shown !== null}
        onClose={() => setShown(null)}
        title={words.differenceOf(shown ?? 0)}
        size="xl"
        closeButtonProps={{ 'aria-label': words.close }}
      >
        {shown !== null && <Difference version={shown} before={older(shown) ?? shown} />}
      </Modal>
    </Section>
  );
}

function Difference({ version, before }: { version: number; before: number }) {
  const after = useQuery(calendarDocumentQuery(version));
  const older = useQuery(calendarDocumentQuery(before));
  const failed = [after, older].find(({ isError }) => isError);
  return (
    <PageState
      loading={after.isPending || older.isPending}
      error={failed ? pageError(failed.error, () => void failed.refetch()) : null}
    >
      {after.data && older.data && (
        <Diff
          label={words.differenceOf(version)}
          around={LINES_AROUND}
          before={JSON.stringify(older.data, null, 2)}
          after={JSON.stringify(after.data, null, 2)}
        />
      )}
    </PageState>
  );
}
