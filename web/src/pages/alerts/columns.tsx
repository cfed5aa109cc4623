import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Alert } from '../../api/schema';
import { codeTitle } from '../../format/codes';
import { taskWord } from '../../format/task';
import type { Column } from '../../parts/DataTable';
import { Instant } from '../../parts/Instant';
import css from './Alerts.module.css';
import { words } from './words';

interface Options {
  box: (alert: Alert) => ReactNode;
  isOfAll: boolean;
}

export function columnsOf({ box, isOfAll }: Options): readonly Column<Alert>[] {
  return [
    { id: 'box', header: '', cell: box },
    {
      id: 'at',
      header: words.at,
      cell: ({ raised_at }) => <Instant at={raised_at} day />,
      sortBy: ({ raised_at }) => raised_at,
    },
    ...(isOfAll ? [WHO] : []),
    {
      id: 'kind',
      header: words.kind,
      cell: ({ code, subject }) => `${codeTitle(code)}${subject === '' ? '' : ` ${subject}`}`,
      sortBy: ({ code }) => code,
    },
    {
      id: 'detail',
      header: words.detail,
      cell: ({ detail }) => detail,
      grow: true,
      wrap: true,
    },
    {
      id: 'resolved',
      header: words.resolved,
      cell: (alert) => <Resolved alert={alert} />,
      sortBy: ({ resolved_at }) => resolved_at,
    },
  ];
}

const WHO: Column<Alert> = {
  id: 'who',
  header: words.who,
  cell: (alert) => <Who alert={alert} />,
  sortBy: ({ user_name }) => user_name ?? words.installation,
};

function Who({ alert }: { alert: Alert }) {
  if (alert.user === null) return words.installation;
  return (
    <Link to="/admin/users/$id" params={{ id: String(alert.user) }} search={{}}>
      {alert.user_name}
    </Link>
  );
}

function Resolved({ alert }: { alert: Alert }) {
  if (alert.resolved_at === null) return words.isOpen;
  const how = alert.resolution === '' ? words.byDaemon : alert.resolution;
  return (
    <span title={how} className={css.soft}>
      <Instant at={alert.resolved_at} day />
    </span>
  );
}

interface CardProps {
  alert: Alert;
  isOfAll: boolean;
  box: ReactNode;
}

export function AlertCard({ alert, isOfAll, box }: CardProps) {
  return (
    <div className={css.card}>
      <span className={css.cardHead}>
        {box}
        <strong>{codeTitle(alert.code)}</strong>
        {isOfAll && (
          <span className={css.end}>
            <Who alert={alert} />
          </span>
        )}
      </span>
      <span>{alert.detail}</span>
      <span className={css.soft}>
        <Instant at={alert.raised_at} day /> {alert.task && `· ${taskWord(alert.task)} `}
        {alert.resolved_at !== null && <>· {alert.resolution || words.byDaemon}</>}
      </span>
    </div>
  );
}
