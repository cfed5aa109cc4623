import { duration, toMs } from '../../format/time';
import { useNow } from '../../parts/clock';
import { Icon } from '../../parts/icons/Icon';
import type { TaskRow } from './rows';
import css from './Services.module.css';
import { words } from './words';

/** Below this the last start is named, as the daemon may refuse another; whether it does, it says itself. */
const RECENT_MS = 120_000;

/** What running a task once means now. */
export function OnceText({ row }: { row: TaskRow }) {
  return (
    <>
      <p className={css.text}>
        {[words.onceText, row.trades && words.onceTrades, row.isShared && words.onceShared]
          .filter(Boolean)
          .join(' ')}
      </p>
      <Conflict row={row} />
    </>
  );
}

function Conflict({ row }: { row: TaskRow }) {
  const now = useNow();
  const { executing, last_run } = row.status;
  if (executing) return <Warning text={words.onceExecuting} />;
  if (!last_run || now === null) return null;
  const ago = now - toMs(last_run.started_at);
  if (ago > RECENT_MS) return null;
  return <Warning text={words.onceRecent(duration(ago))} />;
}

function Warning({ text }: { text: string }) {
  return (
    <p className={`${css.text} ${css.warn}`}>
      <Icon name="warning" /> {text}
    </p>
  );
}
