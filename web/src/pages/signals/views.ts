import { isRecord, recordOf } from '../../format/unknown';
import { Store } from '../../live/store';
import { type SignalSearch, signalSearch } from './filter';

/** Filters, columns and order under a name. */
interface View {
  name: string;
  search: SignalSearch;
}

const STORED = 'prahari.signal-views';
const MOST = 20;

function readStored(): readonly View[] {
  try {
    return readViews(JSON.parse(localStorage.getItem(STORED) ?? '[]'));
  } catch {
    // Storage is refused in some private windows; views then last until the page is closed.
    return [];
  }
}

/** What is stored may be of another version of this console, or somebody else's. */
export function readViews(stored: unknown): readonly View[] {
  if (!Array.isArray(stored)) return [];
  return stored.flatMap((view: unknown) => {
    const { name, search } = recordOf(view);
    if (typeof name !== 'string' || !isRecord(search)) return [];
    return [{ name, search: signalSearch(search) }];
  });
}

export const views = new Store<readonly View[]>(readStored());

/** Keeps a view; one of the same name is replaced, and of too many the oldest is dropped. */
export function saveView(view: View): void {
  const others = views.get().filter(({ name }) => name !== view.name);
  keep([...others, view].slice(-MOST));
}

export function removeView(name: string): void {
  keep(views.get().filter((view) => view.name !== name));
}

function keep(kept: readonly View[]): void {
  views.set(kept);
  try {
    localStorage.setItem(STORED, JSON.stringify(kept));
  } catch {
    // As above.
  }
}
