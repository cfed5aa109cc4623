import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { grantsQuery } from '../../api/grants';
import { unpinModule } from '../../api/modules';
import type { ModuleVersion, TaskView } from '../../api/schema';
import { useNameOf } from '../../api/useNameOf';
import { useWrite } from '../../api/useWrite';
import type { Mark } from '../../format/outcome';
import { Copy } from '../../parts/Copy';
import { DefinitionList } from '../../parts/DefinitionList';
import { Instant } from '../../parts/Instant';
import { MarkWord } from '../../parts/MarkWord';
import { Refusal } from '../../parts/Refusal';
import { Section } from '../../parts/Section';
import { infoOf, shortHash } from '../modules/info';
import { words as listWords } from '../modules/words';
import css from './Module.module.css';
import { Trial } from './Trial';
import { words } from './words';

interface Props {
  task: TaskView;
  version: ModuleVersion;
}

/** One version: what it says of itself, what it wants, for whom it is pinned, and what it would have done. */
export function Detail({ task, version }: Props) {
  return (
    <>
      <div className={css.columns}>
        <Facts version={version} />
        <Wants task={task.task} version={version} />
      </div>
      <Trial task={task} version={version.version} />
    </>
  );
}

function Facts({ version }: { version: ModuleVersion }) {
  const { name, kind, version: own } = infoOf(version);
  const { hash, origin, quarantined_at, quarantine } = version;
  const kinds: Readonly<Record<string, string>> = words.kinds;
  return (
    <Section title={words.detail(version.version)}>
      {quarantined_at !== null && (
        <p className={css.quarantine} role="alert">
          {words.quarantine} <Instant at={quarantined_at} day />: {quarantine}
        </p>
      )}
      <DefinitionList
        items={[
          { term: words.saysName, value: `${name} ${own}` },
          { term: words.kind, value: kinds[kind.toLowerCase()] ?? kind },
          { term: words.origin, value: listWords.origins[origin] },
          {
            term: words.hash,
            value: (
              <>
                <code>{shortHash(hash)}</code> <Copy text={hash} label={words.copyHash} />
              </>
            ),
          },
          ...(version.pinned_users.length > 0
            ? [{ term: words.pins, value: <Pins version={version} /> }]
            : []),
        ]}
      />
    </Section>
  );
}

function Pins({ version: { task, pinned_users } }: { version: ModuleVersion }) {
  const nameOf = useNameOf();
  const { write, isBusy, refusal } = useWrite(['modules']);
  return (
    <span className={css.pins}>
      {pinned_users.map((user) => (
        <Button
          key={user}
          size="compact-xs"
          variant="default"
          disabled={isBusy}
          onClick={() => void write(() => unpinModule(task, user))}
        >
          {words.unpin(nameOf(user))}
        </Button>
      ))}
      <Refusal refusal={refusal} />
    </span>
  );
}

const MARKS = {
  granted: { shape: 'disc', word: words.granted, token: 'accent' },
  missing: { shape: 'cross', word: words.notGranted, token: 'bad' },
  spare: { shape: 'ring', word: words.notWanted, token: 'soft' },
} as const satisfies Record<string, Mark>;

/** Each capability that it wants, beside what the task is granted. */
function Wants({ task, version }: { task: string; version: ModuleVersion }) {
  const { data } = useQuery(grantsQuery);
  const { capabilities } = infoOf(version);
  const grant = data?.items.find((one) => one.task === task && one.user === null);
  const granted = new Set<string>(grant?.allowance.capabilities);
  const spare = [...granted].filter((one) => !capabilities.includes(one));
  return (
    <Section
      title={words.wants}
      note={words.wantsNote}
      actions={
        <Link to="/admin/grants" search={{ task }} className={css.link}>
          {words.toGrants}
        </Link>
      }
    >
      {capabilities.length === 0 && <p className={css.text}>{words.nothingWanted}</p>}
      <dl className={css.wants}>
        {[...capabilities, ...spare].map((capability) => (
          <div key={capability}>
            <dt>{capability}</dt>
            <dd>
              {grant && (
                <MarkWord
                  mark={
                    MARKS[
                      spare.includes(capability)
                        ? 'spare'
                        : granted.has(capability)
                          ? 'granted'
                          : 'missing'
                    ]
                  }
                />
              )}
            </dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}
