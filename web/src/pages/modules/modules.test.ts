import { expect, test } from 'vitest';
import { capabilityName } from './info';
import { reportOf, showsSomething } from './report';

test('capabilities are named as grants name them', () => {
  expect(['BrokerTrade', 'signals_read', 'log'].map(capabilityName)).toEqual([
    'broker-trade',
    'signals-read',
    'log',
  ]);
});

test('a report is read order by order', () => {
  const told = {
    days: ['2026-11-02', '2026-11-27'],
    runs: 3,
    identical: 2,
    changed: 1,
    findings: [
      {
        run: 7,
        user: 2,
        day: '2026-11-03',
        kind: 'changed',
        difference: 'call 4',
        orders: [
          { recorded: 'buy 3 A', candidate: null, standing: 'missing' },
          { recorded: null, candidate: 'buy 9 B', standing: { refused: 'too much money' } },
        ],
      },
    ],
  };
  // The description of the API says nothing of what stands in it.
  const report = reportOf(JSON.parse(JSON.stringify({ report: told })));
  expect(report.from).toBe('2026-11-02');
  expect(report.findings[0]?.orders).toEqual([
    { recorded: 'buy 3 A', candidate: '', standing: 'missing' },
    { recorded: '', candidate: 'buy 9 B', standing: 'refused: too much money' },
  ]);
  expect(showsSomething(report)).toBe(true);
});

test('an empty report shows nothing to agree with', () => {
  expect(showsSomething(reportOf(JSON.parse('{"report":null}')))).toBe(false);
});
