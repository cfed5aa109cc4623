import type { AuditEntry } from '../../api/schema';
import { codeWords } from '../../format/codes';
import type { Column } from '../../parts/DataTable';
import { Instant } from '../../parts/Instant';
import css from './Audit.module.css';
import { words } from './words';

/** The parameters of a change in a line. */
function detailText({ details }: AuditEntry): string {
  return Object.entries(details)
    .map(([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ');
}

export function Outcome({ entry: { status, code } }: { entry: AuditEntry }) {
  if (code !== null) return <span className={css.bad}>{words.refused(codeWords(code))}</span>;
  return status === null ? words.unknown : words.done;
}

const whoOf = ({ user, user_name }: AuditEntry) =>
  user_name ?? (typeof user === 'number' ? `user ${user}` : words.program);

const resourceOf = ({ resource, subject_name }: AuditEntry) =>
  subject_name === null ? resource : `${resource} (${subject_name})`;

export const columns: readonly Column<AuditEntry>[] = [
  { id: 'at', header: words.at, cell: ({ at }) => <Instant at={at} day /> },
  { id: 'who', header: words.who, cell: whoOf },
  {
    id: 'action',
    header: words.action,
    cell: ({ action }) => <span className={css.mono}>{action}</span>,
  },
  { id: 'resource', header: words.resource, cell: resourceOf },
  {
    id: 'details',
    header: words.details,
    cell: (entry) => <span title={detailText(entry)}>{detailText(entry)}</span>,
    grow: true,
  },
  { id: 'outcome', header: words.outcome, cell: (entry) => <Outcome entry={entry} /> },
  { id: 'via', header: words.via, cell: ({ via }) => via, optional: true },
  { id: 'address', header: words.address, cell: ({ address }) => address, optional: true },
];

export function EntryCard(entry: AuditEntry) {
  return (
    <div className={css.card}>
      <span className={css.cardHead}>
        <span>
          <strong>{whoOf(entry)}</strong> <span className={css.mono}>{entry.action}</span>
        </span>
        <Outcome entry={entry} />
      </span>
      <span className={css.soft}>
        <Instant at={entry.at} day /> · {resourceOf(entry)}
      </span>
    </div>
  );
}
