import { expect, test } from 'vitest';
import type { TrialReport } from '../../api/schema';
import { capabilityName, infoOf } from './info';
import { showsSomething, standingTold } from './report';

test('capabilities are named as grants name them', () => {
  expect(['BrokerTrade', 'signals_read', 'log'].map(capabilityName)).toEqual([
    'broker-trade',
    'signals-read',
    'log',
  ]);
});

test('a module of which nothing is known says nothing', () => {
  expect(infoOf({ info: null })).toEqual({ name: '', version: '', kind: '', capabilities: [] });
});

test('a refusal says why', () => {
  expect(standingTold('missing')).toBe('missing');
  expect(standingTold({ refused: 'too much money' })).toBe('refused: too much money');
});

const empty: TrialReport = {
  task: 'gap_watch',
  module: '',
  days: null,
  runs: 0,
  identical: 0,
  changed: 0,
  trapped: 0,
  lacking: 0,
  unreadable: 0,
  retold: 0,
  without_recording: 0,
  cpu_micros: 0,
  peak_memory: 0,
  findings: [],
  findings_left_out: 0,
  simulated: null,
};

test('a report shows something when a run was compared or simulated', () => {
  expect(showsSomething(empty)).toBe(false);
  expect(showsSomething({ ...empty, runs: 2, lacking: 2 })).toBe(false);
  expect(showsSomething({ ...empty, runs: 1, changed: 1 })).toBe(true);
});
