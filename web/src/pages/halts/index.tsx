import { PageFrame } from '../../parts/PageFrame';
import { AdminOnly } from '../../shell/AdminOnly';
import { HaltList } from './HaltList';
import { PriceJumps } from './PriceJumps';
import { words } from './words';

/** What waits for an admin's word before orders are sent again. */
export function HaltsPage() {
  return (
    <AdminOnly>
      <PageFrame title={words.title} note={words.note}>
        <HaltList />
        <PriceJumps />
      </PageFrame>
    </AdminOnly>
  );
}
