import { codeWords } from '../../format/codes';
import { decimal, plural } from '../../format/numbers';

/** What a signal rests on, in words: codes such as `hammer`, and figures of the past such as `trades=4`. */
export function reasonWords(reason: string): string {
  const [name = '', figure] = reason.split('=');
  const value = Number(figure);
  if (figure === undefined || figure === '' || !Number.isFinite(value)) return codeWords(reason);
  switch (name) {
    case 'trades':
      return `${plural(value, 'trade')} in its past`;
    case 'won':
      return `${value} of them won`;
    case 'average_profit_pct':
      return `mean gain of a trade ${decimal(value)} %`;
    case 'total_return_pct':
      return `gain of all trades ${decimal(value)} %`;
    default:
      return `${codeWords(name).replace(/ pct$/, '')} ${figure}${name.endsWith('_pct') ? ' %' : ''}`;
  }
}
