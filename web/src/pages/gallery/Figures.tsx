import { Change } from '../../parts/Change';
import { Copy } from '../../parts/Copy';
import { Countdown } from '../../parts/Countdown';
import { Day } from '../../parts/Day';
import { DefinitionList } from '../../parts/DefinitionList';
import { Diff } from '../../parts/Diff';
import { Figure } from '../../parts/Figure';
import { Instant } from '../../parts/Instant';
import { Lane, LaneAxis, type LaneSlot } from '../../parts/Lane';
import { Meter } from '../../parts/Meter';
import { Money } from '../../parts/Money';
import { OutcomeMark } from '../../parts/OutcomeMark';
import { Section } from '../../parts/Section';
import css from './gallery.module.css';

const at = (time: string) => Date.parse(`2026-11-27T${time}:00+05:30`);
const span = { fromMs: at('09:00'), toMs: at('19:00') };

const lanes: readonly { task: string; slots: readonly LaneSlot[] }[] = [
  { task: 'retry', slots: [{ id: '1', atMs: at('09:15'), outcome: 'ran' }] },
  {
    task: 'sell',
    slots: [{ id: '1', atMs: at('09:15'), untilMs: at('15:30'), outcome: 'running' }],
  },
  {
    task: 'positions',
    slots: [
      { id: '1', atMs: at('09:30'), outcome: 'late' },
      { id: '2', atMs: at('10:00'), outcome: 'overdue', note: 'not seen' },
      { id: '3', atMs: at('10:30'), outcome: 'due' },
      { id: '4', atMs: at('11:30'), outcome: 'due' },
    ],
  },
  {
    task: 'analysis',
    slots: [
      { id: '1', atMs: at('09:45'), outcome: 'failed' },
      { id: '2', atMs: at('12:00'), outcome: 'skipped' },
      { id: '3', atMs: at('16:00'), outcome: 'missed' },
    ],
  },
];

function Tiles() {
  return (
    <div className={css.tiles}>
      <Figure
        big
        label="Net today"
        value={<Change paise={452_150} ratio={0.0123} />}
        note="after charges"
      />
      <Figure label="Lost" value={<Change paise={-18_24_000_50} compact />} note="since 1 Apr" />
      <Figure
        label="Capital"
        value={<Money paise={1_23_45_678_90} compact />}
        note={<Money paise={1_23_45_678_90} />}
      />
      <Figure
        label="To closing auction"
        value={<Countdown until="2026-11-27T15:15:00+05:30" />}
        note="continuous"
      />
      <Figure label="Nothing known" value={<Money paise={null} />} />
    </div>
  );
}

function Facts() {
  const items = [
    { term: 'Day', value: <Day date="2026-11-27" /> },
    { term: 'Of another year', value: <Day date="2025-01-02" /> },
    { term: 'Started', value: <Instant at="2026-11-27T10:21:07+05:30" /> },
    { term: 'Finished', value: <Instant at="2026-11-27T10:21:09+05:30" day /> },
    { term: 'Outcome', value: <OutcomeMark outcome="ran" /> },
    { term: 'Module', value: <Hash /> },
  ];
  return <DefinitionList items={items} />;
}

function Hash() {
  const hash = '3f9d2c7be01a';
  return (
    <>
      <code>{hash}</code> <Copy text={hash} label="Copy the hash" />
    </>
  );
}

export function Figures() {
  return (
    <>
      <Tiles />
      <Section title="Lanes" note="Friday 27 November, 09:00 to 19:00">
        <div className={css.lane}>
          <span />
          <LaneAxis {...span} />
        </div>
        {lanes.map(({ task, slots }) => (
          <div key={task} className={css.lane}>
            <span>{task}</span>
            <Lane label={task} slots={slots} {...span} />
          </div>
        ))}
      </Section>
      <Section title="Facts">
        <Facts />
      </Section>
      <Section title="Used of granted">
        <div className={css.tiles}>
          <Meter label="Orders a day" used={12} granted={50} />
          <Meter label="Quotes a run" used={930} granted={1000} />
          <Meter label="Messages" used={20} granted={20} />
        </div>
      </Section>
      <Section title="Differences">
        <Diff
          label="Schedule of analysis"
          before={'at 16:00\nretry 3\non trading_days'}
          after={'at 16:05\nretry 3\non trading_days\nskip late'}
        />
      </Section>
    </>
  );
}
