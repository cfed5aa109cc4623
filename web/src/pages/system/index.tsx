import { PageFrame } from '../../parts/PageFrame';
import { AdminOnly } from '../../shell/AdminOnly';
import { Carriers } from './Carriers';
import { Connections } from './Connections';
import { Health } from './Health';
import { Metrics } from './Metrics';
import { PriceSources } from './PriceSources';
import { Retention } from './Retention';
import css from './System.module.css';
import { words } from './words';

/** How the daemon does, how its connections are used, by what messages leave, and how long it keeps what. */
export function SystemPage() {
  return (
    <AdminOnly>
      <PageFrame title={words.title}>
        <div className={css.two}>
          <div className={css.stack}>
            <Health />
            <PriceSources />
          </div>
          <div className={css.stack}>
            <Connections />
            <Metrics />
          </div>
        </div>
        <Carriers />
        <Retention />
      </PageFrame>
    </AdminOnly>
  );
}
