import type { Signal } from '../../api/schema';
import { decimal } from '../../format/numbers';
import { Day } from '../../parts/Day';
import { MarkWord } from '../../parts/MarkWord';
import { Money } from '../../parts/Money';
import css from './Signals.module.css';
import { WhyLink } from './WhyLink';
import { kindWords, STATUSES, words } from './words';

/** A signal on a narrow screen. */
export function SignalCard({ signal }: { signal: Signal }) {
  const { finding } = signal;
  return (
    <div className={css.card}>
      <b>
        {signal.symbol} · {kindWords(signal)}
      </b>
      <MarkWord mark={STATUSES[signal.status]} />
      <span className={css.label}>
        <Day date={signal.day} /> · {words.columns.priority} {decimal(finding.priority_score, 1)} ·{' '}
        {words.columns.rsi} {decimal(finding.rsi, 1)}
      </span>
      <span>
        <Money paise={finding.buy_low_paise} plain /> –{' '}
        <Money paise={finding.buy_high_paise} plain />
      </span>
      <WhyLink {...signal} />
    </div>
  );
}
