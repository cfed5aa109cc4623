import type { Alert, Signal } from '../../../src/api/schema';
import { type Own, read } from '../own';
import { addVersion } from '../versions';
import { confirm, type Form, press, shows, UNSEEN } from './form';

const EARLIER = '2026-11-16T11:00:00.000+05:30';
/** What the dialog takes and the daemon does not. */
const ZERO_WIDTH = 'seen at the\u200bbroker';

const HALT = {
  id: 77,
  user: 2,
  user_name: 'user2',
  code: 'books_differ',
  reason: 'the books and the broker differ',
  symbol: null,
  since: EARLIER,
  lifted_at: null,
  lifted_by: null,
  explanation: '',
};

const JUMP = {
  symbol: 'ORBINDRA',
  day: '2026-11-16',
  previous_close_paise: 77_000,
  open_paise: 38_500,
  noticed_at: EARLIER,
  explained_at: null,
  explained_by: null,
  explanation: '',
};

const ACTION = {
  id: 77,
  symbol: 'ORBINDRA',
  ex_day: '2026-12-15',
  kind: 'bonus',
  text: 'bonus of 1 new for 1 held',
  new: 1,
  held: 1,
  to: null,
  from_isin: null,
  to_isin: null,
  parent_share: null,
  per_share_paise: null,
  premium_paise: null,
  note: '',
  origin: 'admin',
  teller: 'admin',
  state: 'announced',
  known_at: EARLIER,
  changed_at: EARLIER,
  changed_by: 'admin',
  reason: '',
};

const DOUBTED = {
  ...ACTION,
  doubt: 'action 4 is applied already, as dividend of ₹9.00 a share',
  state: 'pending',
  told_at: EARLIER,
  decided_at: null,
  decided_by: '',
};

/** Of a slot that was there on the day before. */
const ALERT: Alert = {
  id: 77,
  user: 1,
  user_name: 'admin',
  code: 'slot_not_seen',
  subject: '',
  detail: 'nobody saw the slot',
  task: 'buy_orders',
  due_at: '2026-11-16T16:05:00.000+05:30',
  raised_at: EARLIER,
  resolved_at: null,
  resolved_by: null,
  resolution: '',
};

/** Why something was done, which is kept with it. */
export const REASON_FORMS: readonly Form[] = [
  {
    form: 'why an order is cancelled',
    place: { path: '/orders?order=U1-20261116-0002', heading: 'Orders' },
    open: (page) => press(page, 'Cancel the order'),
    typed: { 'Reason (kept with the order)': ZERO_WIDTH },
    send: (page) => page.getByRole('button', { name: 'Cancel the order' }).last().click(),
    wrong: 'Reason (kept with the order)',
    says: UNSEEN,
  },
  {
    form: 'why a signal is rejected',
    place: { path: '/signals', heading: 'Signals' },
    open: (page) => press(page, 'Reject ORBINDRA'),
    typed: { 'Reason (kept with the signal)': ZERO_WIDTH },
    send: (page) => confirm(page, 'Reject'),
    wrong: 'Reason (kept with the signal)',
    says: UNSEEN,
  },
  {
    form: 'how an alert is resolved',
    place: { path: '/alerts', heading: 'Alerts' },
    open: (page) => press(page, 'Resolve'),
    typed: { 'What was found': 'x'.repeat(501) },
    send: (page) => confirm(page, 'Resolve'),
    wrong: 'What was found',
    says: '500 characters',
  },
  {
    form: 'why a halt is lifted',
    place: { path: '/admin/halts', heading: 'Halts' },
    before: shows('system/halts', HALT),
    open: (page) => press(page, 'Lift'),
    typed: { 'What was found, and why orders may be sent again': ZERO_WIDTH },
    send: (page) => confirm(page, 'Lift'),
    wrong: 'What was found, and why orders may be sent again',
    says: UNSEEN,
  },
  {
    form: 'why a price jumped',
    place: { path: '/admin/halts', heading: 'Halts' },
    before: shows('market/price-jumps', JUMP),
    open: (page) => press(page, 'Explain'),
    typed: { 'What happened, such as a split, and why it may be bought again': ZERO_WIDTH },
    send: (page) => confirm(page, 'Explain'),
    wrong: 'What happened, such as a split, and why it may be bought again',
    says: UNSEEN,
  },
  {
    form: 'why a corporate action is undone',
    place: { path: '/admin/actions', heading: 'Corporate actions' },
    before: shows('system/actions', ACTION),
    open: (page) => press(page, 'Undo'),
    typed: { 'Why it does not count': ZERO_WIDTH },
    send: (page) => confirm(page, 'Undo'),
    wrong: 'Why it does not count',
    says: UNSEEN,
  },
  {
    form: 'why a doubted action is rejected',
    place: { path: '/admin/actions', heading: 'Corporate actions' },
    before: shows('system/actions/doubted', DOUBTED),
    open: (page) => press(page, 'Reject'),
    typed: { 'Why it does not count': ZERO_WIDTH },
    send: (page) => confirm(page, 'Reject'),
    wrong: 'Why it does not count',
    says: UNSEEN,
  },
  {
    form: 'why the rejection of a signal is taken back',
    place: { path: '/signals', heading: 'Signals' },
    before: (_, own) => reject(own, 'ORBINDRA'),
    open: (page) => press(page, 'Take back: ORBINDRA'),
    typed: { 'Reason (kept with the signal)': ZERO_WIDTH },
    send: (page) => confirm(page, 'Take back'),
    wrong: 'Reason (kept with the signal)',
    says: UNSEEN,
  },
  {
    form: 'how the alert of a slot is settled',
    place: { path: '/slots?day=2026-11-16&task=buy_orders', heading: 'Slots' },
    before: shows('system/alerts', ALERT),
    open: (page) => press(page, 'Settle'),
    typed: { 'What was found': ZERO_WIDTH },
    send: (page) => confirm(page, 'Settle the alert'),
    wrong: 'What was found',
    says: UNSEEN,
  },
  {
    form: 'why a module is rolled back',
    place: { path: '/admin/modules/position_monitor', heading: 'Module of' },
    // With one version alone there is nothing to go back to.
    before: (_, own) => addVersion(own, 'position_monitor'),
    open: (page) => press(page, 'Roll back…'),
    typed: { 'Reason, for the history (optional)': ZERO_WIDTH },
    send: (page) => confirm(page, 'Roll back'),
    wrong: 'Reason, for the history (optional)',
    says: UNSEEN,
  },
];

/** Rejects a signal of the admin that is active. */
async function reject(own: Own, symbol: string): Promise<void> {
  await own.ask('admin', async (client) => {
    const { items } = await read<{ items: Signal[] }>(client.get('/api/v1/signals'));
    const found = items.find((one) => one.symbol === symbol && one.status === 'active');
    if (!found) throw new Error(`${symbol} has no active signal`);
    const data = { reason: 'not now' };
    await read(client.post(`/api/v1/signals/${found.id}/reject`, { data }));
  });
}
