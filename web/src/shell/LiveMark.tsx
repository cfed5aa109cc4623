import { useLive } from '../live/context';
import { useStore } from '../live/store';
import css from './Header.module.css';
import { words } from './words';

/** Whether figures on the screen are fed. */
export function LiveMark() {
  const state = useStore(useLive().state);
  return (
    <span className={css.live} data-state={state} role="status" title={words.live[state]}>
      <svg width={10} height={10} viewBox="0 0 10 10" aria-hidden="true">
        {state === 'live' ? (
          <circle cx={5} cy={5} r={4} fill="currentColor" />
        ) : (
          <circle cx={5} cy={5} r={3.5} fill="none" stroke="currentColor" strokeWidth={1.5} />
        )}
      </svg>
      <span className={css.liveWord}>{words.live[state]}</span>
    </span>
  );
}
