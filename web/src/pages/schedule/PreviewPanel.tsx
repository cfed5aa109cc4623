import type { SchedulePreview } from '../../api/schedules';
import type { DifferenceView, SlotView } from '../../api/schema';
import { hourMinute } from '../../format/time';
import { Day } from '../../parts/Day';
import { Icon } from '../../parts/icons/Icon';
import { PageState } from '../../parts/PageState';
import { Section } from '../../parts/Section';
import { NextSlots } from './NextSlots';
import css from './Schedule.module.css';
import { words } from './words';
import { YearStrip } from './YearStrip';

interface Props {
  preview: SchedulePreview | undefined;
  isRefused: boolean;
  isChecking: boolean;
  isChanged: boolean;
  isOn: boolean;
}

/** What a schedule would do, by the code that will do it. */
export function PreviewPanel({ preview, isRefused, isChecking, isChanged, isOn }: Props) {
  return (
    <Section
      title={isChanged ? words.preview : words.previewSaved}
      actions={
        <span className={css.soft} aria-live="polite">
          {isChecking ? words.checking : ''}
        </span>
      }
    >
      {isRefused ? (
        <p className={css.soft}>{words.refused}.</p>
      ) : (
        <PageState loading={!preview}>
          {preview && (
            <div className={isChecking ? css.earlier : undefined}>
              <Effect preview={preview} isChanged={isChanged && !isChecking} isOn={isOn} />
            </div>
          )}
        </PageState>
      )}
    </Section>
  );
}

function Effect({
  preview,
  isChanged,
  isOn,
}: { preview: SchedulePreview } & Pick<Props, 'isChanged' | 'isOn'>) {
  const { next, year, flags, differing_days, differences } = preview;
  return (
    <div className={css.effect}>
      {!isOn && <p className={css.warning}>{words.off}</p>}
      {flags.map(({ kind, detail }) => (
        <p key={kind} className={css.warning}>
          <Icon name="warning" size={14} /> {words.flags}: {detail}
        </p>
      ))}
      <h3 className={css.heading}>{words.next}</h3>
      <NextSlots slots={next} />
      <h3 className={css.heading}>{words.year}</h3>
      <p className={css.soft}>
        {words.yearTold(year.days_with_slots, year.trading_days, year.runs)}{' '}
        {year.presumed_from && (
          <>
            {words.presumedFrom} <Day date={year.presumed_from} />.
          </>
        )}
      </p>
      <YearStrip year={year} />
      {isChanged && (
        <>
          <h3 className={css.heading}>{words.differs(differing_days)}</h3>
          <Differences differences={differences} days={differing_days} />
        </>
      )}
    </div>
  );
}

const MOST_SHOWN = 5;

function Differences({ differences, days }: { differences: DifferenceView[]; days: number }) {
  const shown = differences.slice(0, MOST_SHOWN);
  return (
    <ul className={css.differences}>
      {shown.map(({ day, added, removed }) => (
        <li key={day}>
          <Day date={day} /> <Slots sign="−" word={words.removed} slots={removed} />{' '}
          <Slots sign="+" word={words.added} slots={added} />
        </li>
      ))}
      {days > shown.length && <li className={css.soft}>{words.moreDays(days - shown.length)}</li>}
    </ul>
  );
}

function Slots({ sign, word, slots }: { sign: string; word: string; slots: SlotView[] }) {
  if (slots.length === 0) return null;
  return (
    <span className={sign === '+' ? css.added : css.removed}>
      <span aria-hidden="true">{sign}</span>
      <span className="visually-hidden">{word}</span> {slots.map(slotWords).join(', ')}
    </span>
  );
}

function slotWords({ due_at, ends_at }: SlotView): string {
  return ends_at ? `${hourMinute(due_at)}–${hourMinute(ends_at)}` : hourMinute(due_at);
}
