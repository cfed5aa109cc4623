import { Button, Checkbox, NativeSelect } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { alertsOfAllQuery, alertsQuery } from '../../api/alerts';
import { useListState } from '../../api/listState';
import { ofUser } from '../../api/pages';
import type { Alert } from '../../api/schema';
import { count } from '../../format/numbers';
import { DataTable } from '../../parts/DataTable';
import { PageState } from '../../parts/PageState';
import { Section } from '../../parts/Section';
import css from './Alerts.module.css';
import { AlertCard, columnsOf } from './columns';
import { ResolveDialog } from './ResolveDialog';
import { type Selection, useSelection } from './selection';
import { words } from './words';

const route = getRouteApi('/inside/alerts');

interface Props {
  isOfAll: boolean;
  user: number | undefined;
}

export function AlertList({ isOfAll, user }: Props) {
  return isOfAll ? <OfAll /> : <OfUser user={user} />;
}

function useFilter() {
  const { all } = route.useSearch();
  return { limit: 100, ...(all ? {} : { open: true }) };
}

function OfAll() {
  const list = useListState(useInfiniteQuery(alertsOfAllQuery(useFilter())));
  return <List {...list} isOfAll />;
}

function OfUser({ user }: { user: number | undefined }) {
  const filter = { ...useFilter(), ...ofUser(user) };
  const list = useListState(useInfiniteQuery(alertsQuery(filter)));
  return <List {...list} isOfAll={false} user={user} />;
}

interface ListProps extends ReturnType<typeof useListState<Alert>> {
  isOfAll: boolean;
  user?: number | undefined;
}

function List({ items, state, table, isOfAll, user }: ListProps) {
  const { all = false } = route.useSearch();
  const navigate = route.useNavigate();
  const selection = useSelection(items);
  const [resolved, setResolved] = useState<readonly Alert[]>([]);
  const { has, toggle } = selection;
  const columns = useMemo(() => {
    const box = (alert: Alert) => (
      <Choice alert={alert} isChosen={has(alert.id)} onToggle={toggle} />
    );
    return columnsOf({ box, isOfAll });
  }, [has, toggle, isOfAll]);
  const show = (
    <NativeSelect
      size="xs"
      aria-label={words.show}
      value={all ? 'all' : 'open'}
      data={[
        { value: 'open', label: words.open },
        { value: 'all', label: words.all },
      ]}
      onChange={(event) => {
        const isAll = event.currentTarget.value === 'all';
        void navigate({ search: (before) => ({ ...before, all: isAll || undefined }) });
      }}
    />
  );
  const empty = all
    ? { title: words.emptyAll, text: words.emptyOpenText }
    : { title: words.emptyOpen, text: words.emptyOpenText };
  return (
    <Section title={isOfAll ? words.ofAll : words.alerts} actions={show} flush>
      <PageState {...state} empty={items.length === 0 && empty}>
        <SelectionBar selection={selection} onResolve={setResolved} isOfAll={isOfAll} />
        <DataTable
          label={words.alerts}
          rows={items}
          columns={columns}
          rowId={({ id }) => String(id)}
          actions={(alert) =>
            alert.resolved_at === null && (
              <Button size="compact-xs" variant="default" onClick={() => setResolved([alert])}>
                {words.resolve}
              </Button>
            )
          }
          card={(alert) => (
            <AlertCard
              alert={alert}
              isOfAll={isOfAll}
              box={<Choice alert={alert} isChosen={has(alert.id)} onToggle={toggle} />}
            />
          )}
          {...table}
        />
      </PageState>
      <ResolveDialog
        alerts={resolved}
        user={user}
        onClose={() => setResolved([])}
        onDone={selection.none}
      />
    </Section>
  );
}

interface ChoiceProps {
  alert: Alert;
  isChosen: boolean;
  onToggle: (id: number) => void;
}

function Choice({ alert, isChosen, onToggle }: ChoiceProps) {
  if (alert.resolved_at !== null) return null;
  return (
    <Checkbox
      size="xs"
      aria-label={words.select(alert.detail)}
      checked={isChosen}
      onChange={() => onToggle(alert.id)}
    />
  );
}

interface BarProps {
  selection: Selection;
  onResolve: (alerts: readonly Alert[]) => void;
  isOfAll: boolean;
}

function SelectionBar({ selection, onResolve, isOfAll }: BarProps) {
  const { open, chosen, all, none } = selection;
  if (open.length === 0) return null;
  return (
    <div className={css.bar}>
      <Checkbox
        size="xs"
        label={words.selectAll}
        checked={chosen.length === open.length}
        indeterminate={chosen.length > 0 && chosen.length < open.length}
        onChange={chosen.length === open.length ? none : all}
      />
      {chosen.length > 0 && (
        <>
          <span className={css.soft}>{words.chosen(count(chosen.length))}</span>
          <Button size="compact-sm" onClick={() => onResolve(chosen)}>
            {words.resolve}
          </Button>
          <Button size="compact-sm" variant="subtle" onClick={none}>
            {words.clear}
          </Button>
        </>
      )}
      {isOfAll && (
        <>
          <span className={css.grow} />
          <Link to="/admin/halts">{words.toHalts}</Link>
        </>
      )}
    </div>
  );
}
