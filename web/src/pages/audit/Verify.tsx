import { Button } from '@mantine/core';
import { useState } from 'react';
import { verifyAudit } from '../../api/audit';
import { useWrite } from '../../api/useWrite';
import { plural } from '../../format/numbers';
import { Copy } from '../../parts/Copy';
import css from './Audit.module.css';
import { words } from './words';

type Found = Awaited<ReturnType<typeof verifyAudit>>;

/** Checks that nobody has written the log anew: each entry holds the hash of the one before it. */
export function Verify() {
  const [found, setFound] = useState<Found | null>(null);
  const { write, isBusy, refusal } = useWrite([]);
  return (
    <div className={css.verify}>
      <div role="status">
        {refusal && (
          <span className={css.bad}>
            {words.verifyFailed}: {refusal.title}. {refusal.next}
          </span>
        )}
        {found && <Result found={found} />}
      </div>
      <Button
        variant="default"
        size="sm"
        disabled={isBusy}
        onClick={() => void write(async () => setFound(await verifyAudit()))}
      >
        {isBusy ? words.verifying : words.verify}
      </Button>
    </div>
  );
}

function Result({ found: { broken, checked, head } }: { found: Found }) {
  if (broken) {
    return (
      <span className={css.bad}>
        {words.broken(broken.entry)}: {broken.why}
      </span>
    );
  }
  return (
    <span className={css.soft}>
      {words.intact(plural(checked, 'entry', 'entries'))}. {words.head}
      <code title={head}>{head.slice(0, 12)}…</code> <Copy text={head} label={words.copyHead} />
    </span>
  );
}
