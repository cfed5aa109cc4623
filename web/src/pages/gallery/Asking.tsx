import { Button } from '@mantine/core';
import { useState } from 'react';
import { ConfirmDialog } from '../../parts/ConfirmDialog';
import { Icon } from '../../parts/icons/Icon';
import { Menu } from '../../parts/Menu';
import { SaveBar } from '../../parts/SaveBar';
import { Section } from '../../parts/Section';
import css from './gallery.module.css';

const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function refused() {
  await later(600);
  throw new Error('asha has an open sell order; stopping now leaves it unwatched');
}

type Kind = 'plain' | 'danger' | 'hold';

export function Asking() {
  const [asked, setAsked] = useState<Kind | null>(null);
  const close = () => setAsked(null);
  return (
    <Section title="Buttons, menus, dialogs">
      <div className={css.stack}>
        <div className={css.row}>
          <Button onClick={() => setAsked('plain')}>Start the service</Button>
          <Button color="bad" leftSection={<Icon name="stop" />} onClick={() => setAsked('danger')}>
            Stop the service
          </Button>
          <Button variant="default" onClick={() => setAsked('hold')}>
            Kill switch off
          </Button>
          <Button variant="outline">Outline</Button>
          <Button variant="light">Light</Button>
          <Button variant="subtle">Subtle</Button>
          <Button disabled>Disabled</Button>
          <Menu
            entries={[
              { label: 'Restart', icon: 'restart', onSelect: () => {} },
              { label: 'Run once', icon: 'once', onSelect: () => {}, disabled: true },
              { label: 'Stop', icon: 'stop', danger: true, onSelect: () => setAsked('danger') },
            ]}
          >
            <Button variant="default" rightSection={<Icon name="down" size={14} />}>
              Menu
            </Button>
          </Menu>
        </div>
        <SaveBar changes={2} saving={false} onSave={() => {}} onDiscard={() => {}} />
        <SaveBar
          changes={1}
          saving
          refusal="The settings were changed by admin at 10:20:04."
          onSave={() => {}}
          onDiscard={() => {}}
        />
      </div>
      <ConfirmDialog
        opened={asked === 'plain'}
        onClose={close}
        title="Start the service of asha?"
        confirm="Start"
        onConfirm={() => later(600)}
      >
        Its next slot is sell_monitor at 10:25.
      </ConfirmDialog>
      <ConfirmDialog
        opened={asked === 'danger'}
        onClose={close}
        title="Stop the service of asha?"
        confirm="Stop the service"
        danger
        reason="Reason"
        typeName="asha"
        onConfirm={refused}
      >
        1 open sell order stays unwatched until the service runs again.
      </ConfirmDialog>
      <ConfirmDialog
        opened={asked === 'hold'}
        onClose={close}
        title="Let asha place orders again?"
        confirm="Switch off"
        hold
        onConfirm={() => later(600)}
      >
        The limits in force: ₹50,000.00 an order, 20 orders a day.
      </ConfirmDialog>
    </Section>
  );
}
