import { expect, test } from 'vitest';
import type { SourceFeed } from '../../api/schema';
import { feedState } from './Sources';

const feed = (more: Partial<SourceFeed>): SourceFeed => ({
  followed: 2,
  connected_at: '2025-03-10T09:15:00+05:30',
  heard_at: null,
  silent: false,
  ...more,
});

test('a feed that is connected and says nothing is not one that is alive', () => {
  expect(feedState(feed({}))).toBe('connected');
  expect(feedState(feed({ silent: true }))).toBe('connected, and silent');
  expect(feedState(feed({ connected_at: null, silent: true }))).toBe('not connected');
});
