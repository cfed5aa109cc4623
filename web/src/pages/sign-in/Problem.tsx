import { Alert } from '@mantine/core';
import { explain } from '../../api/problems';
import { countdown } from '../../format/time';
import { words } from './words';

/** What went wrong with a log-in or a link, and from when on it may be tried again. */
export function Problem({ error, wait = 0 }: { error: unknown; wait?: number }) {
  const { title, detail, next } = explain(error);
  const isSaid = detail === `${title}.`;
  return (
    <Alert color="bad" role="alert" title={title}>
      {!isSaid && detail} {next}
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
