import { direction, rupeesCompact, rupeesSigned } from '../format/money';
import { percentSigned } from '../format/numbers';

const arrows = { gain: ' ▲', loss: ' ▼', none: '' } as const;
const colours = { gain: 'var(--gain)', loss: 'var(--loss)', none: undefined } as const;

interface Props {
  paise: number | null;
  /** The same change as a ratio, shown after the amount. */
  ratio?: number | null;
  /** Of the ratio in percent, behind the point. */
  digits?: number;
  compact?: boolean;
}

function amount(paise: number, compact: boolean): string {
  if (!compact) return rupeesSigned(paise);
  return paise > 0 ? `+${rupeesCompact(paise)}` : rupeesCompact(paise);
}

/** A gain or a loss: sign, arrow and colour, never colour alone. */
export function Change({ paise, ratio = null, digits = 1, compact = false }: Props) {
  if (paise === null) return <span className="figure">–</span>;
  const way = direction(paise);
  const arrow = <span aria-hidden="true">{arrows[way]}</span>;
  return (
    <span style={{ color: colours[way] }} title={compact ? rupeesSigned(paise) : undefined}>
      <span className="figure">
        {amount(paise, compact)}
        {ratio === null && arrow}
      </span>
      {ratio !== null && (
        <>
          {' '}
          <span className="figure">
            ({percentSigned(ratio, digits)}){arrow}
          </span>
        </>
      )}
    </span>
  );
}
