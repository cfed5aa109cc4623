import { duration, toMs } from '../../format/time';
import { Countdown } from '../../parts/Countdown';
import { useNow } from '../../parts/clock';
import { Instant } from '../../parts/Instant';
import { Icon } from '../../parts/icons/Icon';
import type { Held } from './held';
import type { TaskRow } from './rows';
import css from './Services.module.css';
import { words } from './words';

interface Props {
  row: TaskRow;
  held: Held | null;
}

/** What running a task once means now, and why it cannot be. */
export function OnceText({ row, held }: Props) {
  return (
    <>
      <p className={css.text}>
        {[words.onceText, row.trades && words.onceTrades, row.isShared && words.onceShared]
          .filter(Boolean)
          .join(' ')}
      </p>
      {held && (
        <p className={`${css.text} ${css.warn}`}>
          <Icon name="warning" /> <Reason row={row} held={held} />
        </p>
      )}
    </>
  );
}

function Reason({ row, held: { why, untilMs } }: { row: TaskRow; held: Held }) {
  const now = useNow();
  const { last_run, next_run_at } = row.status;
  if (why === 'executing') return words.onceExecuting;
  if (why === 'ticking') {
    const [before, after] = words.onceTicking;
    return (
      <>
        {before} <Instant at={next_run_at} />. {after}
      </>
    );
  }
  const ago = last_run && now !== null ? now - toMs(last_run.started_at) : null;
  return (
    <>
      {ago !== null && words.onceRecent(duration(ago))} {words.onceUntil}{' '}
      {untilMs !== null && <Countdown until={untilMs} />}.
    </>
  );
}
