import { Link } from '@tanstack/react-router';
import type { Execution } from '../../api/schema';
import { taskWord } from '../../format/task';
import { duration, toMs } from '../../format/time';
import { Copy } from '../../parts/Copy';
import { DefinitionList } from '../../parts/DefinitionList';
import { Instant } from '../../parts/Instant';
import { Money } from '../../parts/Money';
import { Section } from '../../parts/Section';
import { useMe } from '../../shell/viewing';
import css from './Runs.module.css';
import { runWords, triggerOf, words } from './words';

const HASH_SHOWN = 12;

/** What ran, when, and by whose wish. */
export function RunFacts({ run }: { run: Execution }) {
  const isAdmin = useMe().role === 'admin';
  const { task, service, started_at, finished_at, duration_ms, attempt } = run;
  return (
    <Section title={runWords.facts}>
      <DefinitionList
        items={[
          ...(isAdmin ? [{ term: runWords.forUser, value: <Whose run={run} /> }] : []),
          {
            term: words.task,
            value: (
              <Link to="/runs" search={{ task }} className={css.link}>
                {taskWord(task)}
              </Link>
            ),
          },
          {
            term: words.trigger,
            value: service ? `${triggerOf(run)}, ${words.services[service]}` : triggerOf(run),
          },
          ...(run.on_price ? [{ term: runWords.onPrice, value: <Price on={run.on_price} /> }] : []),
          { term: runWords.due, value: <Due run={run} /> },
          { term: runWords.started, value: <Instant at={started_at} day /> },
          {
            term: runWords.finished,
            value: finished_at ? <Instant at={finished_at} day /> : runWords.under,
          },
          { term: runWords.took, value: duration_ms === null ? '–' : duration(duration_ms) },
          { term: runWords.attempt, value: attempt },
          { term: runWords.module, value: <Module run={run} /> },
        ]}
      />
    </Section>
  );
}

function Price({ on }: { on: NonNullable<Execution['on_price']> }) {
  return (
    <>
      {on.symbol} <Money paise={on.price_paise} /> <Instant at={on.priced_at} />
      <span className={css.soft}> {runWords.priceAge(duration(on.age_ms))}</span>
    </>
  );
}

function Whose({ run: { user, user_name } }: { run: Execution }) {
  return (
    <Link to="/runs" search={{ user }} className={css.link}>
      {user_name}
    </Link>
  );
}

function Due({ run: { slot_due_at, started_at, on_price } }: { run: Execution }) {
  if (!slot_due_at) return on_price ? runWords.noTick : runWords.noSlot;
  const late = toMs(started_at) - toMs(slot_due_at);
  return (
    <>
      <Instant at={slot_due_at} day />
      {late >= 1000 && <span className={css.soft}> begun {runWords.lateBy(duration(late))}</span>}
    </>
  );
}

function Module({ run: { module_hash: hash, module_version } }: { run: Execution }) {
  const version =
    module_version === null ? runWords.versionGone : runWords.moduleVersion(module_version);
  return (
    <span className={css.hash} title={hash}>
      {version}, {hash.slice(0, HASH_SHOWN)}… <Copy text={hash} label={runWords.copyHash} />
    </span>
  );
}
