import { useMemo, useState } from 'react';
import { rupees, rupeesCompact, rupeesSigned } from '../../format/money';
import { dayName } from '../../format/time';
import LineChart, { type Line } from '../../parts/LineChart';
import { deepest, type Place } from './curve';
import css from './Pnl.module.css';
import { words } from './words';

const HEIGHT = 240;

/** The marks of an axis stand at round figures. */
const wholeRupees = (paise: number) => rupeesCompact(paise).replace(/\.00$/, '');

/** The results of a range added up, and below zero how far equity stood under its peak. */
export default function Curve({ places }: { places: readonly Place[] }) {
  const [at, setAt] = useState<number | null>(null);
  const lines = useMemo<readonly Line[]>(
    () => [
      { values: places.map(({ result }) => result), token: 'accent' },
      { values: places.map(({ below }) => below), token: 'bad', dashed: true },
    ],
    [places],
  );
  const last = places.at(-1);
  const shown = (at === null ? undefined : places[at]) ?? last;
  if (!last || !shown) return null;
  const nameOf = (index: number) => dayName(places[index]?.day ?? last.day, last.day);
  const { day, present, result, below, equity, flow } = shown;
  return (
    <>
      <ul className={css.legend}>
        <li>{present ? words.now : dayName(day, last.day)}</li>
        <li>
          <span className={css.line} />
          {words.seriesResult} {rupeesSigned(result)}
        </li>
        <li>
          <span className={css.line} data-below />
          {words.seriesBelow} {rupees(Math.abs(below))}
        </li>
        <li>
          {words.equity} {rupees(equity)}
        </li>
        {flow !== 0 && <li>{words.flow(rupees(Math.abs(flow)), flow > 0)}</li>}
      </ul>
      <LineChart
        label={words.curveLabel(
          places.length,
          rupeesSigned(last.result),
          rupees(Math.abs(deepest(places))),
        )}
        lines={lines}
        height={HEIGHT}
        nameOf={nameOf}
        format={wholeRupees}
        onPoint={setAt}
      />
    </>
  );
}
