import { Button, Checkbox } from '@mantine/core';
import { useState } from 'react';
import { acceptTrial } from '../../api/modules';
import type { ModuleTrial, TaskView } from '../../api/schema';
import { useNameOf } from '../../api/useNameOf';
import { count } from '../../format/numbers';
import { dayName } from '../../format/time';
import { ConfirmDialog } from '../../parts/ConfirmDialog';
import { DefinitionList } from '../../parts/DefinitionList';
import { Instant } from '../../parts/Instant';
import { Money } from '../../parts/Money';
import { type Report, reportOf, type SimulatedMonth, showsSomething } from '../modules/report';
import { FindingView } from './FindingView';
import css from './Module.module.css';
import { useModuleChange } from './useModuleChange';
import { words } from './words';

interface Props {
  task: TaskView;
  version: number;
  trial: ModuleTrial;
}

/** The newest trial: counts, and each run that differs, order by order. It is accepted when each was looked at. */
export function TrialReport({ task, version, trial }: Props) {
  const report = reportOf(trial);
  const nameOf = useNameOf();
  const [ticked, setTicked] = useState<ReadonlySet<number>>(new Set());
  const left = report.findings.filter(({ run }) => !ticked.has(run)).length;
  const toggle = (run: number) => {
    const next = new Set(ticked);
    if (!next.delete(run)) next.add(run);
    setTicked(next);
  };
  const isAccepted = trial.accepted_at !== null;
  return (
    <div className={css.trial}>
      <p className={css.soft}>
        {words.tried} <Instant at={trial.at} day />{' '}
        {words.triedBy(trial.by_name ?? `user ${trial.by}`)}
      </p>
      <Counts report={report} />
      {report.simulated && <Simulated month={report.simulated} />}
      {report.findings.length > 0 && (
        <ul className={css.findings} aria-label={words.findings}>
          {report.findings.map((finding) => (
            <li key={finding.run} className={css.finding}>
              <FindingView finding={finding} name={nameOf(finding.user)} />
              {!isAccepted && (
                <Checkbox
                  label={words.tick(finding.run)}
                  checked={ticked.has(finding.run)}
                  onChange={() => toggle(finding.run)}
                />
              )}
            </li>
          ))}
        </ul>
      )}
      {report.findingsLeftOut > 0 && (
        <p className={css.soft}>{words.findingsLeft(report.findingsLeftOut)}</p>
      )}
      {trial.accepted_at !== null ? (
        <p className={css.text}>
          {trial.accepted_by === null
            ? words.acceptedAtOnce
            : words.acceptedBy(trial.accepted_by_name ?? `user ${trial.accepted_by}`)}
          , <Instant at={trial.accepted_at} day />
        </p>
      ) : (
        <Accept task={task} version={version} left={left} isEmpty={!showsSomething(report)} />
      )}
    </div>
  );
}

interface AcceptProps {
  task: TaskView;
  version: number;
  /** Runs that nobody has ticked. */
  left: number;
  /** Nothing could be compared. */
  isEmpty: boolean;
}

function Accept({ task, version, left, isEmpty }: AcceptProps) {
  const change = useModuleChange();
  const [isAsking, setIsAsking] = useState(false);
  return (
    <div className={css.accept}>
      <Button disabled={left > 0} onClick={() => setIsAsking(true)}>
        {words.acceptTrial}
      </Button>
      {left > 0 && <span className={css.soft}>{words.tickAll(left)}</span>}
      <ConfirmDialog
        opened={isAsking}
        onClose={() => setIsAsking(false)}
        title={words.acceptTitle(version)}
        confirm={words.acceptTrial}
        typeName={isEmpty ? task.task : undefined}
        onConfirm={() => change(acceptTrial(task.task, version, isEmpty))}
      >
        {isEmpty ? words.forceTrial : words.acceptText}
      </ConfirmDialog>
    </div>
  );
}

function Counts({ report }: { report: Report }) {
  const { from, to, runs, identical, changed, trapped, lacking, unreadable } = report;
  const counts = [
    [words.runs, runs],
    [words.identical, identical],
    [words.changed, changed],
    [words.trapped, trapped],
    [words.lacking, lacking],
    [words.unreadable, unreadable],
  ] as const;
  return (
    <>
      <dl className={css.counts}>
        {from && to && (
          <div>
            <dt>{words.range}</dt>
            <dd>
              {dayName(from)} – {dayName(to)}
            </dd>
          </div>
        )}
        {counts.map(([term, value]) => (
          <div key={term}>
            <dt>{term}</dt>
            <dd className="figure">{count(value)}</dd>
          </div>
        ))}
      </dl>
      {report.withoutRecording > 0 && (
        <p className={css.soft}>{words.without(report.withoutRecording)}</p>
      )}
    </>
  );
}

function Simulated({ month }: { month: SimulatedMonth }) {
  return (
    <>
      <p className={css.text}>{words.simulated}</p>
      <DefinitionList
        items={[
          { term: words.range, value: `${dayName(month.from)} – ${dayName(month.to)}` },
          { term: words.runs, value: count(month.runs) },
          {
            term: words.simFailed,
            value:
              month.failure === ''
                ? count(month.failed)
                : `${count(month.failed)} (${month.failure})`,
          },
          { term: words.simOrders, value: count(month.orders) },
          { term: words.simRealised, value: <Money paise={month.realisedPaise} /> },
          { term: words.simCharges, value: <Money paise={month.chargesPaise} /> },
        ]}
      />
    </>
  );
}
