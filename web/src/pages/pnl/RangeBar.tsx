import { TextInput } from '@mantine/core';
import { Tabs } from '../../parts/Tabs';
import css from './Pnl.module.css';
import { type PnlSearch, RANGES } from './range';
import { words } from './words';

interface Props {
  search: PnlSearch;
  onChange: (search: PnlSearch) => void;
}

const tabs = RANGES.map((id) => ({ id, word: words.ranges[id] }));

/** Chooses the dates: months, quarters and tax years by one press, or any two. */
export function RangeBar({ search, onChange }: Props) {
  const { range = 'month', from, through } = search;
  return (
    <div>
      <Tabs
        label={words.range}
        tabs={tabs}
        chosen={range}
        onChoose={(chosen) => onChange({ range: chosen })}
      />
      {range === 'own' && (
        <div className={css.dates}>
          <TextInput
            type="date"
            label={words.from}
            value={from ?? ''}
            max={through}
            onChange={(event) =>
              onChange({ ...search, from: event.currentTarget.value || undefined })
            }
          />
          <TextInput
            type="date"
            label={words.through}
            value={through ?? ''}
            min={from}
            onChange={(event) =>
              onChange({ ...search, through: event.currentTarget.value || undefined })
            }
          />
        </div>
      )}
    </div>
  );
}
