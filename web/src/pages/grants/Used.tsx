import { useQuery } from '@tanstack/react-query';
import { grantsUsedQuery } from '../../api/grants';
import { pageError } from '../../api/problems';
import type { TaskUse } from '../../api/schema';
import { codeTitle } from '../../format/codes';
import { bytes, count } from '../../format/numbers';
import { duration } from '../../format/time';
import { Meter } from '../../parts/Meter';
import { PageState } from '../../parts/PageState';
import { Section } from '../../parts/Section';
import { useViewing } from '../../shell/viewing';
import css from './Grants.module.css';
import { words } from './words';

const MICROS_IN_MS = 1000;

/** Bars of what the runs of one user have used today. */
export function Used() {
  const { user, name } = useViewing();
  const used = useQuery(grantsUsedQuery(user));
  const failed = used.isError && !used.data;
  const tasks = used.data?.items.filter(({ runs }) => runs > 0) ?? [];
  return (
    <Section title={words.used} note={words.usedOf(name)}>
      <PageState
        loading={used.isPending}
        error={failed ? pageError(used.error, () => void used.refetch()) : null}
      >
        {tasks.length === 0 && <p className={css.soft}>{words.usedNone}</p>}
        <div className={css.uses}>
          {tasks.map((use) => (
            <Use key={use.task} use={use} />
          ))}
        </div>
      </PageState>
    </Section>
  );
}

function Use({ use }: { use: TaskUse }) {
  const { task, runs, granted, left } = use;
  return (
    <section className={css.use} aria-label={codeTitle(task)}>
      <h3 className={css.useTitle}>
        {codeTitle(task)}{' '}
        <span className={css.soft}>
          {words.runs(runs)}
          {left.refused > 0 && `, ${words.refused(left.refused)}`}
        </span>
      </h3>
      <Meter
        label={words.mostCpu}
        used={use.most_cpu_us / MICROS_IN_MS}
        granted={granted.cpu_ms}
        format={duration}
      />
      <Meter
        label={words.mostMemory}
        used={use.most_memory_bytes}
        granted={granted.memory_bytes}
        format={bytes}
      />
      <Meter label={words.mostCalls} used={use.most_calls} granted={granted.calls} />
      {typeof granted.orders_per_day === 'number' && (
        <Meter label={words.orders} used={use.orders} granted={granted.orders_per_day} />
      )}
      <DayMeters use={use} />
    </section>
  );
}

const DAY_LIMITS = [
  'decisions',
  'signals',
  'notifications',
  'order_changes',
  'log_bytes',
  'recording_bytes',
] as const;

/** Of the limits of a day only those of which something was used. */
function DayMeters({ use: { granted, left } }: { use: TaskUse }) {
  const { per_day } = granted;
  if (!per_day) return null;
  return DAY_LIMITS.filter((name) => left[name] > 0).map((name) => (
    <Meter
      key={name}
      label={words.days[name]}
      used={left[name]}
      granted={per_day[name]}
      format={name.endsWith('_bytes') ? bytes : count}
    />
  ));
}
