import type { QueryClient } from '@tanstack/react-query';
import type { Resource } from '../api/keys';
import type { LiveEvent, PriceMessage } from './messages';
import { patch, staleAfter } from './patches';

/** Events of this long are written into the cache at once, so that a burst renders once. */
const GATHER_MS = 250;
/** Of more events than this no single one is written: the lists are read anew, which is cheaper. */
const MOST_PATCHES = 500;
/** A list is not read more often than this, however fast its events come. */
const REST_MS = 2000;
/** Nor is what is large and mostly patched. */
const LONG_REST_MS = 10_000;
const LONG_REST: ReadonlySet<Resource> = new Set<Resource>(['lanes']);

/** Brings events into the cache. */
export class Gatherer {
  private waiting: (LiveEvent | PriceMessage)[] = [];
  private readonly stale = new Set<Resource>();
  private readonly readAt = new Map<Resource, number>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly cache: QueryClient,
    private readonly now: () => number = () => performance.now(),
  ) {}

  add(event: LiveEvent | PriceMessage): void {
    for (const resource of staleAfter(event)) this.stale.add(resource);
    if (this.waiting.length <= MOST_PATCHES) this.waiting.push(event);
    this.timer ??= setTimeout(() => this.flush(), GATHER_MS);
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.waiting = [];
    this.stale.clear();
  }

  private flush(): void {
    this.timer = undefined;
    const events = this.waiting;
    this.waiting = [];
    if (events.length <= MOST_PATCHES) for (const event of events) patch(this.cache, event);
    this.readStale();
    if (this.stale.size > 0) this.timer = setTimeout(() => this.flush(), GATHER_MS);
  }

  private readStale(): void {
    const now = this.now();
    for (const resource of this.stale) {
      const last = this.readAt.get(resource);
      const rest = LONG_REST.has(resource) ? LONG_REST_MS : REST_MS;
      if (last !== undefined && now - last < rest) continue;
      // What is being read may have been written before the event. It is let finish, for at this pace it would be begun
      // anew for ever, and is read again after that.
      if (this.cache.isFetching({ queryKey: [resource] }) > 0) continue;
      this.stale.delete(resource);
      this.readAt.set(resource, now);
      void this.cache.invalidateQueries({ queryKey: [resource] });
    }
  }
}
