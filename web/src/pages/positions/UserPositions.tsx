import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useMemo } from 'react';
import { fundsQuery, positionsQuery } from '../../api/money';
import { ofUser } from '../../api/pages';
import { pageError } from '../../api/problems';
import type { PositionDetail } from '../../api/schema';
import { useMode } from '../../api/useMode';
import { codeWords } from '../../format/codes';
import { dayOf } from '../../format/time';
import { usePrices } from '../../live/context';
import { useNow } from '../../parts/clock';
import { DataTable } from '../../parts/DataTable';
import { DownloadTable } from '../../parts/DownloadTable';
import { PageFrame } from '../../parts/PageFrame';
import { PageState } from '../../parts/PageState';
import { Section } from '../../parts/Section';
import { useViewing } from '../../shell/viewing';
import { Whose } from '../../shell/Whose';
import { ClosedPositions } from './ClosedPositions';
import { columnsOf } from './columns';
import { Differences } from './Differences';
import { FundFigures } from './Funds';
import { PositionCard } from './PositionCard';
import { PositionDrawer } from './PositionDrawer';
import { byStrategy, positionId } from './strategies';
import { words } from './words';

const route = getRouteApi('/inside/positions');

/** What a user holds, each strategy by itself, and the money of the account. */
export function UserPositions() {
  const { isAdmin, user, name } = useViewing();
  const mode = useMode(user);
  const { position: opened } = route.useSearch();
  const navigate = route.useNavigate();
  const positions = useQuery(positionsQuery(user));
  const funds = useQuery(fundsQuery(user));
  const open = (position: string | undefined) =>
    void navigate({ search: (before) => ({ ...before, position }), replace: true });

  const items = positions.data?.items ?? [];
  usePrices(items.map(({ symbol }) => symbol));
  const failed = [positions, funds].find(({ isError, data }) => isError && !data);
  const again = () => {
    for (const query of [positions, funds]) if (query.isError) void query.refetch();
  };
  return (
    <PageFrame
      title={words.title(name)}
      note={mode && words.modes[mode]}
      actions={
        <>
          {isAdmin && user === undefined && (
            <Whose mine onChange={() => void navigate({ search: {}, replace: true })} />
          )}
          <DownloadTable path="/api/v1/positions" filter={ofUser(user)} what="positions" />
        </>
      }
    >
      <PageState
        loading={positions.isPending || funds.isPending}
        error={failed ? pageError(failed.error, again) : null}
      >
        {funds.data && <FundFigures funds={funds.data} />}
        <Differences user={user} />
        <PositionLists positions={items} onOpen={open} />
      </PageState>
      <ClosedPositions filter={ofUser(user)} />
      <PositionDrawer
        user={user}
        position={items.find((one) => positionId(one) === opened)}
        onClose={() => open(undefined)}
      />
    </PageFrame>
  );
}

interface ListsProps {
  positions: readonly PositionDetail[];
  onOpen: (position: string) => void;
}

function PositionLists({ positions, onOpen }: ListsProps) {
  const now = useNow();
  const today = now === null ? null : dayOf(now);
  const columns = useMemo(() => (today === null ? [] : columnsOf(today)), [today]);
  const strategies = useMemo(() => byStrategy(positions), [positions]);
  if (strategies.length === 0) {
    return (
      <Section title={words.list}>
        <PageState empty={{ title: words.noneTitle, text: words.none }} />
      </Section>
    );
  }
  return strategies.map(([strategy, held]) => (
    <Section
      key={strategy}
      title={words.ofStrategy(codeWords(strategy))}
      note={words.strategyNote(held.length)}
      flush
    >
      <DataTable
        label={words.ofStrategy(codeWords(strategy))}
        rows={held}
        columns={columns}
        rowId={positionId}
        onOpen={(position) => onOpen(positionId(position))}
        card={(position) => <PositionCard position={position} />}
      />
    </Section>
  ));
}
