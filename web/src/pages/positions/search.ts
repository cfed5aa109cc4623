import { text, yes } from '../../shell/search';

/** The search parameters of the page. */
export interface PositionsSearch {
  /** The position whose drawer is open. */
  position?: string | undefined;
  /** For admins: the own positions in place of those of everybody. */
  mine?: true | undefined;
  /** Of those of everybody: this share and strategy only. */
  symbol?: string | undefined;
  strategy?: string | undefined;
}

export function positionsSearch(search: Record<string, unknown>): PositionsSearch {
  return {
    ...text(search, 'position'),
    ...yes(search, 'mine'),
    ...text(search, 'symbol'),
    ...text(search, 'strategy'),
  };
}
