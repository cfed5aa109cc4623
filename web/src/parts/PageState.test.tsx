import { act, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { PageState } from './PageState';
import { renderInRouter, renderPart } from './testing';

afterEach(() => {
  vi.useRealTimers();
});

describe('PageState', () => {
  it('shows the skeleton after 150 ms', () => {
    vi.useFakeTimers();
    renderPart(<PageState loading skeleton={<p>grey rows</p>} />);
    expect(screen.getByRole('status', { name: 'Loading' })).toBeTruthy();
    act(() => vi.advanceTimersByTime(149));
    expect(screen.queryByText('grey rows')).toBeNull();
    act(() => vi.advanceTimersByTime(1));
    expect(screen.getByText('grey rows')).toBeTruthy();
  });

  it('says what will appear when there is nothing', () => {
    renderPart(
      <PageState
        empty={{ title: 'No orders today', text: 'They appear when buy runs at 10:00.' }}
      />,
    );
    expect(screen.getByRole('heading', { name: 'No orders today' })).toBeTruthy();
  });

  it('says what failed, with the code, and tries again', async () => {
    const onRetry = vi.fn();
    const error = {
      title: 'Orders were not read',
      text: 'Orders at the broker go on.',
      code: 'unavailable',
      onRetry,
    };
    renderPart(<PageState error={error}>the list</PageState>);
    expect(screen.getByRole('alert').textContent).toContain('unavailable');
    expect(screen.queryByText('the list')).toBeNull();
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(onRetry).toHaveBeenCalledOnce();
  });

  it('is never blank when forbidden', async () => {
    await renderInRouter(<PageState forbidden loading />);
    expect(screen.getByRole('heading', { name: 'This page is for administrators' })).toBeTruthy();
    expect(screen.getByRole('link', { name: 'To Today' }).getAttribute('href')).toBe('/');
  });

  it('says since when the figures are old, and shows them', () => {
    renderPart(<PageState staleSince="2026-11-27T14:02:11+05:30">₹4,521.50</PageState>);
    expect(screen.getByRole('status').textContent).toBe('Not up to date: as of 14:02:11');
    expect(screen.getByText('₹4,521.50')).toBeTruthy();
  });

  it('shows the content when nothing else holds', () => {
    renderPart(<PageState empty={false}>the list</PageState>);
    expect(screen.getByText('the list')).toBeTruthy();
  });
});
