import { oneOf, text, yes } from '../../shell/search';

/** The search parameters of the page. */
export interface ServicesSearch {
  /** An admin's own services, in place of those of everybody. */
  mine?: true | undefined;
  q?: string | undefined;
  state?: 'on' | 'off' | undefined;
  /** Any of `restart` and `failures`, with commas. */
  only?: string | undefined;
}

export function servicesSearch(search: Record<string, unknown>): ServicesSearch {
  return {
    ...yes(search, 'mine'),
    ...text(search, 'q'),
    ...oneOf(search, 'state', ['on', 'off'] as const),
    ...text(search, 'only'),
  };
}
