import { Button, Group, NativeSelect, Stack, TextInput } from '@mantine/core';
import { showNotification } from '@mantine/notifications';
import { type FormEvent, useState } from 'react';
import { addAction } from '../../api/actions';
import { fieldOf } from '../../api/problems';
import type { ActionKindName } from '../../api/schema';
import { useWrite } from '../../api/useWrite';
import { actionWord } from '../../format/actions';
import { mistakeOf, Refusal } from '../../parts/Refusal';
import {
  actionOf,
  type Draft,
  emptyDraft,
  FIELDS,
  type Field,
  figuresOf,
  mistakeIn,
} from './draft';
import { words } from './words';

const KINDS = Object.entries(words.kinds) as readonly [ActionKindName, string][];

interface Props {
  symbol: string;
  day: string;
  onClose: () => void;
}

/** An action with the figures that its kind has. */
export function AddForm({ symbol, day, onClose }: Props) {
  const [draft, setDraft] = useState<Draft>(() => emptyDraft(symbol, day));
  const { write, isBusy, refusal, forget } = useWrite(['actions', 'positions']);
  const action = actionOf(draft);
  // What speaks against it is read before it is confirmed, by a button of its own: a double click on the first must not do it.
  const isDoubted = refusal?.code === 'action_doubted';
  const set = (change: Partial<Draft>) => {
    setDraft((before) => ({ ...before, ...change }));
    forget();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void send(false);
  };
  const send = async (confirm: boolean) => {
    if (!action) return;
    const isDone = await write(async () => {
      const added = await addAction({ ...action, confirm });
      showNotification({ message: words.added(actionWord(added), added.symbol) });
    });
    if (isDone) onClose();
  };
  const field = (name: Field) => {
    const label = labelOf(draft, name);
    return {
      label,
      value: draft[name],
      error: mistakeIn(draft, name) ?? mistakeOf(refusal, name, label),
      onChange: (event: { currentTarget: { value: string } }) =>
        set({ [name]: event.currentTarget.value }),
      autoComplete: 'off',
    };
  };
  return (
    <form onSubmit={submit}>
      <Stack gap={12}>
        <TextInput {...field('symbol')} spellCheck={false} data-autofocus />
        <TextInput {...field('ex_day')} type="date" />
        <NativeSelect
          label={words.kind}
          value={draft.kind}
          data={KINDS.map(([value, label]) => ({ value, label }))}
          onChange={(event) => {
            const kind = KINDS.find(([value]) => value === event.currentTarget.value)?.[0];
            if (kind) set({ kind });
          }}
        />
        {figuresOf(draft).map((name) => (
          <TextInput key={name} {...field(name)} {...lookOf(name)} />
        ))}
        <TextInput {...field('note')} />
        <Refusal refusal={fieldOf(refusal, FIELDS) === null ? refusal : null} />
        <Group justify="flex-end" gap={8}>
          <Button variant="default" onClick={onClose} disabled={isBusy}>
            {words.cancel}
          </Button>
          {isDoubted && (
            <Button color="red" disabled={isBusy || !action} onClick={() => void send(true)}>
              {words.addDoubted}
            </Button>
          )}
          <Button type="submit" disabled={isBusy || !action || isDoubted}>
            {words.addVerb}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function labelOf({ kind }: Draft, field: Field): string {
  switch (field) {
    case 'symbol':
      return words.symbol;
    case 'ex_day':
      return words.exDay;
    case 'new':
      return kind in words.after
        ? words.after[kind as keyof typeof words.after]
        : words.after.bonus;
    case 'held':
      return words.held;
    case 'to':
      return kind === 'demerger' ? words.child : words.newSymbol;
    case 'from_isin':
      return words.fromIsin;
    case 'to_isin':
      return words.toIsin;
    case 'parent_share':
      return words.parentShare;
    case 'per_share_paise':
      return words.perShare;
    case 'premium_paise':
      return words.premium;
    case 'note':
      return words.remark;
  }
}

function lookOf(field: Field) {
  switch (field) {
    case 'per_share_paise':
    case 'premium_paise':
      return { leftSection: '₹', inputMode: 'decimal' as const };
    case 'parent_share':
      return { description: words.parentShareHint, inputMode: 'decimal' as const };
    case 'new':
    case 'held':
      return { inputMode: 'numeric' as const };
    default:
      return { spellCheck: false };
  }
}
