import { capital } from '../format/text';
import { dayName, timeOfDay } from '../format/time';
import { useLive } from '../live/context';
import { useStore } from '../live/store';
import { Countdown } from '../parts/Countdown';
import { useNow } from '../parts/clock';
import css from './Header.module.css';
import { phaseNow } from './phase';
import { phaseWord, words } from './words';

/** The exchange's time, its phase and what comes next; said once, so that no page has to say that times are IST. */
export function MarketState() {
  const live = useLive();
  const calendar = useStore(live.calendar);
  const now = useNow();
  if (!calendar || now === null) return <div className={css.market} />;
  const { phase, next } = phaseNow(calendar, now);
  return (
    <div className={css.market}>
      <span className={css.clock}>
        <span className="figure">{timeOfDay(now)}</span>{' '}
        <span className={css.zone}>{words.ist}</span> <Speed speed={live.clock.speed} />
      </span>
      <span className={css.soft}>
        {capital(phaseWord(phase))}
        {next && (
          <>
            {' · '}
            <Countdown until={next.at} />{' '}
            <span className={css.onDesk}>{words.toNext(phaseWord(next.phase))}</span>
            <span className={css.onPhone}>{words.left}</span>
          </>
        )}
        {!next && calendar.next_open_day && (
          <> · {`${words.nextOpen} ${dayName(calendar.next_open_day, calendar.today.day)}`}</>
        )}
        {calendar.today.note !== '' && ` · ${calendar.today.note}`}
      </span>
    </div>
  );
}

/** Only a clock that is not the real one says so. */
function Speed({ speed }: { speed: number }) {
  if (speed === 1) return null;
  const shown = speed < 10 ? Math.round(speed * 10) / 10 : Math.round(speed);
  const title = shown === 0 ? words.clockStands : words.demonstrationSpeedTitle(shown);
  return (
    <span className={css.speed} title={title}>
      {words.demonstrationSpeed(shown)}
    </span>
  );
}
