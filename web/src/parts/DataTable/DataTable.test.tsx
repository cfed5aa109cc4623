import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { renderPart } from '../testing';
import { type Column, DataTable } from './index';

interface Row {
  id: string;
  symbol: string;
  quantity: number | null;
}

const rows: Row[] = [
  { id: 'a', symbol: 'TCS', quantity: 9 },
  { id: 'b', symbol: 'INFY', quantity: null },
  { id: 'c', symbol: 'RELIANCE', quantity: 10 },
];

const columns: Column<Row>[] = [
  { id: 'symbol', header: 'Symbol', cell: (row) => row.symbol, sortBy: (row) => row.symbol },
  {
    id: 'quantity',
    header: 'Quantity',
    cell: (row) => row.quantity,
    sortBy: (row) => row.quantity,
  },
  { id: 'id', header: 'Number', cell: (row) => row.id, optional: true },
];

const base = { label: 'Orders', rows, columns, rowId: (row: Row) => row.id };

function symbols() {
  return screen
    .getAllByRole('row')
    .slice(1)
    .map((row) => within(row).getAllByRole('cell')[0]?.textContent);
}

function narrowScreen(narrow: boolean) {
  vi.stubGlobal('matchMedia', (media: string) => ({
    matches: narrow && media.includes('max-width'),
    media,
    addEventListener: () => {},
    removeEventListener: () => {},
    addListener: () => {},
    removeListener: () => {},
  }));
}

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('DataTable', () => {
  it('is a named table of what it was given', () => {
    renderPart(<DataTable {...base} />);
    expect(screen.getByRole('table', { name: 'Orders' })).toBeTruthy();
    expect(symbols()).toEqual(['TCS', 'INFY', 'RELIANCE']);
    expect(screen.getByText('3 rows')).toBeTruthy();
  });

  it('sorts up, down and not at all, with nothing last', async () => {
    const user = userEvent.setup();
    renderPart(<DataTable {...base} />);
    const heading = screen.getByRole('button', { name: 'Quantity' });
    await user.click(heading);
    expect(symbols()).toEqual(['TCS', 'RELIANCE', 'INFY']);
    expect(screen.getByRole('columnheader', { name: 'Quantity' }).getAttribute('aria-sort')).toBe(
      'ascending',
    );
    await user.click(heading);
    expect(symbols()).toEqual(['RELIANCE', 'TCS', 'INFY']);
    await user.click(heading);
    expect(symbols()).toEqual(['TCS', 'INFY', 'RELIANCE']);
  });

  it('leaves the sort to the URL when it is told one', async () => {
    const onSort = vi.fn();
    renderPart(
      <DataTable {...base} sort={{ column: 'symbol', descending: false }} onSort={onSort} />,
    );
    expect(symbols()).toEqual(['INFY', 'RELIANCE', 'TCS']);
    await userEvent.click(screen.getByRole('button', { name: 'Symbol' }));
    expect(onSort).toHaveBeenCalledWith({ column: 'symbol', descending: true });
  });

  it('shows a column when it is chosen', async () => {
    const user = userEvent.setup();
    renderPart(<DataTable {...base} />);
    expect(screen.queryByRole('columnheader', { name: 'Number' })).toBeNull();
    await user.click(screen.getByRole('button', { name: 'Columns' }));
    await user.click(await screen.findByRole('checkbox', { name: 'Number' }));
    expect(screen.getByRole('columnheader', { name: 'Number', hidden: true })).toBeTruthy();
  });

  it('opens rows by the keyboard', async () => {
    const user = userEvent.setup();
    const onOpen = vi.fn();
    renderPart(<DataTable {...base} onOpen={onOpen} />);
    await user.tab();
    await user.tab();
    await user.tab({ shift: true });
    screen.getByRole('region', { name: 'Orders' }).focus();
    await user.keyboard('jjk');
    expect(document.activeElement?.textContent).toContain('TCS');
    await user.keyboard('jj{Enter}');
    expect(onOpen).toHaveBeenCalledExactlyOnceWith(rows[2]);
  });

  it('keeps a press on a button of the row from the row', async () => {
    const onOpen = vi.fn();
    const onAct = vi.fn();
    const actions = (row: Row) => (
      <button type="button" onClick={onAct}>
        Stop {row.symbol}
      </button>
    );
    renderPart(<DataTable {...base} onOpen={onOpen} actions={actions} />);
    await userEvent.click(screen.getByRole('button', { name: 'Stop TCS' }));
    expect([onAct.mock.calls.length, onOpen.mock.calls.length]).toEqual([1, 0]);
    await userEvent.click(screen.getByRole('cell', { name: 'INFY' }));
    expect(onOpen).toHaveBeenCalledExactlyOnceWith(rows[1]);
  });

  it('reads on, and says that a sort is of a part', async () => {
    const onMore = vi.fn();
    const sort = { column: 'symbol', descending: false };
    renderPart(<DataTable {...base} more onMore={onMore} sort={sort} onSort={() => {}} />);
    expect(screen.getByText('Sorted among the 3 rows read so far')).toBeTruthy();
    await userEvent.click(screen.getByRole('button', { name: 'Read more' }));
    expect(onMore).toHaveBeenCalledOnce();
  });

  it('draws a part of many rows and reads on near their end', () => {
    vi.spyOn(HTMLElement.prototype, 'offsetHeight', 'get').mockReturnValue(320);
    vi.spyOn(HTMLElement.prototype, 'offsetWidth', 'get').mockReturnValue(800);
    const many = Array.from({ length: 10_000 }, (_, row) => ({
      id: `${row}`,
      symbol: `S${row}`,
      quantity: row,
    }));
    const onMore = vi.fn();
    const { update } = renderPart(<DataTable {...base} rows={many} more onMore={onMore} />);
    expect(screen.getAllByRole('row').length).toBeLessThan(60);
    expect(onMore).not.toHaveBeenCalled();
    expect(screen.getByRole('table').getAttribute('aria-rowcount')).toBe('-1');
    update(<DataTable {...base} rows={many.slice(0, 85)} />);
    expect(screen.getByText('85 rows')).toBeTruthy();
  });

  it('becomes cards on a narrow screen', () => {
    narrowScreen(true);
    renderPart(<DataTable {...base} card={(row) => <b>{row.symbol}</b>} />);
    expect(screen.queryByRole('table')).toBeNull();
    expect(screen.getAllByRole('listitem').map((card) => card.textContent)).toEqual([
      'TCS',
      'INFY',
      'RELIANCE',
    ]);
  });

  it('does not try for ever to read on where that has failed', async () => {
    const many = Array.from({ length: 90 }, (_, id) => ({
      id: `${id}`,
      symbol: 'TCS',
      quantity: 1,
    }));
    const onMore = vi.fn();
    const { update } = renderPart(
      <DataTable {...base} rows={many} more stuck onMore={() => onMore()} />,
    );
    update(<DataTable {...base} rows={many} more reading onMore={() => onMore()} />);
    update(<DataTable {...base} rows={many} more stuck onMore={() => onMore()} />);
    expect(onMore).not.toHaveBeenCalled();
    expect(screen.getByText(/could not be read/)).toBeTruthy();
    await userEvent.click(screen.getByRole('button', { name: 'Read more' }));
    expect(onMore).toHaveBeenCalledOnce();
  });
});
