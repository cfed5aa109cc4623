import type { DoctorCheck } from '../../api/schema';
import { codeWords } from '../../format/codes';
import { type Column, DataTable } from '../../parts/DataTable';
import { MarkWord } from '../../parts/MarkWord';
import css from './Doctor.module.css';
import { byUrgency, OUTCOME_MARKS } from './marks';
import { words } from './words';

const columns: readonly Column<DoctorCheck>[] = [
  { id: 'what', header: words.what, cell: ({ name }) => codeWords(name) },
  {
    id: 'outcome',
    header: words.outcome,
    cell: ({ outcome }) => <MarkWord mark={OUTCOME_MARKS[outcome]} />,
  },
  { id: 'found', header: words.found, cell: ({ evidence }) => evidence, grow: true, wrap: true },
  { id: 'todo', header: words.todo, cell: ({ advice }) => advice, grow: true, wrap: true },
];

/** What was looked at, what a person must look at first. */
export function Checks({ checks }: { checks: readonly DoctorCheck[] }) {
  return (
    <DataTable
      label={words.checks}
      rows={byUrgency(checks)}
      columns={columns}
      rowId={({ name }) => name}
      card={CheckCard}
    />
  );
}

function CheckCard({ name, outcome, evidence, advice }: DoctorCheck) {
  return (
    <div className={css.card}>
      <span className={css.line}>
        <strong>{codeWords(name)}</strong> <MarkWord mark={OUTCOME_MARKS[outcome]} />
      </span>
      <span>{evidence}</span>
      {advice !== '' && <span className={css.soft}>{advice}</span>}
    </div>
  );
}
