import { PageFrame } from '../../parts/PageFrame';
import { AdminOnly } from '../../shell/AdminOnly';
import { Restatements } from './Restatements';
import { Sources } from './Sources';
import { Warming } from './Warming';
import { words } from './words';

/** Where prices come from, what is fetched ahead, and what was restated. */
export function MarketDataPage() {
  return (
    <AdminOnly>
      <PageFrame title={words.title} note={words.note}>
        <Sources />
        <Warming />
        <Restatements />
      </PageFrame>
    </AdminOnly>
  );
}
