import { Button, Checkbox, Group } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { removeGrant, setGrant } from '../../api/grants';
import { strangersOf } from '../../api/market';
import { fieldOf } from '../../api/problems';
import type { TaskAllowance } from '../../api/schema';
import { useWrite } from '../../api/useWrite';
import { codeTitle } from '../../format/codes';
import { ConfirmDialog } from '../../parts/ConfirmDialog';
import { mistakeOf, Refusal } from '../../parts/Refusal';
import { SymbolsField } from '../../parts/SymbolsField';
import { changesOf, limitsOf, noughtsOf } from './allowance';
import { GrantConflict } from './GrantConflict';
import css from './Grants.module.css';
import { Limits } from './Limits';
import { SaveQuestion } from './SaveQuestion';
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
  const { draft, base, texts, isWrong, rebase, discard } = typed;
  const [isSending, setIsSending] = useState(false);
  // What one saves oneself is a new version as well, until it is known to be one's own.
  const isOther = typed.isOther && !isSending;
  const [isSaved, setIsSaved] = useState(false);
  const [asked, setAsked] = useState<'save' | 'remove' | null>(null);
  const [strangers, setStrangers] = useState<readonly string[]>([]);
  const { write, isBusy, refusal, forget } = useWrite(['grants']);
  const readAnew = () => cache.invalidateQueries({ queryKey: ['grants'] });
  const changes = changesOf(before, draft);
  const limits = {
    draft,
    texts,
    refusal,
    onType: (name: string, text: string) => {
      typed.typeLimit(name, text);
      forget();
    },
  };
  const symbols = draft.symbols ?? [];
  const fields = ['symbols', ...limitsOf(draft).map(({ name }) => name)];
  const isAtField = fieldOf(refusal, fields) !== null;
  const asks = changes.some(({ isLooser }) => isLooser) || noughtsOf(changes).length > 0;
  const press = async () => {
    const known = before.symbols ?? [];
    const unknown = await strangersOf(
      cache,
      symbols.filter((symbol) => !known.includes(symbol)),
    );
    setStrangers(unknown);
    if (asks || unknown.length > 0) setAsked('save');
    else await write(save);
  };
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
        onChange={(capabilities) => {
          typed.edit({ ...draft, capabilities });
          forget();
        }}
      >
        <Group gap={12} mt={6}>
          {known.map((capability) => (
            <Checkbox key={capability} value={capability} label={capability} />
          ))}
        </Group>
      </Checkbox.Group>
      <SymbolsField
        label={words.symbols}
        description={words.symbolsHelp}
        value={typed.symbols.text}
        error={typed.symbols.why ?? mistakeOf(refusal, 'symbols', limitWord('symbols'), symbols)}
        onChange={(text) => {
          typed.typeSymbols(text);
          forget();
        }}
      />
      <Limits title={words.main} prefix="" {...limits} />
      <Limits title={words.perRun} prefix="per_run." {...limits} />
      <Limits title={words.perDay} prefix="per_day." {...limits} />
      <Refusal refusal={isAtField ? null : refusal} />
      <div className={css.foot}>
        {/* Beside the buttons: a message that pops up would cover them. */}
        <span role="status" className={css.soft}>
          {isAtField || isWrong
            ? words.mistakes
            : isSaved && changes.length === 0
              ? words.saved
              : ''}
        </span>
        {isSet && (
          <Button variant="default" disabled={isBusy} onClick={() => setAsked('remove')}>
            {words.unset}
          </Button>
        )}
        <Button
          disabled={isBusy || isOther || isWrong || changes.length === 0}
          onClick={() => void press()}
        >
          {isBusy ? words.saving : asks ? words.saveLooser : words.save}
        </Button>
      </div>
      <SaveQuestion
        opened={asked === 'save' && !isOther}
        onClose={() => setAsked(null)}
        task={task}
        name={name}
        changes={changes}
        strangers={strangers}
        onConfirm={() => write(save)}
      />
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
