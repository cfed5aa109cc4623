import { Alert } from '@mantine/core';
import { explain } from '../../api/problems';
import { countdown } from '../../format/time';
import { words } from './words';

interface Props {
  error: unknown;
  wait?: number;
  /** What to do next, where it is not what is told of such a refusal elsewhere. */
  next?: string | undefined;
}

/** What went wrong with a log-in or a link, and from when on it may be tried again. */
export function Problem({ error, wait = 0, next }: Props) {
  const { title, detail, next: usual } = explain(error);
  const isSaid = detail === `${title}.`;
  return (
    <Alert color="bad" role="alert" title={title}>
      {!isSaid && detail} {next ?? usual}
      {wait > 0 && (
        <div>
          {words.waitBefore}
          <strong className="figure" role="timer" aria-live="off">
            {countdown(wait * 1000)}
          </strong>
        </div>
      )}
    </Alert>
  );
}
