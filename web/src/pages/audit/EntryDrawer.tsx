import { Drawer } from '@mantine/core';
import type { AuditEntry } from '../../api/schema';
import { DefinitionList } from '../../parts/DefinitionList';
import { Instant } from '../../parts/Instant';
import css from './Audit.module.css';
import { Outcome } from './columns';
import { words } from './words';

interface Props {
  entry: AuditEntry | null;
  onClose: () => void;
}

/** All of an entry. */
export function EntryDrawer({ entry, onClose }: Props) {
  return (
    <Drawer
      opened={entry !== null}
      onClose={onClose}
      position="right"
      title={entry ? words.entry(entry.id) : ''}
      closeButtonProps={{ 'aria-label': words.close }}
    >
      {entry && (
        <>
          <DefinitionList
            items={[
              { term: words.at, value: <Instant at={entry.at} day /> },
              { term: words.who, value: entry.user_name ?? words.program },
              { term: words.action, value: entry.action },
              { term: words.resource, value: entry.resource },
              { term: words.outcome, value: <Outcome entry={entry} /> },
              { term: words.via, value: entry.via },
              { term: words.address, value: entry.address || '–' },
            ]}
          />
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
          <section className={css.details} tabIndex={0} aria-label={words.details}>
            <pre>{JSON.stringify(entry.details, null, 2)}</pre>
          </section>
        </>
      )}
    </Drawer>
  );
}
