import { Button, Checkbox, Group, TagsInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { removeGrant, setGrant } from '../../api/grants';
import { type Explanation, fieldOf } from '../../api/problems';
import type { TaskAllowance } from '../../api/schema';
import { useWrite } from '../../api/useWrite';
import { codeTitle } from '../../format/codes';
import { ConfirmDialog } from '../../parts/ConfirmDialog';
import { mistakeOf, Refusal } from '../../parts/Refusal';
import { changesOf, limitsOf, withLimit } from './allowance';
import { GrantConflict } from './GrantConflict';
import css from './Grants.module.css';
import { LimitField } from './LimitField';
import { limitExact } from './told';
import { useDraft } from './useDraft';
import { limitWord, words } from './words';

interface Props {
  task: string;
  whom: number | undefined;
  /** Of the user, or `everybody`. */
  name: string;
  isSet: boolean;
  before: TaskAllowance;
  /** Which change of it that is; 0 when nothing of its own is set. */
  version: number;
  /** The capabilities that there are. */
  known: readonly string[];
}

/** Changes an allowance. What allows more is asked about; what allows less is saved at once. */
export function GrantForm({ task, whom, name, isSet, before, version, known }: Props) {
  const cache = useQueryClient();
  const typed = useDraft(before, version);
  const { draft, base, rebase, discard } = typed;
  const [isSending, setIsSending] = useState(false);
  // What one saves oneself is a new version as well, until it is known to be one's own.
  const isOther = typed.isOther && !isSending;
  const [isSaved, setIsSaved] = useState(false);
  const [asked, setAsked] = useState<'looser' | 'remove' | null>(null);
  const { write, isBusy, refusal, forget } = useWrite(['grants']);
  const edit = (next: TaskAllowance) => {
    typed.edit(next);
    forget();
  };
  const readAnew = () => cache.invalidateQueries({ queryKey: ['grants'] });
  const changes = changesOf(before, draft);
  const limits = { draft, refusal, onChange: edit };
  const symbols = draft.symbols ?? [];
  const fields = ['symbols', ...limitsOf(draft).map(({ name }) => name)];
  const isAtField = fieldOf(refusal, fields) !== null;
  const looser = changes.filter(({ isLooser }) => isLooser);
  const save = async () => {
    setIsSending(true);
    try {
      await setGrant(task, base, draft, whom);
      await readAnew();
      discard();
      setIsSaved(true);
    } catch (error) {
      // Somebody else may have been faster: theirs is shown then.
      await readAnew();
      throw error;
    } finally {
      setIsSending(false);
    }
  };
  const remove = async () => {
    setIsSaved(false);
    try {
      await removeGrant(task, version, whom);
    } finally {
      await readAnew();
    }
    discard();
  };
  return (
    <>
      {isOther && (
        <GrantConflict
          from={typed.from}
          theirs={before}
          mine={draft}
          onTheirs={discard}
          onMine={rebase}
        />
      )}
      <Checkbox.Group
        label={words.capabilities}
        value={draft.capabilities}
        onChange={(capabilities) => edit({ ...draft, capabilities })}
      >
        <Group gap={12} mt={6}>
          {known.map((capability) => (
            <Checkbox key={capability} value={capability} label={capability} />
          ))}
        </Group>
      </Checkbox.Group>
      <TagsInput
        label={words.symbols}
        description={words.symbolsHelp}
        value={symbols}
        splitChars={[',', ' ']}
        error={mistakeOf(refusal, 'symbols', limitWord('symbols'), symbols)}
        onChange={(next) =>
          edit({
            ...draft,
            symbols: next.length > 0 ? next.map((symbol) => symbol.toUpperCase()) : null,
          })
        }
      />
      <Limits title={words.main} prefix="" {...limits} />
      <Limits title={words.perRun} prefix="per_run." {...limits} />
      <Limits title={words.perDay} prefix="per_day." {...limits} />
      <Refusal refusal={isAtField ? null : refusal} />
      <div className={css.foot}>
        {/* Beside the buttons: a message that pops up would cover them. */}
        <span role="status" className={css.soft}>
          {isAtField ? words.mistakes : isSaved && changes.length === 0 ? words.saved : ''}
        </span>
        {isSet && (
          <Button variant="default" disabled={isBusy} onClick={() => setAsked('remove')}>
            {words.unset}
          </Button>
        )}
        <Button
          disabled={isBusy || isOther || changes.length === 0}
          onClick={() => (looser.length > 0 ? setAsked('looser') : void write(save))}
        >
          {isBusy ? words.saving : looser.length > 0 ? words.saveLooser : words.save}
        </Button>
      </div>
      <ConfirmDialog
        opened={asked === 'looser' && !isOther}
        onClose={() => setAsked(null)}
        title={words.looserTitle(codeTitle(task), name)}
        confirm={words.looserVerb}
        // What the daemon says against it stands beside the fields, where it is mended.
        onConfirm={() => write(save)}
      >
        <p className={css.text}>{words.looserText}</p>
        <ul className={css.lines}>
          {looser.map((change) => (
            <li key={change.name}>
              {limitWord(change.name)}: {words.from} {limitExact(change.name, change.before)}{' '}
              {words.to} <strong>{limitExact(change.name, change.after)}</strong>
            </li>
          ))}
        </ul>
      </ConfirmDialog>
      <ConfirmDialog
        opened={asked === 'remove'}
        onClose={() => setAsked(null)}
        title={words.removeTitle(codeTitle(task), name)}
        confirm={words.removeVerb}
        danger
        onConfirm={remove}
      >
        {whom === undefined ? words.removeAll : words.removeUser}
      </ConfirmDialog>
    </>
  );
}

interface LimitsProps {
  title: string;
  /** What the names of these limits begin with; empty for those outside of the two groups. */
  prefix: string;
  draft: TaskAllowance;
  refusal: Explanation | null;
  onChange: (draft: TaskAllowance) => void;
}

function Limits({ title, prefix, draft, refusal, onChange }: LimitsProps) {
  const limits = limitsOf(draft).filter(({ name }) =>
    prefix === '' ? !name.includes('.') : name.startsWith(prefix),
  );
  if (limits.length === 0) return null;
  return (
    <fieldset className={css.group}>
      <legend className={css.legend}>{title}</legend>
      {limits.map(({ name, value }) => (
        <LimitField
          key={name}
          name={name}
          value={value}
          mistake={mistakeOf(refusal, name, limitWord(name))}
          onChange={(next) => onChange(withLimit(draft, name, next))}
        />
      ))}
    </fieldset>
  );
}
