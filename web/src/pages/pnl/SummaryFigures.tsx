import type { PnlSummary } from '../../api/schema';
import { count, percent } from '../../format/numbers';
import { Change } from '../../parts/Change';
import { Day } from '../../parts/Day';
import { Figure } from '../../parts/Figure';
import { Figures } from '../../parts/Figures';
import { Money } from '../../parts/Money';
import { words } from './words';

/** The range as a whole. */
export function SummaryFigures({ summary }: { summary: PnlSummary }) {
  const { realised_paise: realised, charges_paise: charges } = summary;
  return (
    <Figures columns={4}>
      <Figure label={words.net} value={<Change paise={summary.net_paise} />} note={words.netNote} />
      <Figure label={words.realised} value={<Change paise={realised} />} />
      <Figure
        label={words.charges}
        value={<Money paise={charges} />}
        {...(realised > 0 && { note: words.chargesOf(percent(charges / realised)) })}
      />
      {summary.income_paise !== 0 && (
        <Figure
          label={words.income}
          value={<Money paise={summary.income_paise} />}
          note={words.incomeNote}
        />
      )}
      <Figure label={words.unrealised} value={<Change paise={summary.unrealised_paise} />} />
      <Figure
        label={words.upDown}
        value={`${count(summary.days_up)} ▲ ${count(summary.days_down)} ▼`}
      />
      <DayFigure label={words.best} day={summary.best_day} />
      <DayFigure label={words.worst} day={summary.worst_day} />
      <Figure label={words.trades} value={count(summary.trades)} />
    </Figures>
  );
}

function DayFigure({ label, day }: { label: string; day: PnlSummary['best_day'] }) {
  if (day === null) return <Figure label={label} value="–" />;
  return (
    <Figure label={label} value={<Change paise={day.net_paise} />} note={<Day date={day.day} />} />
  );
}
