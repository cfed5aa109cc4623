import { fireEvent, screen } from '@testing-library/react';
import { expect, it } from 'vitest';
import { renderPart } from '../testing';
import { FilterBar } from './FilterBar';
import css from './FilterBar.module.css';
import type { FilterField } from './types';

const FIELDS: readonly FilterField[] = [
  { kind: 'text', id: 'action', label: 'Action' },
  { kind: 'date', id: 'since', label: 'Since' },
];

const bar = (folds: boolean, action?: string) => (
  <FilterBar
    folds={folds}
    fields={FIELDS}
    values={{ action, since: undefined }}
    onChange={() => {}}
  />
);

const isFolded = () => screen.getByLabelText('Filters').classList.contains(css.folded ?? '');

it('opens and folds the filters with a button that says how many are set', () => {
  const { update } = renderPart(bar(true));
  // Whether the screen is narrow enough to show the button is for the style sheet.
  const button = () => screen.getByRole('button', { name: /^Filters/, hidden: true });
  expect([button().textContent, button().getAttribute('aria-expanded'), isFolded()]).toEqual([
    'Filters',
    'false',
    true,
  ]);
  fireEvent.click(button());
  expect([button().getAttribute('aria-expanded'), isFolded()]).toEqual(['true', false]);
  update(bar(true, 'user.change'));
  expect(button().textContent).toBe('Filters (1 set)');
  fireEvent.click(button());
  expect(isFolded()).toBe(true);
});

it('shows few filters as they are', () => {
  renderPart(bar(false));
  expect(screen.queryByRole('button', { hidden: true })).toBeNull();
  expect(isFolded()).toBe(false);
});
