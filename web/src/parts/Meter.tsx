import { count } from '../format/numbers';
import css from './Meter.module.css';

const words = {
  near: 'nearly used up',
  over: 'used up',
  of: (used: string, granted: string) => `${used} of ${granted}`,
} as const;

const NEAR = 0.9;

interface Props {
  label: string;
  used: number;
  granted: number;
  /** How to write an amount. */
  format?: (value: number) => string;
}

function level(used: number, granted: number): 'near' | 'over' | null {
  if (used >= granted) return 'over';
  return used >= granted * NEAR ? 'near' : null;
}

/** How much of what is granted is used. */
export function Meter({ label, used, granted, format = count }: Props) {
  const reached = level(used, granted);
  const text = words.of(format(used), format(granted)) + (reached ? `, ${words[reached]}` : '');
  const share = granted > 0 ? Math.min(1, used / granted) : 1;
  return (
    <div className={css.meter}>
      <div className={css.text}>
        <span>{label}</span>
        <span className={`figure ${css.used}`}>{text}</span>
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: <meter> cannot be drawn alike in all browsers */}
      <div
        className={css.track}
        role="meter"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={granted}
        aria-valuenow={Math.min(used, granted)}
        aria-valuetext={text}
      >
        <div
          className={reached ? `${css.fill} ${css[reached]}` : css.fill}
          style={{ width: `${share * 100}%` }}
        />
      </div>
    </div>
  );
}
