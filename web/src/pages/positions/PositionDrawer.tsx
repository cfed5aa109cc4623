import { Button, Drawer } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { PositionDetail } from '../../api/schema';
import { codeWords } from '../../format/codes';
import { count } from '../../format/numbers';
import { Change } from '../../parts/Change';
import { Day } from '../../parts/Day';
import { DefinitionList } from '../../parts/DefinitionList';
import { Instant } from '../../parts/Instant';
import { Section } from '../../parts/Section';
import { AppliedActions } from './AppliedActions';
import { LastPrice, LookedAfterBy, profitRatio } from './columns';
import { Entries } from './Entries';
import { Lots } from './Lots';
import css from './Positions.module.css';
import { Verdicts } from './Verdicts';
import { words } from './words';

interface Props {
  /** Undefined while none is open. */
  position: PositionDetail | undefined;
  user: number | undefined;
  onClose: () => void;
}

/** How a position came about, what tasks say of it, and who looks after it. */
export function PositionDrawer({ position, user, onClose }: Props) {
  return (
    <Drawer
      opened={position !== undefined}
      onClose={onClose}
      position="right"
      size={560}
      title={position && `${position.symbol}, ${words.ofStrategy(codeWords(position.strategy))}`}
      closeButtonProps={{ 'aria-label': words.close }}
    >
      {position && (
        <div className={css.parts}>
          <Facts position={position} />
          <Section title={words.entries} flush>
            <Entries entries={position.entries} />
          </Section>
          <Lots position={position} user={user} />
          <AppliedActions symbol={position.symbol} user={user} />
          <Section title={words.verdicts}>
            <Verdicts verdicts={position.verdicts} />
          </Section>
        </div>
      )}
    </Drawer>
  );
}

function Facts({ position }: { position: PositionDetail }) {
  const { symbol } = position;
  const toSymbol = (
    <Button
      size="compact-sm"
      variant="default"
      renderRoot={(props) => <Link {...props} to="/symbols/$symbol" params={{ symbol }} />}
    >
      {words.toSymbol}
    </Button>
  );
  return (
    <Section title={words.facts} actions={toSymbol}>
      {position.looked_after_by.length === 0 && <p className={css.warning}>{words.nobodyText}</p>}
      <DefinitionList
        items={[
          {
            term: words.columns.profit,
            value: <Change paise={position.unrealised_paise} ratio={profitRatio(position)} />,
          },
          { term: words.columns.quantity, value: count(position.quantity) },
          { term: words.columns.last, value: <LastPrice position={position} /> },
          { term: words.columns.priced, value: <Instant at={position.priced_at} day /> },
          { term: words.columns.opened, value: <Day date={position.opened_on} /> },
          { term: words.columns.after, value: <LookedAfterBy position={position} /> },
        ]}
      />
    </Section>
  );
}
