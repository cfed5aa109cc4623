import { ActionIcon, Button } from '@mantine/core';
import { useState } from 'react';
import type { ModuleVersion, TaskView } from '../../api/schema';
import { bytes } from '../../format/numbers';
import type { Mark } from '../../format/outcome';
import { type Column, DataTable } from '../../parts/DataTable';
import { Instant } from '../../parts/Instant';
import { Icon } from '../../parts/icons/Icon';
import { MarkWord } from '../../parts/MarkWord';
import { Menu } from '../../parts/Menu';
import { PageState } from '../../parts/PageState';
import { Section } from '../../parts/Section';
import { infoOf } from '../modules/info';
import type { ModuleRow } from '../modules/rows';
import { words as listWords } from '../modules/words';
import { Activate } from './Activate';
import css from './Module.module.css';
import { Pin } from './Pin';
import { AcceptManifest, Remove, RollBack } from './questions';
import { words } from './words';

type Question = 'activate' | 'pin' | 'remove' | 'accept' | 'rollBack';

interface Asked {
  question: Question;
  version: ModuleVersion;
}

interface Props {
  task: TaskView;
  row: ModuleRow;
  shown: number | undefined;
  onShow: (version: number) => void;
}

/** Every version, newest first, and what can be done with each. */
export function Versions({ task, row, shown, onShow }: Props) {
  const [asked, setAsked] = useState<Asked | null>(null);
  const close = () => setAsked(null);
  const { active } = row;
  const is = (question: Question) => asked?.question === question;
  return (
    <Section
      flush
      title={words.versions}
      actions={
        active &&
        row.versions.length > 1 && (
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<Icon name="restart" size={14} />}
            onClick={() => setAsked({ question: 'rollBack', version: active })}
          >
            {words.rollBack}
          </Button>
        )
      }
    >
      <PageState
        empty={row.versions.length === 0 && { title: words.noneTitle, text: words.noneText }}
      >
        <DataTable
          label={words.versions}
          rows={row.versions}
          columns={COLUMNS}
          rowId={({ version }) => String(version)}
          onOpen={({ version }) => onShow(version)}
          card={(version) => <Card version={version} />}
          actions={(version) => (
            <VersionMenu
              version={version}
              isShown={version.version === shown}
              onAsk={(question) => setAsked({ question, version })}
            />
          )}
        />
      </PageState>
      {asked && (
        <>
          <Activate opened={is('activate')} onClose={close} task={task} version={asked.version} />
          <Pin opened={is('pin')} onClose={close} task={task} version={asked.version} />
          <Remove opened={is('remove')} onClose={close} task={task} version={asked.version} />
          <AcceptManifest
            opened={is('accept')}
            onClose={close}
            task={task}
            version={asked.version}
          />
          <RollBack opened={is('rollBack')} onClose={close} task={task} version={asked.version} />
        </>
      )}
    </Section>
  );
}

const COLUMNS: readonly Column<ModuleVersion>[] = [
  {
    id: 'version',
    header: words.version,
    cell: (row) => listWords.version(row.version, infoOf(row).version),
  },
  { id: 'state', header: words.state, cell: (row) => <State version={row} />, grow: true },
  {
    id: 'pins',
    header: words.pins,
    align: 'right',
    cell: ({ pinned_users }) => pinned_users.length || '–',
  },
  { id: 'origin', header: words.origin, cell: ({ origin }) => listWords.origins[origin] },
  { id: 'size', header: words.size, align: 'right', cell: ({ size_bytes }) => bytes(size_bytes) },
  { id: 'added', header: words.added, cell: ({ added_at }) => <Instant at={added_at} day /> },
];

function State({ version }: { version: ModuleVersion }) {
  return <MarkWord mark={markOf(version)} />;
}

function markOf({ active, quarantined_at, awaits_acceptance }: ModuleVersion): Mark {
  if (quarantined_at !== null) return { shape: 'cross', word: words.quarantined, token: 'bad' };
  if (awaits_acceptance) return { shape: 'triangle', word: words.awaits, token: 'warn' };
  if (active) return { shape: 'disc', word: words.active, token: 'accent' };
  return { shape: 'ring', word: words.idle, token: 'soft' };
}

function Card({ version }: { version: ModuleVersion }) {
  return (
    <div className={css.card}>
      <strong>{listWords.version(version.version, infoOf(version).version)}</strong>
      <State version={version} />
      <span className={css.soft}>
        {listWords.origins[version.origin]}, <Instant at={version.added_at} day />
      </span>
    </div>
  );
}

interface MenuProps {
  version: ModuleVersion;
  isShown: boolean;
  onAsk: (question: Question) => void;
}

function VersionMenu({ version, isShown, onAsk }: MenuProps) {
  const { active, awaits_acceptance, quarantined_at, pinned_users } = version;
  const cannotRun = awaits_acceptance || quarantined_at !== null;
  return (
    <span className={css.rowEnd}>
      {isShown && <span className={css.soft}>{words.look}</span>}
      <Menu
        entries={[
          {
            label: words.activate,
            icon: 'play',
            disabled: active || cannotRun,
            onSelect: () => onAsk('activate'),
          },
          ...(awaits_acceptance
            ? [{ label: words.accept, icon: 'check' as const, onSelect: () => onAsk('accept') }]
            : []),
          {
            label: words.pin,
            icon: 'users',
            disabled: cannotRun,
            onSelect: () => onAsk('pin'),
          },
          {
            label: words.remove,
            icon: 'close',
            danger: true,
            disabled: active || pinned_users.length > 0,
            onSelect: () => onAsk('remove'),
          },
        ]}
      >
        <ActionIcon variant="subtle" size={28} aria-label={words.actions(version.version)}>
          <Icon name="more" />
        </ActionIcon>
      </Menu>
    </span>
  );
}
