import { render } from '@testing-library/react';
import { expect, test } from 'vitest';
import type { Order } from '../../api/schema';
import { columns } from './columns';

const runOf = (execution: number | null) => {
  const column = columns.find(({ id }) => id === 'run');
  return render(<p>{column?.cell({ execution } as Order)}</p>).container.textContent;
};

test('an order shows the run that decided it, and none when it only books shares', () => {
  expect(runOf(7)).toBe('7');
  expect(runOf(null)).toBe('–');
});
