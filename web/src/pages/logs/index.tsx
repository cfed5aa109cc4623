import { Button, Checkbox } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { tasksQuery } from '../../api/tasks';
import { dayOf } from '../../format/time';
import { useClock } from '../../parts/clock';
import { FilterBar } from '../../parts/FilterBar';
import { LogView } from '../../parts/LogView';
import { PageFrame } from '../../parts/PageFrame';
import { PageState } from '../../parts/PageState';
import { Section } from '../../parts/Section';
import { saveFile } from '../../parts/saveFile';
import { useViewing } from '../../shell/viewing';
import { fields } from './fields';
import { lineLink } from './LineLink';
import { asFile, fileName } from './lines';
import { useLines } from './useLines';
import { words } from './words';

/** What tasks wrote while they ran. */
export function LogsPage() {
  const { user, name, me, isAdmin } = useViewing();
  const isOfAll = isAdmin && user === undefined;
  const search = useSearch({ from: '/inside/logs' });
  const navigate = useNavigate({ from: '/logs' });
  const clock = useClock();
  const { data: tasks } = useQuery(tasksQuery);
  const { q, task, level, day, wrap = false } = search;
  const isToday = day === undefined || (clock !== null && day === dayOf(clock.nowMs()));
  const { lines, state, isSearching, older } = useLines({
    isOfAll,
    user,
    heardOf: user ?? me.id,
    text: q,
    task,
    level,
    day,
    follows: isToday,
  });
  const change = (id: string, value: string | true | undefined) =>
    void navigate({ search: (before) => ({ ...before, [id]: value }), replace: true });
  const isFiltered = [q, task, level, day].some((value) => value !== undefined);

  return (
    <PageFrame title={isOfAll ? words.titleAll : words.title(name)} note={words.note}>
      <FilterBar
        fields={fields(tasks?.items ?? [])}
        values={{ q, task, level, day }}
        onChange={change}
        onClear={() => void navigate({ search: wrap ? { wrap } : {}, replace: true })}
      />
      <Section
        title={words.shown(lines.length)}
        note={isToday ? words.following : words.past}
        actions={
          <>
            <Checkbox
              size="xs"
              label={words.wrap}
              checked={wrap}
              onChange={(event) => change('wrap', event.currentTarget.checked || undefined)}
            />
            <Button
              size="xs"
              variant="default"
              disabled={lines.length === 0}
              title={words.downloadTitle(lines.length)}
              onClick={() => saveFile(fileName(lines), asFile(lines))}
            >
              {words.download}
            </Button>
          </>
        }
        flush
      >
        <PageState
          {...state}
          empty={
            lines.length === 0 && {
              title: words.emptyTitle,
              text: isSearching
                ? words.searching
                : isFiltered
                  ? words.emptyFiltered
                  : words.emptyText,
              action: older.older && !isSearching && (
                <Button variant="default" disabled={older.reading} onClick={older.onOlder}>
                  {words.searchOn}
                </Button>
              ),
            }
          }
        >
          <LogView label={words.label} lines={lines} wrap={wrap} link={lineLink} {...older} />
        </PageState>
      </Section>
    </PageFrame>
  );
}
