import type { Clock } from '../../format/clock';

const START_MS = Date.parse('2026-11-27T10:24:31+05:30');

/** A trading morning that goes on from the moment the gallery is opened. */
export const galleryClock: Clock = {
  nowMs: () => START_MS + performance.now(),
};
