import { Button, Checkbox, Group, TagsInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { removeGrant, setGrant } from '../../api/grants';
import type { TaskAllowance } from '../../api/schema';
import { useWrite } from '../../api/useWrite';
import { codeTitle } from '../../format/codes';
import { ConfirmDialog } from '../../parts/ConfirmDialog';
import { Refusal } from '../../parts/Refusal';
import { changesOf, limitsOf, withLimit } from './allowance';
import css from './Grants.module.css';
import { LimitField } from './LimitField';
import { limitTold } from './told';
import { limitWord, words } from './words';

interface Props {
  task: string;
  whom: number | undefined;
  /** Of the user, or `everybody`. */
  name: string;
  isSet: boolean;
  before: TaskAllowance;
  /** The capabilities that there are. */
  known: readonly string[];
}

/** Changes an allowance. What allows more is asked about; what allows less is saved at once. */
export function GrantForm({ task, whom, name, isSet, before, known }: Props) {
  const cache = useQueryClient();
  // While nothing is typed, the form follows what others set.
  const [typed, setTyped] = useState<TaskAllowance | null>(null);
  const draft = typed ?? before;
  const [isSaved, setIsSaved] = useState(false);
  const [asked, setAsked] = useState<'looser' | 'remove' | null>(null);
  const { write, isBusy, refusal } = useWrite(['grants']);
  const changes = changesOf(before, draft);
  const looser = changes.filter(({ isLooser }) => isLooser);
  const save = async () => {
    await setGrant(task, draft, whom);
    await cache.invalidateQueries({ queryKey: ['grants'] });
    setTyped(null);
    setIsSaved(true);
  };
  const remove = async () => {
    setIsSaved(false);
    await removeGrant(task, whom);
    await cache.invalidateQueries({ queryKey: ['grants'] });
    setTyped(null);
  };
  return (
    <>
      <Checkbox.Group
        label={words.capabilities}
        value={draft.capabilities}
        onChange={(capabilities) => setTyped({ ...draft, capabilities })}
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
        value={draft.symbols ?? []}
        splitChars={[',', ' ']}
        onChange={(symbols) =>
          setTyped({
            ...draft,
            symbols: symbols.length > 0 ? symbols.map((symbol) => symbol.toUpperCase()) : null,
          })
        }
      />
      <Limits title={words.main} prefix="" draft={draft} onChange={setTyped} />
      <Limits title={words.perRun} prefix="per_run." draft={draft} onChange={setTyped} />
      <Limits title={words.perDay} prefix="per_day." draft={draft} onChange={setTyped} />
      <Refusal refusal={refusal} />
      <div className={css.foot}>
        {/* Beside the buttons: a message that pops up would cover them. */}
        <span role="status" className={css.soft}>
          {isSaved && changes.length === 0 ? words.saved : ''}
        </span>
        {isSet && (
          <Button variant="default" disabled={isBusy} onClick={() => setAsked('remove')}>
            {words.unset}
          </Button>
        )}
        <Button
          disabled={isBusy || changes.length === 0}
          onClick={() => (looser.length > 0 ? setAsked('looser') : void write(save))}
        >
          {isBusy ? words.saving : looser.length > 0 ? words.saveLooser : words.save}
        </Button>
      </div>
      <ConfirmDialog
        opened={asked === 'looser'}
        onClose={() => setAsked(null)}
        title={words.looserTitle(codeTitle(task), name)}
        confirm={words.looserVerb}
        onConfirm={save}
      >
        <p className={css.text}>{words.looserText}</p>
        <ul className={css.lines}>
          {looser.map((change) => (
            <li key={change.name}>
              {limitWord(change.name)}: {words.from} {limitTold(change.name, change.before)}{' '}
              {words.to} <strong>{limitTold(change.name, change.after)}</strong>
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
  onChange: (draft: TaskAllowance) => void;
}

function Limits({ title, prefix, draft, onChange }: LimitsProps) {
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
          onChange={(next) => onChange(withLimit(draft, name, next))}
        />
      ))}
    </fieldset>
  );
}
