import { answered } from './client';
import type { paths } from './schema';

/** The lists that the daemon answers as CSV too. */
export type TablePath = {
  [P in keyof paths]: paths[P] extends { get: { responses: { 200: { content: Csv } } } }
    ? P
    : never;
}[keyof paths];

interface Csv {
  'text/csv': string;
}

/** The filter of a list; a table has everything that it says. */
export type TableFilter<P extends TablePath> = Omit<
  NonNullable<paths[P]['get']['parameters']['query']>,
  'limit' | 'cursor'
>;

/** Reads a list as a table. One that breaks off on its way is a failure, and no shorter table. */
export function readTable<P extends TablePath>(path: P, filter: TableFilter<P>): Promise<Blob> {
  return answered(ask(`${path}${queryOf(filter)}`));
}

async function ask(url: string) {
  const response = await fetch(url, { headers: { Accept: 'text/csv' } });
  if (response.ok) return { data: await response.blob(), response };
  const error: unknown = await response.json().catch(() => null);
  return { error, response };
}

/** Filters of lists carry `limit` for their pages, which a table refuses. */
const OF_PAGES: ReadonlySet<string> = new Set(['limit', 'cursor']);

export function queryOf(filter: object): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(filter)) {
    if (value !== undefined && value !== null && !OF_PAGES.has(name))
      query.set(name, String(value));
  }
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}
