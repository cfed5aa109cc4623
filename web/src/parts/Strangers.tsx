import { count } from '../format/numbers';
import css from './Strangers.module.css';

const words = {
  unknown: (symbols: readonly string[]) => {
    const shown = symbols.slice(0, MOST_NAMED).join(', ');
    const more = symbols.length - MOST_NAMED;
    const rest = more > 0 ? ` and ${count(more)} more` : '';
    return `The market does not know ${shown}${rest} today.`;
  },
} as const;

const MOST_NAMED = 10;

/** Says which symbols the market does not know. */
export function Strangers({ symbols }: { symbols: readonly string[] }) {
  return <p className={css.warning}>{words.unknown(symbols)}</p>;
}
