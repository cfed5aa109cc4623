import type { LedgerSlot, ServiceStatus, UserLanes } from '../../api/schema';
import { dayName, dayOf, startOfDay } from '../../format/time';
import { useLive } from '../../live/context';
import { useStore } from '../../live/store';
import { Lane, LaneAxis } from '../../parts/Lane';
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
  nowMs: number;
}

/** Every expected run of the day, one lane a task. */
export function DayLanes({ service, lanes, slots, nowMs }: Props) {
  const today = dayOf(nowMs);
  const reasons = new Map(slots.map(({ task, due_at, reason }) => [`${task} ${due_at}`, reason]));
  const drawn = lanes.tasks.map((lane) => ({
    task: lane.task,
    slots: laneSlots(lane, ([due_at]) => reasons.get(`${lane.task} ${due_at}`) ?? ''),
  }));
  const span = daySpan(
    startOfDay(today),
    drawn.flatMap((lane) => lane.slots),
  );
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
          {drawn.map(({ task, slots: ofTask }) => (
            <div key={task} className={css.laneRow}>
              <span className={css.laneName}>{taskWord(task)}</span>
              <Lane label={taskWord(task)} slots={ofTask} {...span} />
            </div>
          ))}
        </div>
      </PageState>
    </Section>
  );
}

function DayNote({ day, running }: { day: string; running: boolean }) {
  const calendar = useStore(useLive().calendar);
  const parts = [day, running ? words.serviceOn : words.serviceOff];
  if (calendar && !calendar.today.open) parts.push(words.dayOff(calendar.today.note));
  if (calendar?.today.presumed) parts.push(words.presumed);
  return <>{parts.join(' · ')}</>;
}
