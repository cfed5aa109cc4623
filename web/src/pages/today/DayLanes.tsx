import { Link } from '@tanstack/react-router';
import type { LedgerSlot, ServiceStatus, UserLanes } from '../../api/schema';
import { OUTCOMES } from '../../format/outcome';
import { dayName, dayOf, startOfDay } from '../../format/time';
import { useLive } from '../../live/context';
import { useStore } from '../../live/store';
import { Instant } from '../../parts/Instant';
import { Lane, LaneAxis, type LaneSlot } from '../../parts/Lane';
import { MarkWord } from '../../parts/MarkWord';
import { PageState } from '../../parts/PageState';
import { Section } from '../../parts/Section';
import { daySpan, laneSlots } from './lanes';
import css from './Today.module.css';
import { taskWord, words } from './words';

interface Props {
  service: ServiceStatus;
  lanes: UserLanes;
  /** For their reasons; read when there is trouble. */
  slots: readonly LedgerSlot[];
  /** The doctor's look of the morning; none on a day without a session. */
  morning: readonly LaneSlot[];
  nowMs: number;
}

/** Every expected run of the day, one lane a task. */
export function DayLanes({ service, lanes, slots, morning, nowMs }: Props) {
  const today = dayOf(nowMs);
  const reasons = new Map(slots.map(({ task, due_at, reason }) => [`${task} ${due_at}`, reason]));
  const drawn = lanes.tasks.map((lane) => ({
    task: lane.task,
    slots: laneSlots(lane, ([due_at]) => reasons.get(`${lane.task} ${due_at}`) ?? ''),
  }));
  const span = daySpan(startOfDay(today), [...morning, ...drawn.flatMap((lane) => lane.slots)]);
  return (
    <Section title={words.day} note={<DayNote day={dayName(today)} running={service.running} />}>
      {service.restart_needed && <p className={css.hint}>{words.restartNeeded}</p>}
      <PageState
        empty={
          drawn.length === 0 && {
            title: words.noSlotsTitle,
            text: service.running ? words.noSlotsOn : words.noSlotsOff,
          }
        }
      >
        <div className={css.lanes}>
          <div className={css.laneRow}>
            <span />
            <LaneAxis {...span} />
          </div>
          {morning.length > 0 && (
            <div className={css.laneRow}>
              <Link to="/doctor" className={css.laneName}>
                {words.doctor}
              </Link>
              <Lane label={words.doctor} slots={morning} {...span} />
            </div>
          )}
          {drawn.map(({ task, slots: ofTask }) => (
            <div key={task} className={css.laneRow}>
              <span className={css.laneName}>{taskWord(task)}</span>
              <Lane label={taskWord(task)} slots={ofTask} {...span} />
            </div>
          ))}
        </div>
      </PageState>
      {drawn.length === 0 && morning.map((slot) => <MorningLine key={slot.id} slot={slot} />)}
    </Section>
  );
}

/** The look of the morning in words, on a day without a lane. */
function MorningLine({ slot: { atMs, outcome, note } }: { slot: LaneSlot }) {
  return (
    <p className={css.hint}>
      <Link to="/doctor">{words.doctor}</Link> <Instant at={atMs} />{' '}
      <MarkWord mark={OUTCOMES[outcome]} /> {note}
    </p>
  );
}

function DayNote({ day, running }: { day: string; running: boolean }) {
  const calendar = useStore(useLive().calendar);
  const parts = [day, running ? words.serviceOn : words.serviceOff];
  if (calendar && !calendar.today.open) parts.push(words.dayOff(calendar.today.note));
  if (calendar?.today.presumed) parts.push(words.presumed);
  return <>{parts.join(' · ')}</>;
}
