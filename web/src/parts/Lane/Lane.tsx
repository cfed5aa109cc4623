import { OUTCOMES, type Outcome } from '../../format/outcome';
import { hourMinute } from '../../format/time';
import { useNow } from '../clock';
import { ShapeDrawing } from '../Shape';
import css from './Lane.module.css';
import { hoursOf, percentOf, place, type Span } from './place';

const HEIGHT = 22;
const MIDDLE = HEIGHT / 2;
const MINUTE_MS = 60_000;
const MOST_TOLD = 5;

export interface LaneSlot {
  id: string;
  atMs: number;
  /** The end of a continuous slot. */
  untilMs?: number | null;
  outcome: Outcome;
  /** How the minutes of a continuous slot went, where that is known; what is due is a frame. */
  ticks?: readonly LaneTicks[];
  /** More than time and outcome, for the tooltip, such as a reason. */
  note?: string;
}

/** Minutes of a continuous slot that stand alike. */
export interface LaneTicks {
  fromMs: number;
  untilMs: number;
  outcome: Outcome;
}

interface Props extends Span {
  /** Whose day it is, such as `sell_monitor`. */
  label: string;
  slots: readonly LaneSlot[];
}

function slotText({ atMs, untilMs, outcome, ticks, note }: LaneSlot): string {
  const until = untilMs ? `–${hourMinute(untilMs)}` : '';
  return `${hourMinute(atMs)}${until} ${OUTCOMES[outcome].word}${ticksText(ticks)}${note ? `: ${note}` : ''}`;
}

/** Minutes that are no more than expected are not told. */
function ticksText(ticks: readonly LaneTicks[] = []): string {
  const told = ticks
    .filter(({ outcome }) => outcome === 'missed' || outcome === 'failed' || outcome === 'overdue')
    .map(({ fromMs, untilMs, outcome }) =>
      untilMs - fromMs > MINUTE_MS
        ? `${OUTCOMES[outcome].word} ${hourMinute(fromMs)}–${hourMinute(untilMs)}`
        : `${OUTCOMES[outcome].word} ${hourMinute(fromMs)}`,
    );
  if (told.length > MOST_TOLD) told.splice(MOST_TOLD, told.length, '…');
  return told.length === 0 ? '' : ` (${told.join(', ')})`;
}

/** A continuous slot: a frame for what is expected, filled as far as the day has come. */
function Stretch({ slot, span, now }: { slot: LaneSlot; span: Span; now: number }) {
  const untilMs = slot.untilMs ?? slot.atMs;
  const start = place(span, slot.atMs);
  const share = (end: number) => `${(Math.max(0, place(span, end) - start) * 100).toFixed(3)}%`;
  const colour = `var(--${OUTCOMES[slot.outcome].token})`;
  const box = { x: percentOf(span, slot.atMs), y: MIDDLE - 4, height: 8, rx: 2 } as const;
  return (
    <>
      <rect {...box} width={share(untilMs)} fill="none" stroke="var(--control)" />
      {slot.ticks ? (
        <Ticks ticks={slot.ticks} span={span} />
      ) : (
        <rect {...box} width={share(Math.min(now, untilMs))} fill={colour} opacity={0.55} />
      )}
    </>
  );
}

/** Trouble is as high as the lane, so that one minute of it is seen and is told without colour. */
function Ticks({ ticks, span }: { ticks: readonly LaneTicks[]; span: Span }) {
  return ticks.map(({ fromMs, untilMs, outcome }) => {
    if (outcome === 'due') return null;
    const isTrouble = outcome === 'missed' || outcome === 'failed' || outcome === 'overdue';
    const width = (place(span, untilMs) - place(span, fromMs)) * 100;
    return (
      <rect
        key={fromMs}
        x={percentOf(span, fromMs)}
        y={isTrouble ? 3 : MIDDLE - 4}
        width={`${Math.max(width, isTrouble ? 0.4 : 0).toFixed(3)}%`}
        height={isTrouble ? HEIGHT - 6 : 8}
        fill={`var(--${OUTCOMES[outcome].token})`}
        opacity={isTrouble ? 1 : 0.55}
      />
    );
  });
}

function Slot({ slot, span, now }: { slot: LaneSlot; span: Span; now: number }) {
  const { shape, token } = OUTCOMES[slot.outcome];
  // The shape of a continuous slot stands where the day is, else it would stand on its first tick for hours.
  const at = slot.untilMs ? Math.min(Math.max(now, slot.atMs), slot.untilMs) : slot.atMs;
  return (
    <g>
      <title>{slotText(slot)}</title>
      {slot.untilMs ? <Stretch slot={slot} span={span} now={now} /> : null}
      <svg x={percentOf(span, at)} y={MIDDLE} overflow="visible" aria-hidden="true">
        <g transform="translate(-7 -7)">
          <rect width={14} height={14} rx={7} fill="var(--surface)" />
          <ShapeDrawing shape={shape} token={token} />
        </g>
      </svg>
    </g>
  );
}

/** A day of one task as a strip: its slots in their places, and a line where the day is. */
export function Lane({ label, slots, fromMs, toMs }: Props) {
  const now = useNow();
  const span = { fromMs, toMs };
  const text = slots.map(slotText).join(', ') || 'nothing expected';
  const within = now !== null && now >= fromMs && now <= toMs;
  return (
    <svg className={css.lane} height={HEIGHT} role="img" aria-label={`${label}: ${text}`}>
      {hoursOf(span).map((hour) => (
        <line
          key={hour}
          x1={percentOf(span, hour)}
          x2={percentOf(span, hour)}
          y1={0}
          y2={HEIGHT}
          stroke="var(--line)"
        />
      ))}
      {slots.map((slot) => (
        <Slot key={slot.id} slot={slot} span={span} now={now ?? fromMs} />
      ))}
      {within && (
        <line
          x1={percentOf(span, now)}
          x2={percentOf(span, now)}
          y1={-2}
          y2={HEIGHT + 2}
          stroke="var(--accent)"
          strokeWidth={1.5}
          data-now
        />
      )}
    </svg>
  );
}

/** The hours above lanes of the same span; every second one, so that they fit a phone. */
export function LaneAxis(span: Span) {
  return (
    <div className={css.axis} aria-hidden="true">
      {hoursOf(span)
        .filter((_, index) => index % 2 === 0)
        .map((hour) => (
          <span key={hour} className={`figure ${css.hour}`} style={{ left: percentOf(span, hour) }}>
            {hourMinute(hour)}
          </span>
        ))}
    </div>
  );
}
