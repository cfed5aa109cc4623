import { rupees, rupeesCompact, rupeesPlain } from '../format/money';

interface Props {
  /** Null where the API knows no amount. */
  paise: number | null;
  compact?: boolean;
  /** Leaves ₹ away, for columns whose heading says it. */
  plain?: boolean;
}

export function Money({ paise, compact = false, plain = false }: Props) {
  if (paise === null) return <span className="figure">–</span>;
  if (plain) return <span className="figure">{rupeesPlain(paise)}</span>;
  if (!compact) return <span className="figure">{rupees(paise)}</span>;
  return (
    <span className="figure" title={rupees(paise)}>
      {rupeesCompact(paise)}
    </span>
  );
}
