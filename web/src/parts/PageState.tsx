import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { InstantLike } from '../format/time';
import { Copy } from './Copy';
import { Instant } from './Instant';
import { Icon } from './icons/Icon';
import css from './PageState.module.css';
import { SkeletonRows } from './SkeletonRows';
import { useDelayed } from './useDelayed';

const words = {
  again: 'Try again',
  loading: 'Loading',
  forbiddenTitle: 'This page is for administrators',
  forbiddenText: 'Your account may not see it. Nothing was changed.',
  back: 'To Today',
  code: 'Code',
  copyCode: 'Copy the code',
  staleBefore: 'Not up to date: as of ',
} as const;

interface EmptyWords {
  title: string;
  /** What will appear here, and when. */
  text: string;
  action?: ReactNode;
}

export interface ErrorWords {
  /** What failed. */
  title: string;
  /** What that means, for orders first, and what happens next. */
  text: string;
  code?: string | undefined;
  onRetry?: (() => void) | undefined;
}

interface Props {
  loading?: boolean;
  /** Of the shape of what will come. */
  skeleton?: ReactNode;
  empty?: EmptyWords | null | false;
  error?: ErrorWords | null;
  forbidden?: boolean;
  /** When what is shown was last known to be right. */
  staleSince?: InstantLike | null;
  children?: ReactNode;
}

function Loading({ skeleton }: { skeleton: ReactNode }) {
  const shown = useDelayed(true);
  return (
    <div role="status" aria-busy="true" aria-label={words.loading}>
      {shown && skeleton}
    </div>
  );
}

function Failed({ error }: { error: ErrorWords }) {
  return (
    <div className={css.state} role="alert">
      <h2 className={css.title}>{error.title}</h2>
      <p className={css.text}>{error.text}</p>
      {error.code !== undefined && (
        <span className={css.code}>
          {words.code}: {error.code}
          <Copy text={error.code} label={words.copyCode} />
        </span>
      )}
      {error.onRetry && (
        <Button variant="default" onClick={error.onRetry}>
          {words.again}
        </Button>
      )}
    </div>
  );
}

function Forbidden() {
  return (
    <div className={css.state}>
      <Icon name="lock" size={20} />
      <h2 className={css.title}>{words.forbiddenTitle}</h2>
      <p className={css.text}>{words.forbiddenText}</p>
      <Button variant="default" renderRoot={(props) => <Link to="/" {...props} />}>
        {words.back}
      </Button>
    </div>
  );
}

function Empty({ title, text, action }: EmptyWords) {
  return (
    <div className={css.state}>
      <h2 className={css.title}>{title}</h2>
      <p className={css.text}>{text}</p>
      {action}
    </div>
  );
}

/** The states every page and part has beside its content; the first that holds is shown. */
export function PageState(props: Props) {
  const { skeleton = <SkeletonRows />, staleSince = null } = props;
  if (props.forbidden) return <Forbidden />;
  if (props.error) return <Failed error={props.error} />;
  if (props.loading) return <Loading skeleton={skeleton} />;
  if (props.empty) return <Empty {...props.empty} />;
  if (staleSince === null) return props.children;
  return (
    <div data-stale="true">
      <div className={css.stale} role="status">
        <Icon name="warning" />
        <span>
          {words.staleBefore}
          <Instant at={staleSince} />
        </span>
      </div>
      {props.children}
    </div>
  );
}
