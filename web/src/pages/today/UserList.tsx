import { Checkbox } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef } from 'react';
import type { UserAtAGlance, UserLanes } from '../../api/schema';
import { dayOf, startOfDay } from '../../format/time';
import { useNow } from '../../parts/clock';
import { TextFilter } from '../../parts/FilterBar';
import { LaneAxis } from '../../parts/Lane';
import { Section } from '../../parts/Section';
import { daySpan } from './lanes';
import css from './Today.module.css';
import { UserRow } from './UserRow';
import { words } from './words';

interface Props {
  /** Those that were read so far, users in trouble first. */
  lanes: readonly UserLanes[];
  users: ReadonlyMap<number, UserAtAGlance>;
  isReading: boolean;
  /** Reads more of them; undefined when there are none. */
  onMore: (() => void) | undefined;
}

/** All users, those in trouble first, each with the runs of the day on one lane. */
export function UserList(props: Props) {
  const { q, trouble = false } = useSearch({ from: '/inside/' });
  const navigate = useNavigate({ from: '/' });
  const filter = (change: { q?: string | undefined; trouble?: true | undefined }) =>
    void navigate({ search: (search) => ({ ...search, ...change }), replace: true });
  return (
    <Section
      title={words.list}
      note={words.listNote}
      flush
      actions={
        <>
          <TextFilter
            label={words.filter}
            value={q}
            isBare
            onChange={(value) => filter({ q: value })}
          />
          <Checkbox
            checked={trouble}
            onChange={(event) => filter({ trouble: event.currentTarget.checked || undefined })}
            label={words.onlyTrouble}
            size="xs"
          />
        </>
      }
    >
      {props.lanes.length === 0 ? (
        <p className={css.quiet}>{trouble && !q ? words.noTrouble : words.noneFound}</p>
      ) : (
        <Rows {...props} />
      )}
    </Section>
  );
}

const ROW_PX = 37;
/** More is read when so few rows are left below those in sight. */
const AHEAD = 20;

/** Only the rows in sight exist. */
function Rows({ lanes, users, isReading, onMore }: Props) {
  const now = useNow();
  const list = useRef<HTMLDivElement>(null);
  const virtual = useWindowVirtualizer({
    count: lanes.length,
    estimateSize: () => ROW_PX,
    getItemKey: (index) => lanes[index]?.user ?? index,
    overscan: 6,
    scrollMargin: list.current?.offsetTop ?? 0,
  });
  const shown = virtual.getVirtualItems();
  const isNearEnd = (shown.at(-1)?.index ?? 0) >= lanes.length - AHEAD;
  useEffect(() => {
    if (isNearEnd && !isReading) onMore?.();
  }, [isNearEnd, isReading, onMore]);
  if (now === null) return null;
  const span = daySpan(startOfDay(dayOf(now)), []);
  const { scrollMargin } = virtual.options;
  return (
    <div className={css.lanes}>
      <div className={`${css.userRow} ${css.axisRow}`} aria-hidden="true">
        <span />
        <span />
        <span />
        <LaneAxis {...span} />
        <span className={css.net}>{words.net}</span>
      </div>
      <div ref={list} style={{ position: 'relative', height: virtual.getTotalSize() }}>
        {shown.map(({ index, key, start }) => {
          const row = lanes[index];
          if (!row) return null;
          return (
            <div
              key={key}
              ref={virtual.measureElement}
              data-index={index}
              className={css.virtualRow}
              style={{ transform: `translateY(${start - scrollMargin}px)` }}
            >
              <UserRow lanes={row} user={users.get(row.user)} span={span} />
            </div>
          );
        })}
      </div>
      {isReading && <p className={css.quiet}>{words.readingMore}</p>}
    </div>
  );
}
